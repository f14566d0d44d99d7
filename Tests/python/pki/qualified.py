"""pyHanko's verdict: whether a certificate is a qualified one, by a trusted list of the test's own."""

import asyncio

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from asn1crypto import x509
from pyhanko.sign.validation.qualified.assess import QualificationAssessor
from pyhanko.sign.validation.qualified.tsp import (
    CA_QC_URI, BaseServiceInformation, CAServiceInformation, CriteriaCombination, CriteriaList, PolicySetCriterion,
    QcCertType, Qualification, Qualifier, TSPRegistry,
)
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext


def registry(issuing, kinds, delegated=None):
    """A trusted list with one service, CA/QC, of this CA.

    `kinds`: types of certificates that the service is listed for. `delegated`: the policy whose keys the provider manages on
    behalf of the signer, as a list has it for remote signing.
    """
    base = BaseServiceInformation(
        service_type=CA_QC_URI, service_name="Test", valid_from=datetime.now(timezone.utc) - timedelta(days=365),
        valid_until=None, provider_certs=(x509.Certificate.load(issuing),),
        additional_info_certificate_type=frozenset(kinds), other_additional_info=frozenset())
    qualifications = frozenset()
    if delegated:
        criteria = CriteriaList(
            combine_as=CriteriaCombination.ALL, criteria=frozenset([PolicySetCriterion(frozenset([delegated]))]))
        qualifications = frozenset([Qualification(frozenset([Qualifier.QSCD_MANAGED_ON_BEHALF]), criteria)])
    services = TSPRegistry()
    services.register_ca(CAServiceInformation(
        base_info=base, qualifications=qualifications, expired_certs_revocation_info=None))
    return services


@dataclass(frozen=True)
class Validator:
    """Validation of certificates of one hierarchy, without a network."""

    root: bytes
    issuing: bytes

    def path(self, certificate, lists=(), answers=(), moment=None, mode="soft-fail"):
        """The path from the root; fails if there is none, or if it is revoked."""
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(self.root)], other_certs=[x509.Certificate.load(self.issuing)],
            crls=list(lists), ocsps=list(answers), revocation_mode=mode, moment=moment, allow_fetching=False)
        validator = CertificateValidator(x509.Certificate.load(certificate), validation_context=context)
        return asyncio.run(validator.async_validate_usage({"non_repudiation"}))

    def status(self, certificate, services):
        """Qualified or not, for what, and where the key is."""
        return QualificationAssessor(services).check_entity_cert_qualified(self.path(certificate)).status


ALL_KINDS = [QcCertType.QC_ESIGN, QcCertType.QC_ESEAL]
