"""pyHanko's assessor of qualified certificates agrees with what the profiles claim."""

import pytest
from pyhanko.sign.validation.qualified.q_status import QcPrivateKeyManagementType as Keys
from pyhanko.sign.validation.qualified.tsp import QcCertType

from pki.changing import STATEMENTS, Certificate, elements, sequence
from pki.qualified import ALL_KINDS, Validator, registry

TYPES = {"person": QcCertType.QC_ESIGN, "organisation": QcCertType.QC_ESEAL}
# QcCompliance and QcSSCD (ETSI EN 319 412-5 clauses 4.2.1 and 4.2.2), DER.
COMPLIANCE, DEVICE = bytes.fromhex("3008060604008E460101"), bytes.fromhex("3008060604008E460104")
QUALIFIED_POLICIES = "0.4.0.194112.1."


def validator(hierarchy):
    return Validator(hierarchy.root, hierarchy.issuing)


def policy(profile):
    return next(each for each in profile["policies"] if each.startswith(QUALIFIED_POLICIES))


@pytest.mark.parametrize("name", ["person-qscd", "seal-qscd"])
def test_qualified_shapes(qualified, name):
    """In a list that says so, the key is in a device that the provider manages on behalf of the signer."""
    profile = qualified.profiles[name]
    for octets in (file.read_bytes() for file in qualified.certificates(name)):
        for services, keys in [
            (registry(qualified.issuing, ALL_KINDS), Keys.QSCD),
            (registry(qualified.issuing, ALL_KINDS, delegated=policy(profile)), Keys.QSCD_DELEGATED),
            (registry(qualified.issuing, ALL_KINDS, delegated="1.2.3"), Keys.QSCD),
        ]:
            status = validator(qualified).status(octets, services)
            assert (status.qualified, status.qc_type, status.qc_key_security) == (True, TYPES[profile["kind"]], keys)


def test_a_service_that_is_listed_for_signatures_has_no_seals(qualified):
    services = registry(qualified.issuing, [QcCertType.QC_ESIGN])
    person, seal = (qualified.certificates(name)[0].read_bytes() for name in ("person-qscd", "seal-qscd"))
    assert validator(qualified).status(person, services).qualified
    assert not validator(qualified).status(seal, services).qualified


def test_who_is_not_listed_issues_nothing_qualified(qualified):
    octets = qualified.certificates("person-qscd")[0].read_bytes()
    assert not validator(qualified).status(octets, registry(qualified.responder, ALL_KINDS)).qualified


@pytest.mark.parametrize("name", ["person-sandbox", "seal-sandbox"])
def test_the_sandbox_claims_nothing(sandbox_hierarchy, name):
    """Not even where its CA is listed by mistake."""
    services = registry(sandbox_hierarchy.issuing, ALL_KINDS)
    for file in sandbox_hierarchy.certificates(name):
        octets = file.read_bytes()
        status = validator(sandbox_hierarchy).status(octets, services)
        assert (status.qualified, status.qc_key_security) == (False, Keys.UNKNOWN)
        # No octets of a claim are anywhere in it.
        assert COMPLIANCE not in octets and DEVICE not in octets and bytes.fromhex("04008BEC40") not in octets


@pytest.mark.parametrize("name", ["person-qscd", "seal-qscd"])
@pytest.mark.parametrize("missing, expected", [(COMPLIANCE, (False, Keys.UNKNOWN)), (DEVICE, (True, Keys.UNKNOWN))])
def test_what_is_not_stated_is_not_so(qualified, name, missing, expected):
    """That the judge looks: the same certificates without a statement."""
    changed = Certificate(qualified.certificates(name)[0].read_bytes())
    critical, statements = changed.extensions[STATEMENTS]
    kept = [each for each in elements(statements) if each != missing]
    assert len(kept) == len(elements(statements)) - 1
    changed.extensions[STATEMENTS] = (critical, sequence(*kept))
    status = validator(qualified).status(
        changed.signed(qualified.issuing_key), registry(qualified.issuing, ALL_KINDS))
    assert (status.qualified, status.qc_key_security) == expected
