"""The judge itself: certificates that are wrong in one thing are found, and what is allowed is needed."""

from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec

from pki import judge
from pki.changing import STATEMENTS, Certificate, elements, sequence
from pki.samples import identifiers

AUTHORITY_KEY, SUBJECT_KEY, USAGE, POLICIES = "2.5.29.35", "2.5.29.14", "2.5.29.15", "2.5.29.32"
ACCESS, POINTS = "1.3.6.1.5.5.7.1.1", "2.5.29.31"
COMMON_NAME, COUNTRY, SERIAL, ORGANISATION_ID = "2.5.4.3", "2.5.4.6", "2.5.4.5", "2.5.4.97"
ORGANISATION = "2.5.4.10"
DEVICE = bytes.fromhex("3008060604008E460104")
# As long as the host of the samples, which has to stand in other octets of lengths.
INTERNAL = b"pkis.countersign.local.test"

# A certificate of a person as the sandbox issued it before there were profiles: key usage of type B, no policies, no
# addresses. Its key is gone.
EARLIER = Path(__file__).with_name("earlier-sandbox.cer").read_bytes()


def without(*names):
    return lambda certificate: certificate.drop(*names)


def extension(name, critical, value):
    return lambda certificate: certificate.extensions.update({name: (critical, value)})


def replaced(name, old, new):
    """Octets of an extension exchanged for as many others."""
    def change(certificate):
        critical, value = certificate.extensions[name]
        assert old in value and len(old) == len(new)
        certificate.extensions[name] = (critical, value.replace(old, new))

    return change


def attribute(kind, tag, value):
    """An attribute of the subject with another value, or gone."""
    def change(certificate):
        assert any(part[0] == kind for part in certificate.subject)
        certificate.subject = [
            (kind, tag, value) if part[0] == kind else part for part in certificate.subject
            if value is not None or part[0] != kind]

    return change


def second(kind):
    def change(certificate):
        certificate.subject.append(next(part for part in certificate.subject if part[0] == kind))

    return change


def without_statement(certificate):
    critical, statements = certificate.extensions[STATEMENTS]
    kept = [each for each in elements(statements) if each != DEVICE]
    assert len(kept) < len(elements(statements))
    certificate.extensions[STATEMENTS] = (critical, sequence(*kept))


def point(uri):
    return x509.CRLDistributionPoints([{
        "distribution_point": x509.DistributionPointName(
            name="full_name", value=[x509.GeneralName(name="uniform_resource_identifier", value=uri)])}]).dump()


HOST = b"pki.countersign.example.org"
# For each profile what is changed, and the end of a code that pkilint has for it.
WRONG = {
    "person-qscd": {
        "no addresses": (without(ACCESS), "authority_info_access_extension_absent"),
        "no addresses and no list": (without(ACCESS, POINTS), "crldp_extension_missing"),
        "a list over TLS alone": (
            extension(POINTS, False, point("https://pki.example.org/g1.crl")),
            "http_or_ldap_crldp_distribution_point_uri_missing"),
        "a list in no public place": (replaced(POINTS, HOST, INTERNAL), "internal_domain_name"),
        "addresses in no public place": (replaced(ACCESS, HOST, INTERNAL), "internal_domain_name"),
        "usage of type B": (
            extension(USAGE, True, bytes.fromhex("030206C0")), "non_preferred_content_commitment_setting"),
        "usage that is not critical": (
            extension(USAGE, False, bytes.fromhex("03020640")), "key_usage_extension_not_critical"),
        "no key identifier": (without(SUBJECT_KEY), "certificate_skid_end_entity_missing"),
        "no key identifier of the issuer": (without(AUTHORITY_KEY), "authority_key_identifier_extension_absent"),
        "no policies": (without(POLICIES), "certificate_policies_extension_absent"),
        "no statements": (without(STATEMENTS), "qc_statements_extension_absent"),
        "no statement of a device": (without_statement, "qc_sscd_qualified_statement_absent"),
        "statements about disclosures without TLS": (
            replaced(STATEMENTS, b"https://", b"http://x"), "url_scheme_not_https"),
        "no country": (attribute(COUNTRY, 19, None), "required_attribute_missing"),
        "two common names": (second(COMMON_NAME), "prohibited_duplicate_attribute_present"),
        "a number under no scheme": (attribute(SERIAL, 19, "ABCAT-1234"), "invalid_identifier_scheme"),
        "a number as UTF-8": (attribute(SERIAL, 12, "PASAT-1234"), "itu.invalid_asn1_syntax"),
    },
    "seal-qscd": {
        "no addresses": (without(ACCESS), "authority_info_access_extension_absent"),
        "no number of the organisation": (attribute(ORGANISATION_ID, 12, None), "organization_identifier_attribute_absent"),
        "a number under no scheme": (attribute(ORGANISATION_ID, 12, "ABCAT-1234"), "invalid_scheme"),
        "a check digit of an LEI": (attribute(ORGANISATION_ID, 12, "LEIXG-529900T8BM49AURSDO54"), "invalid_lei_checksum"),
        "two names": (second(ORGANISATION), "prohibited_duplicate_attribute_present"),
    },
}


