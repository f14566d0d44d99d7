"""OpenSSL and pyHanko read our lists and answers, and say what is in them."""

import re

from datetime import datetime, timedelta, timezone

import pytest
from pyhanko_certvalidator.errors import InsufficientRevinfoError, RevokedError

from pki.changing import without_list_extension
from pki import judge
from pki.openssl import Chain
from pki.qualified import Validator
from pki.samples import STATES

# How OpenSSL prints them, of lists and of answers.
ON_LISTS = {"key_compromise": "Key Compromise", "certificate_hold": "Certificate Hold"}
IN_ANSWERS = {"key_compromise": "keyCompromise", "certificate_hold": "certificateHold"}
AUTHORITY_KEY, NUMBER = "2.5.29.35", "2.5.29.20"


@pytest.fixture(scope="module", params=["sandbox", "qualified"])
def hierarchy(request, samples):
    return samples.hierarchies[request.param]


@pytest.fixture(scope="module")
def chain(hierarchy, folder):
    return Chain(hierarchy, folder)


@pytest.fixture(scope="module")
def validator(hierarchy):
    return Validator(hierarchy.root, hierarchy.issuing)


def cases(hierarchy):
    """The first certificates of each profile, with their states: (profile, number, file, state)."""
    return [
        (profile, number, file, state) for profile in hierarchy.profiles
        for number, (file, state) in enumerate(zip(hierarchy.certificates(profile), STATES))]


def lists_for(hierarchy, file):
    return [hierarchy.folder / "root.crl", hierarchy.list_of(file.read_bytes())]


def test_every_list_is_signed_by_its_issuer(hierarchy, chain):
    assert chain.list(hierarchy.folder / "root.crl", chain.root)[0]
    for file in hierarchy.lists:
        good, text = chain.list(file, chain.issuing)
        assert good, text
        assert f"URI:http://{hierarchy.host}/{file.name}" in text and "Only User Certificates" in text
        assert not chain.list(file, chain.root)[0], "the root did not sign it"


def test_lists_name_what_is_revoked_and_nothing_else(hierarchy, chain):
    entries = {}
    for file in hierarchy.lists:
        text = chain.list(file, chain.issuing)[1]
        for number, rest in re.findall(r"Serial Number: (\w+)\n(.*?)(?=Serial Number:|Signature Algorithm:)", text, re.S):
            assert int(number, 16) not in entries
            entries[int(number, 16)] = rest
    from asn1crypto import x509
    expected = {
        x509.Certificate.load(file.read_bytes()).serial_number: state
        for _, _, file, state in cases(hierarchy) if state != "good"}
    assert entries.keys() == expected.keys()
    for number, state in expected.items():
        assert (ON_LISTS[state] in entries[number]) if state in ON_LISTS else "Reason" not in entries[number]
        assert ("Invalidity Date" in entries[number]) == (state == "key_compromise")


def test_a_list_with_many_entries(sandbox_hierarchy, folder):
    """OpenSSL reads 100,000 and finds the signature good."""
    file, chain = sandbox_hierarchy.folder / "large.crl", Chain(sandbox_hierarchy, folder)
    good, text = chain.list(file, chain.issuing)
    assert good and text.count("Serial Number:") == 100_000
    assert file.stat().st_size < 51 * 100_000


def test_openssl_verifies_against_lists(hierarchy, chain):
    for _, _, file, state in cases(hierarchy):
        good, text = chain.verify(file, lists=lists_for(hierarchy, file))
        assert good == (state == "good"), text
        assert good or "error 23" in text, "revoked, and nothing else"
    # The list of another shard says nothing about it.
    file = hierarchy.certificates(next(iter(hierarchy.profiles)))[0]
    other = next(each for each in hierarchy.lists if each != hierarchy.list_of(file.read_bytes()))
    good, text = chain.verify(file, lists=[hierarchy.folder / "root.crl", other])
    assert not good and ("error 3 " in text or "error 44" in text), text


@pytest.mark.parametrize("function", ["sha1", "sha256"])
def test_openssl_reads_answers(hierarchy, chain, function):
    for profile, number, file, state in cases(hierarchy):
        good, text = chain.status(hierarchy.answer(profile, number, function), file, function)
        assert good and "Response verify OK" in text, text
        assert f"{file}: {'good' if state == 'good' else 'revoked'}" in text, text
        assert (f"Reason: {IN_ANSWERS[state]}" in text) if state in IN_ANSWERS else "Reason" not in text
        # It is about this certificate alone, and for who asked with this function.
        other = hierarchy.certificates(profile)[9]
        assert "No Status found" in chain.status(hierarchy.answer(profile, number, function), other, function)[1]
        another = {"sha1": "sha256", "sha256": "sha1"}[function]
        assert "No Status found" in chain.status(hierarchy.answer(profile, number, function), file, another)[1]


def test_what_was_never_issued_is_unknown(hierarchy, chain):
    answer = hierarchy.folder / "ocsp/never-issued.ocsp"
    done, text = chain.ask(answer, "0x7f000000000000000000000000000000")
    assert done and "0x7f000000000000000000000000000000: unknown" in text, text


def test_pyhanko_agrees(hierarchy, validator):
    """With revocation data for every certificate of the path, from a list or from an answer."""
    root = hierarchy.read("root.crl")
    for profile, number, file, state in cases(hierarchy):
        octets = file.read_bytes()
        sources = [{"lists": [root, hierarchy.list_of(octets).read_bytes()]}]
        sources += [
            {"lists": [root], "answers": [hierarchy.answer(profile, number, function).read_bytes()]}
            for function in ("sha1", "sha256")]
        for source in sources:
            if state == "good":
                validator.path(octets, mode="hard-fail", **source)
            else:
                with pytest.raises(RevokedError):
                    validator.path(octets, mode="hard-fail", **source)


def test_pyhanko_takes_no_list_or_answer_for_another(hierarchy, validator):
    """That the judge looks: other shards, other certificates, past their ends."""
    profile = next(iter(hierarchy.profiles))
    file = hierarchy.certificates(profile)[0]
    octets, root = file.read_bytes(), hierarchy.read("root.crl")
    own = hierarchy.list_of(octets)
    other = next(each for each in hierarchy.lists if each != own)
    late = datetime.now(timezone.utc) + timedelta(days=2)
    for source in [
        {"lists": [root]}, {"lists": [root, other.read_bytes()]}, {"lists": [own.read_bytes()]},
        {"lists": [root], "answers": [hierarchy.answer(profile, 4, "sha1").read_bytes()]},
        {"lists": [root, own.read_bytes()], "moment": late},
        {"lists": [root], "answers": [hierarchy.answer(profile, 0, "sha1").read_bytes()], "moment": late},
    ]:
        with pytest.raises(InsufficientRevinfoError):
            validator.path(octets, mode="hard-fail", **source)


def test_pkilint_finds_a_list_that_lacks_something(hierarchy):
    octets = hierarchy.lists[0].read_bytes()
    assert judge.revocation_list(octets) == []
    for identifier, code in [
        (AUTHORITY_KEY, "pkix.authority_key_identifier_missing"), (NUMBER, "pkix.crl_number_missing")]:
        found = judge.revocation_list(without_list_extension(octets, hierarchy.issuing_key, identifier))
        assert [each.code for each in found] == [code]
