"""Certificates of all profiles, their chain, lists and answers before judges that are not ours."""

import pytest
from asn1crypto import x509

from pki.conftest import COUNT
from pki.openssl import Chain

PROFILES = {"sandbox": {"person-sandbox", "seal-sandbox"}, "qualified": {"person-qscd", "seal-qscd"}}
# ETSI EN 319 411-2 clause 5.3: the policies of qualified certificates of keys in a device.
DEVICE_POLICIES = {"person": "0.4.0.194112.1.2", "organisation": "0.4.0.194112.1.3"}


@pytest.fixture(scope="module", params=["sandbox", "qualified"])
def hierarchy(request, samples):
    return samples.hierarchies[request.param]


@pytest.fixture(scope="module")
def chain(hierarchy, folder):
    return Chain(hierarchy, folder)


def test_the_samples_are_whole(samples):
    """So that no judge is content because there was nothing to judge."""
    assert {name: set(each.profiles) for name, each in samples.hierarchies.items()} == PROFILES
    for hierarchy in samples.hierarchies.values():
        numbers = set()
        for profile in hierarchy.profiles:
            found = [x509.Certificate.load(file.read_bytes()) for file in hierarchy.certificates(profile)]
            assert len(found) == COUNT
            assert len({each.subject.dump() for each in found}) == COUNT, "each person has a name of its own"
            assert {each.public_key.algorithm for each in found} == {"ec", "rsa"}
            numbers |= {each.serial_number for each in found}
        assert len(numbers) == COUNT * len(hierarchy.profiles)
        assert len(hierarchy.answers) == 1 + 2 * 5 * len(hierarchy.profiles)


def test_pkilint_finds_nothing(hierarchy):
    verdicts = dict(hierarchy.verdicts())
    assert len(verdicts) == 6 + COUNT * len(hierarchy.profiles) + 1 + hierarchy.shards + len(hierarchy.answers)
    wrong = [f"{title}: {finding}" for title, found in verdicts.items() for finding in found]
    assert not wrong, "\n".join(wrong[:20])


def test_openssl_verifies_each(hierarchy, chain):
    files = [file for profile in hierarchy.profiles for file in hierarchy.certificates(profile)]
    good, text = chain.verify(*files, hierarchy.folder / "g1-ocsp.cer")
    assert good and text.count(": OK") == len(files) + 1, text[-2000:]


def test_openssl_finds_the_policies(hierarchy, chain):
    """Through the chain: a CA without policies would take them away."""
    for name, profile in hierarchy.profiles.items():
        files = hierarchy.certificates(name)
        for policy in profile["policies"]:
            good, text = chain.verify(*files, policy=policy)
            assert good, text[-2000:]
        assert not chain.verify(files[0], policy="1.2.3")[0]
        assert (DEVICE_POLICIES[profile["kind"]] in profile["policies"]) == profile["device"]