def changed(hierarchy, name, change):
    certificate = Certificate(hierarchy.certificates(name)[0].read_bytes())
    change(certificate)
    return certificate.signed(hierarchy.issuing_key)


def codes(found):
    return {each.code for each in found}


@pytest.mark.parametrize("name, title", [(name, title) for name, cases in WRONG.items() for title in cases])
def test_what_is_wrong_is_found(qualified, name, title):
    change, code = WRONG[name][title]
    found = judge.end_entity(changed(qualified, name, change), judge.kind_of(qualified.profiles[name]))
    assert any(each.endswith(code) for each in codes(found)), codes(found)


@pytest.mark.parametrize("name", WRONG)
def test_what_was_taken_apart_and_not_changed_is_good(qualified, name):
    """So that it is the change that is found."""
    octets = changed(qualified, name, lambda certificate: None)
    assert judge.end_entity(octets, judge.kind_of(qualified.profiles[name])) == []
    assert judge.pair(qualified.issuing, octets) == []


def test_what_the_sandbox_issued_before_profiles_is_found():
    found = judge.end_entity(EARLIER, judge.PERSON)
    assert {each.split(".")[-1] for each in codes(found)} == {
        "certificate_policies_extension_absent", "authority_info_access_extension_absent", "crldp_extension_missing",
        "mixed_key_usage_setting"}
    # As a qualified one it lacks more.
    claimed = judge.end_entity(EARLIER, judge.QUALIFIED_PERSON)
    assert "etsi.en_319_412_2.qc_statements_extension_absent" in codes(claimed)
    assert judge.not_allowed(found, identifiers(EARLIER)) == found


def test_pairs_that_do_not_fit_are_found(qualified):
    octets = qualified.certificates("person-qscd")[0].read_bytes()
    certificate = Certificate(octets)
    stranger = certificate.signed(ec.generate_private_key(ec.SECP256R1()))
    assert "pkix.signature_verification_failed" in codes(judge.pair(qualified.issuing, stranger))
    assert codes(judge.pair(qualified.root, octets)) >= {
        "pkix.issuer_and_subject_dn_not_binary_equal", "pkix.issuer_and_subject_key_identifier_not_equal"}


def test_a_ca_that_is_none_is_found(qualified):
    authority = Certificate(qualified.issuing)
    authority.drop(SUBJECT_KEY)
    assert "pkix.certificate_skid_ca_missing" in codes(judge.authority(authority.signed(qualified.issuing_key)))


# Identifiers that the allow-list is for.
ALLOWED = {
    "EIDDE-1234567890": ("person-qscd", SERIAL, 19), "TINEL-123456789": ("person-qscd", SERIAL, 19),
    "EORDE-1234567890": ("seal-qscd", ORGANISATION_ID, 12), "EXCDE-1234567890": ("seal-qscd", ORGANISATION_ID, 12),
    "NTRDE+HE-123456": ("seal-qscd", ORGANISATION_ID, 12),
}


def verdict(qualified, identifier):
    name, kind, tag = ALLOWED[identifier]
    octets = changed(qualified, name, attribute(kind, tag, identifier))
    assert identifiers(octets) == [identifier]
    return judge.end_entity(octets, judge.kind_of(qualified.profiles[name]))


@pytest.mark.parametrize("identifier", ALLOWED)
def test_what_is_valid_since_is_allowed_and_nothing_else(qualified, identifier):
    found = verdict(qualified, identifier)
    assert found and judge.not_allowed(found, [identifier]) == []
    assert judge.not_allowed(found, ["PNOAT-1234567890"]) == found, "only for these identifiers"


def test_nothing_is_allowed_without_need(qualified):
    needed = {code for identifier in ALLOWED for code in codes(verdict(qualified, identifier))}
    assert {entry["code"] for entry in judge.ALLOWED} == needed
    assert all(set(entry) == {"code", "identifier", "clause"} and entry["clause"] for entry in judge.ALLOWED)
