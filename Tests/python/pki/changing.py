"""Certificates and lists that are wrong in one thing: a good one is taken apart, changed, and signed by the CA again."""

from asn1crypto import algos, core, crl, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

STATEMENTS = "1.3.6.1.5.5.7.1.3"


class Certificate:
    """A certificate in parts. Extensions by their identifiers: (critical, DER of the value)."""

    def __init__(self, octets):
        self.whole = x509.Certificate.load(octets)
        self.body = self.whole["tbs_certificate"]
        self.extensions = {
            each["extn_id"].dotted: (each["critical"].native, each["extn_value"].contents)
            for each in self.body["extensions"]}
        self.subject = [
            (part["type"].dotted, part["value"].chosen.tag, part["value"].chosen.native)
            for name in self.body["subject"].chosen for part in name]

    def drop(self, *identifiers):
        for each in identifiers:
            del self.extensions[each]

    def signed(self, key):
        """DER, signed with the CA's P-256 key."""
        # As octets: asn1crypto would write values again in its own way.
        self.body["extensions"] = x509.Extensions.load(sequence(*(
            sequence(
                core.ObjectIdentifier(name).dump(), core.Boolean(True).dump() if critical else b"",
                core.OctetString(value).dump())
            for name, (critical, value) in self.extensions.items())))
        self.body["subject"] = x509.Name(name="", value=x509.RDNSequence([
            x509.RelativeDistinguishedName([x509.NameTypeAndValue({"type": kind, "value": text(tag, value)})])
            for kind, tag, value in self.subject]))
        return assembled(self.body, key)


def text(tag, value):
    """An attribute's value of this type of string."""
    name = {12: "utf8_string", 19: "printable_string"}[tag]
    return x509.DirectoryString(name=name, value=value)


def assembled(body, key):
    octets = body.dump(force=True)
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    signature = key.sign(octets, ec.ECDSA(hashes.SHA256()))
    return core.Sequence.load(
        sequence(octets, algorithm.dump(), core.OctetBitString(signature).dump())).dump()


def sequence(*parts):
    """A SEQUENCE of these elements, DER."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([0x30, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([0x30, 0x80 | size]) + length.to_bytes(size, "big") + content


def without_list_extension(octets, key, identifier):
    """A revocation list that lacks an extension."""
    body = crl.CertificateList.load(octets)["tbs_cert_list"]
    body["crl_extensions"] = crl.TBSCertListExtensions(
        [each for each in body["crl_extensions"] if each["extn_id"].dotted != identifier])
    return assembled(body, key)


def elements(octets):
    """The elements of a SEQUENCE."""
    return [octets_of(each) for each in core.SequenceOf.load(octets, spec=core.Any)]


def octets_of(value):
    return value.dump()
