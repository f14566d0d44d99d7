"""What the tests of documents share: who signs, entries of signDoc, and OpenSSL."""

import base64
import hashlib
import subprocess

from pyhanko.keys import load_cert_from_pemder
from pyhanko_certvalidator import ValidationContext

from harness import verify
from harness.encodings import base64std
from harness.failure import require
from harness.portal import Portal

SHA = {"sha256": verify.SHA256, "sha384": verify.SHA384, "sha512": verify.SHA512}
# signAlgo, hash, signAlgoParams
ECDSA256 = (verify.ECDSA_SHA256, "sha256", None)
ECDSA384 = (verify.ECDSA_SHA384, "sha384", None)
ECDSA512 = (verify.ECDSA_SHA512, "sha512", None)
RSA256 = (verify.RSA_SHA256, "sha256", None)
RSA384 = (verify.RSA_SHA384, "sha384", None)
RSA512 = (verify.RSA_SHA512, "sha512", None)
PSS256 = (verify.PSS, "sha256", "MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg")
PSS512 = (verify.PSS, "sha512", "MDSgDzANBglghkgBZQMEAgMFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgMFAKIDAgFA")


class Signer(Portal):
    """Calls as the users of the sandbox do; as Alice if nothing is said."""

    def __init__(self, sandbox):
        super().__init__(sandbox, token=sandbox.user()["serviceToken"])
        self.root_file = sandbox.signing_root
        self.root = load_cert_from_pemder(str(self.root_file))

    def answer(self, method, body, *more):
        """The answer of a call that must succeed."""
        answer = self.call(method, body, *more)
        require(answer.status == 200, answer.summary())
        return answer.json()

    def validation_context(self, **more):
        # Nothing may be fetched; what revocation data there is, comes with the call.
        return ValidationContext(
            trust_roots=[self.root], allow_fetching=False, **{"revocation_mode": "soft-fail", **more})

    def chain(self, label):
        """DER, the signer's first."""
        body = {"credentialID": self.sandbox.credential_id(label), "certificates": "chain"}
        answer = self.answer("credentials/info", body, self.owner(label)["serviceToken"])
        return [base64.b64decode(text) for text in answer["cert"]["certificates"]]

    def sad(self, label, digests, name="sha256"):
        """For these digests."""
        owner = self.owner(label)
        answer = self.authorize(
            label, digests, {"PIN": owner["pin"]}, owner["serviceToken"], hashAlgorithmOID=SHA[name])
        require(answer.status == 200, answer.summary())
        return answer.json()["SAD"]

    def try_sign_doc(self, label, sad, **members):
        body = {"credentialID": self.sandbox.credential_id(label), "SAD": sad, **members}
        return self.call("signatures/signDoc", body, self.owner(label)["serviceToken"])

    def sign_doc(self, label, sad, **members):
        answer = self.try_sign_doc(label, sad, **members)
        require(answer.status == 200, answer.summary())
        return answer.json()

    def refused(self, label, sad, text, **members):
        """signDoc says 400 with this text."""
        answer = self.try_sign_doc(label, sad, **members)
        described = answer.json().get("error_description")
        require((answer.status, described) == (400, text), f"{text}: {answer}")


def choices(algorithm, form, level="Ades-B-B", **more):
    """Members of an entry of signDoc next to the document."""
    oid, name, parameters = algorithm
    entry = {"signature_format": form, "conformance_level": level, "signAlgo": oid, **more}
    if parameters:
        entry["signAlgoParams"] = parameters
    return entry, name


def by_digest(algorithm, documents, form, level="Ades-B-B", **more):
    """An entry of documentDigests."""
    entry, name = choices(algorithm, form, level, **more)
    digests = [hashlib.new(name, document).digest() for document in documents]
    return {**entry, "hashAlgorithmOID": SHA[name], "hashes": [base64std(octets) for octets in digests]}


def with_document(algorithm, document, form, level="Ades-B-B", **more):
    """An entry of documents."""
    entry, _ = choices(algorithm, form, level, **more)
    return {**entry, "document": base64std(document)}


def decoded(answer, member):
    return [base64.b64decode(text) for text in answer[member]]


def openssl(*arguments):
    """Whether openssl is content, and what it says."""
    result = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
    return result.returncode == 0, (result.stdout + result.stderr).decode(errors="replace")
