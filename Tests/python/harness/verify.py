"""Verifies signatures with what a relying party has: the certificate chain and the trusted root.

Nothing is taken from the service but certificates and signatures: key, hash and encoding follow from the certificate
and the OID that was asked for.
"""

import base64
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from harness.failure import Failure

SHA256, SHA384, SHA512 = (f"2.16.840.1.101.3.4.2.{n}" for n in (1, 2, 3))
RSA, PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
RSA_SHA256, RSA_SHA384, RSA_SHA512 = (f"1.2.840.113549.1.1.{n}" for n in (11, 12, 13))
ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 = (f"1.2.840.10045.4.3.{n}" for n in (2, 3, 4))

HASHES = {SHA256: hashes.SHA256, SHA384: hashes.SHA384, SHA512: hashes.SHA512}
FIXED_HASH = {
    RSA_SHA256: SHA256, RSA_SHA384: SHA384, RSA_SHA512: SHA512,
    ECDSA_SHA256: SHA256, ECDSA_SHA384: SHA384, ECDSA_SHA512: SHA512,
}


def hash_of(sign_algorithm, hash_algorithm=None):
    """OID of the hash that the signature algorithm fixes, or else the one given."""
    return FIXED_HASH.get(sign_algorithm, hash_algorithm)


def strict_base64(text):
    """Standard alphabet, padded, no line breaks, and the one spelling of its octets."""
    octets = base64.b64decode(text, validate=True)
    if base64.b64encode(octets).decode() != text:
        raise Failure(f"not canonical base64: {text[:40]}")
    return octets


def digest(data, hash_algorithm=SHA256):
    context = hashes.Hash(HASHES[hash_algorithm]())
    context.update(data)
    return context.finalize()


class Verifier:
    """Counts what it has verified."""

    def __init__(self, signing_root):
        self.root = x509.load_pem_x509_certificate(signing_root.read_bytes())
        self.count = 0

    def chain(self, texts):
        """The signer's certificate, after each one was found issued by the next and the last by the root."""
        certificates = [x509.load_der_x509_certificate(strict_base64(text)) for text in texts]
        if not certificates:
            raise Failure("no certificate")
        now = datetime.now(timezone.utc)
        issuers = certificates[1:] if certificates[-1] == self.root else [*certificates[1:], self.root]
        for certificate, issuer in zip(certificates, issuers):
            certificate.verify_directly_issued_by(issuer)
            if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
                raise Failure("an issuer is no certification authority")
        for certificate in certificates:
            if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
                raise Failure("a certificate is not valid now")
        return certificates[0]

    def signature(self, text, certificate, digest_octets, sign_algorithm, hash_algorithm=None):
        """One signature, as base64, over one digest."""
        octets = strict_base64(text)
        algorithm = utils.Prehashed(HASHES[hash_of(sign_algorithm, hash_algorithm)]())
        key = certificate.public_key()
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                if sign_algorithm not in (ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512):
                    raise Failure(f"{sign_algorithm} with an EC key")
                # Strict DER (RFC 5753 §7.2 wants Ecdsa-Sig-Value as it is).
                if utils.encode_dss_signature(*utils.decode_dss_signature(octets)) != octets:
                    raise Failure("the ECDSA signature is not DER")
                key.verify(octets, digest_octets, ec.ECDSA(algorithm))
            elif isinstance(key, rsa.RSAPublicKey) and sign_algorithm in (RSA, RSA_SHA256, RSA_SHA384, RSA_SHA512):
                if len(octets) != key.key_size // 8:
                    raise Failure("the RSA signature has not the length of the modulus")
                key.verify(octets, digest_octets, padding.PKCS1v15(), algorithm)
            else:
                raise Failure(f"{sign_algorithm} with {type(key).__name__}")
        except InvalidSignature as error:
            raise Failure("a signature does not verify") from error
        self.count += 1

    def signatures(self, texts, certificate, digests, sign_algorithm, hash_algorithm=None):
        """All signatures of an answer, in the order of their digests."""
        if len(texts) != len(digests):
            raise Failure(f"{len(texts)} signatures for {len(digests)} digests")
        for text, octets in zip(texts, digests):
            self.signature(text, certificate, octets, sign_algorithm, hash_algorithm)
