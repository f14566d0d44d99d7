"""Properties that the client has signed: sent, computed, refused."""

from asn1crypto import algos, cms, core

from documents.signer import ECDSA256, by_digest, decoded
from documents.test_cades import DOCUMENT, attributes, digest, judge_openssl, judge_pyhanko, signed_data
from harness.encodings import base64std
from harness.failure import require


class SignerLocation(core.Sequence):
    _fields = [("country", core.UTF8String, {"explicit": 0}), ("locality", core.UTF8String, {"explicit": 1})]


class Commitment(core.Sequence):
    _fields = [("type", core.ObjectIdentifier)]


class Hints(core.Sequence):
    _fields = [("description", core.UTF8String), ("type", core.ObjectIdentifier)]


class Policy(core.Sequence):
    class Hash(core.Sequence):
        _fields = [("algorithm", algos.DigestAlgorithm), ("value", core.OctetString)]

    _fields = [("id", core.ObjectIdentifier), ("hash", Hash)]


class Reference(core.Sequence):
    _fields = [("type", core.ObjectIdentifier), ("id", core.OctetString), ("signature", core.OctetString)]


PROPERTIES = {
    "commitment-type-indication": ("1.2.840.113549.1.9.16.2.16", Commitment({"type": "1.2.840.113549.1.9.16.6.5"})),
    "content-hints": (
        "1.2.840.113549.1.9.16.2.4",
        Hints({"description": "an order", "type": "1.2.840.113549.1.7.1"}),
    ),
    "mime-type": ("0.4.0.1733.2.1", core.UTF8String("text/plain")),
    "signer-location": ("1.2.840.113549.1.9.16.2.17", SignerLocation({"country": "AT", "locality": "Wien"})),
    "signer-attributes-v2": (
        "0.4.0.19122.1.1",
        # [0] with one claimed attribute: title "buyer".
        core.Sequence.load(bytes.fromhex("3014a0123010300e060355040c3107") + b"\x0c\x05buyer"),
    ),
    "signature-policy-identifier": (
        "1.2.840.113549.1.9.16.2.15",
        Policy(
            {
                "id": "1.3.6.1.4.1.32473.9",
                "hash": {"algorithm": {"algorithm": "sha256"}, "value": digest(b"the policy")},
            }
        ),
    ),
    "content-identifier": ("1.2.840.113549.1.9.16.2.7", core.OctetString(b"order-4711")),
    "content-reference": (
        "1.2.840.113549.1.9.16.2.10",
        Reference({"type": "1.2.840.113549.1.7.1", "id": b"order-4710", "signature": b"\x01\x02"}),
    ),
}


def signed_with(signer, form, properties, document=DOCUMENT):
    sad = signer.sad("p256-pin", [digest(document)])
    entry = by_digest(ECDSA256, [document], form, signed_props=properties)
    answer = signer.try_sign_doc("p256-pin", sad, documentDigests=[entry])
    if answer.status != 200:
        return answer.json()["error_description"]
    octets = decoded(answer.json(), "SignatureObject")[0]
    judge_openssl(octets, signer, document, False)
    judge_pyhanko(octets, signer, document, "Ades-B-B")
    return attributes(signed_data(octets)["signer_infos"][0])


def whole_attribute(oid, value):
    """Attribute ::= SEQUENCE { type, SET OF value }, short."""
    values = value.dump()
    parts = core.ObjectIdentifier(oid).dump() + b"\x31" + bytes([len(values)]) + values
    return b"\x30" + bytes([len(parts)]) + parts


def test_properties_sent(signer):
    sent = [{"attribute_name": name, "attribute_value": base64std(v.dump())} for name, (_, v) in PROPERTIES.items()]
    found = signed_with(signer, "C", sent)
    require(isinstance(found, dict), f"{found}")
    for name, (oid, value) in PROPERTIES.items():
        require(oid in found and found[oid][0].dump() == value.dump(), f"{name} is not as sent")
    # By OID, and as a whole attribute.
    oid, value = PROPERTIES["mime-type"]
    for octets in (value.dump(), whole_attribute(oid, value)):
        found = signed_with(signer, "C", [{"attribute_name": oid, "attribute_value": base64std(octets)}])
        require(isinstance(found, dict) and found[oid][0].dump() == value.dump(), f"by OID: {found}")


def test_properties_computed(signer):
    names = ["content-hints", "mime-type", "content-identifier", "content-time-stamp"]
    found = signed_with(signer, "C", [{"attribute_name": n} for n in names[:3]] + [
        {"attribute_name": names[3], "attribute_value": None}
    ])
    require(isinstance(found, dict), f"{found}")
    require(found["0.4.0.1733.2.1"][0].native == "application/octet-stream", "mime-type")
    token = cms.ContentInfo.load(found["1.2.840.113549.1.9.16.2.20"][0].dump())
    info = token["content"]["encap_content_info"]["content"].parsed
    require(info["message_imprint"]["hashed_message"].native == digest(DOCUMENT), "content-time-stamp")


def test_properties_refused(signer, subtests):
    def refused(form, properties, names):
        with subtests.test(form=form, properties=properties):
            answer = signed_with(signer, form, properties)
            require(answer == f"Invalid parameter signed_props ({names})", f"{properties}: {answer}")

    for form, name in [
        ("C", "unknown"),
        ("C", "1.2.3.4"),
        ("C", "signing-time"),
        ("C", "Reason"),
        ("P", "Location"),
        ("P", "Reason"),
        ("P", "Name"),
        ("P", "ContactInfo"),
        ("P", "signer-location"),
        ("P", "content-hints"),
        ("J", "commitment-type-indication"),
    ]:
        refused(form, [{"attribute_name": name}], name)
    # What only the signer can say is not made up.
    for name in ["commitment-type-indication", "signer-location", "signer-attributes-v2", "signature-policy-identifier",
                 "content-reference"]:
        refused("C", [{"attribute_name": name}], name)
    # The value of another attribute, and none at all.
    values = {name: value for name, (_, value) in PROPERTIES.items()}
    for name in values:
        other = "content-identifier" if name != "content-identifier" else "mime-type"
        refused("C", [{"attribute_name": name, "attribute_value": base64std(values[other].dump())}], name)
        refused("C", [{"attribute_name": name, "attribute_value": base64std(values[name].dump() + b"\0")}], name)
        refused("C", [{"attribute_name": name, "attribute_value": "%%%"}], name)
    refused("C", [{"attribute_name": "unknown"}, {"attribute_name": "mime-type"}, {"attribute_name": "9.9"}],
            "unknown, 9.9")
    refused("C", [{"attribute_name": "mime-type"}, {"attribute_name": "mime-type"}], "mime-type")
    refused("C", [{"attribute_name": "mime-type"}, {"attribute_name": "0.4.0.1733.2.1"}], "mime-type, 0.4.0.1733.2.1")


def test_content_timestamp_sent(signer):
    def token(document):
        body = {"hash": base64std(digest(document)), "hashAlgo": "2.16.840.1.101.3.4.2.1"}
        return signer.answer("signatures/timestamp", body)["timestamp"]

    for form in ("C", "P"):
        found = signed_with(
            signer, form, [{"attribute_name": "content-time-stamp", "attribute_value": token(DOCUMENT)}]
        )
        require(isinstance(found, dict), f"{form}: {found}")
        answer = signed_with(
            signer, form, [{"attribute_name": "content-time-stamp", "attribute_value": token(b"another")}]
        )
        require(answer == "Invalid parameter signed_props (content-time-stamp)", f"{form}: {answer}")
