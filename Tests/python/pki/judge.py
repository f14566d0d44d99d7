"""pkilint's verdict on certificates, pairs of them, revocation lists and answers on status.

    python -m pki.judge FOLDER

The folder is what `certificate-samples` writes. Prints what pkilint found at or above WARNING that is not allowed, and exits
with 1 if there is something.
"""

import functools
import json
import re
import sys

from dataclasses import dataclass
from pathlib import Path

from pkilint import etsi, finding_filter, loader, pkix
from pkilint.bin import lint_pkix_signer_signee_cert_chain as chain
from pkilint.etsi.etsi_constants import CertificateType
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pkilint.validation import ValidationFindingSeverity

WARNING, NOTICE = ValidationFindingSeverity.WARNING, ValidationFindingSeverity.NOTICE
# Findings at or above WARNING about what is valid: pkilint knows the standards of 2023 (Specs/decisions/0069-judges.md).
ALLOWED = json.loads(Path(__file__).with_name("allowed.json").read_text())

PERSON = CertificateType.NCP_NATURAL_PERSON_CERTIFICATE
QUALIFIED_PERSON = CertificateType.QCP_N_QSCD_EIDAS_FINAL_CERTIFICATE
# pkilint has no types of qualified seals: it looks at names, keys and addresses of seals, and at none of their statements.
SEAL = CertificateType.NCP_LEGAL_PERSON_CERTIFICATE


@dataclass(frozen=True)
class Finding:
    severity: str
    code: str
    # What it is about, as pkilint names it.
    place: str
    message: str

    def __str__(self):
        return f"{self.severity} {self.code} at {self.place}: {self.message}"


def findings(results, least=WARNING):
    """Those at or above this severity. Numbers of severities grow downwards."""
    return [
        Finding(each.finding.severity.name, each.finding.code, result.node.path, each.message or "")
        for result in results for each in result.finding_descriptions if each.finding.severity <= least]


@functools.cache
def rules_of(kind):
    """pkilint's rules of a type of end-entity certificates."""
    return certificate.create_pkix_certificate_validator_container(
        etsi.create_decoding_validators(kind), etsi.create_validators(kind))


def end_entity(octets, kind):
    """Of a certificate of a person or an organisation."""
    document = loader.load_der_certificate(octets, "certificate")
    results = rules_of(kind).validate(document.root)
    return findings(finding_filter.filter_results(etsi.create_etsi_finding_filters(kind), results)[0])


@functools.cache
def authority_rules():
    return certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ])


def authority(octets):
    """Of a certificate of a CA, or of who answers for it."""
    return findings(authority_rules().validate(loader.load_der_certificate(octets, "certificate").root))


@functools.cache
def pair_rules():
    return (
        chain.create_decoder_validation_container(), chain.create_issuer_validation_container(),
        chain.create_subject_validation_container())


def pair(issuer, subject):
    """Of names, key identifiers, policies and signature between two certificates. That names differ is a notice only."""
    documents = {}
    for place, octets in [("issuer", issuer), ("subject", subject)]:
        documents[place] = loader.load_der_certificate(octets, place, place, documents)
    decoder, of_issuer, of_subject = pair_rules()
    issuer, subject = documents["issuer"].root, documents["subject"].root
    results = decoder.validate(issuer) + decoder.validate(subject)
    return findings(results + of_issuer.validate(issuer) + of_subject.validate(subject), NOTICE)


@functools.cache
def list_rules():
    return crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]), crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ])


def revocation_list(octets):
    return findings(list_rules().validate(loader.load_der_crl(octets, "list").root))


@functools.cache
def answer_rules():
    return ocsp.create_pkix_ocsp_response_validator_container(
        [
            ocsp.create_response_decoder(), pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ], [])


def answer(octets):
    """Of an answer on status. It finds what cannot be decoded; OpenSSL and pyHanko look at the rest."""
    return findings(answer_rules().validate(loader.load_der_ocsp_response(octets, "answer").root))


def kind_of(profile):
    """How to lint certificates of a profile; `profile`: as samples.json has it."""
    if profile["kind"] != "person":
        return SEAL
    return QUALIFIED_PERSON if profile["qualified"] and profile["device"] else PERSON


def not_allowed(found, identifiers=()):
    """Those that no entry of the allow-list explains. `identifiers`: of the subject, as its name has them."""
    def explains(entry, finding):
        return entry["code"] == finding.code and any(re.fullmatch(entry["identifier"], each) for each in identifiers)

    return [finding for finding in found if not any(explains(entry, finding) for entry in ALLOWED)]


def main():
    from pki.samples import Samples

    samples, count, total = Samples(Path(sys.argv[1])), 0, 0
    for title, found in samples.verdicts():
        total += 1
        for finding in found:
            print(f"{title}: {finding}")
            count += 1
    print(f"{total} files, {count} findings")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
