"""The folder that `certificate-samples` writes: certificates of every profile, their chain, lists and answers."""

import json
import subprocess

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from harness.program import ROOT
from pki import judge

PROGRAM = ROOT / ".build/debug/certificate-samples"
# Statuses of the first certificates of each profile, as Tests/CertificateSamples/StatusSamples.swift gives them.
STATES = ["good", "key_compromise", "certificate_hold", "unspecified", "good"]


@dataclass(frozen=True)
class Hierarchy:
    """A root, a CA that issues, who answers for it, and what it issued."""

    name: str
    folder: Path
    # Of all addresses in its certificates.
    host: str
    facts: dict

    def read(self, file):
        return (self.folder / file).read_bytes()

    @property
    def root(self):
        return self.read("root.cer")

    @property
    def issuing(self):
        return self.read("g1.cer")

    @property
    def responder(self):
        return self.read("g1-ocsp.cer")

    @property
    def shards(self):
        return self.facts["shards"]

    @property
    def profiles(self):
        return self.facts["profiles"]

    @property
    def issuing_key(self):
        return load_pem_private_key(self.read("g1.key"), None)

    def certificates(self, profile):
        """Files of a profile's certificates, in order."""
        return sorted((self.folder / profile).glob("*.cer"))

    @property
    def lists(self):
        """Files of the issuing CA's lists, one for each shard."""
        return [self.folder / f"g1-{shard}.crl" for shard in range(self.shards)]

    def list_of(self, octets):
        """The shard that a certificate is on."""
        return self.folder / f"g1-{x509.Certificate.load(octets).serial_number % 256 % self.shards}.crl"

    def answer(self, profile, number, function):
        return self.folder / f"ocsp/{profile}-{number:03}-{function}.ocsp"

    @property
    def answers(self):
        return sorted((self.folder / "ocsp").glob("*.ocsp"))

    def verdicts(self):
        """Names of all files, or pairs of files, with what pkilint found and nothing explains."""
        for file in ["root.cer", "g1.cer", "g1-ocsp.cer"]:
            yield f"{self.name}/{file}", judge.authority(self.read(file))
        for issuer, subject in [("root.cer", "root.cer"), ("root.cer", "g1.cer"), ("g1.cer", "g1-ocsp.cer")]:
            yield f"{self.name}/{issuer} and {subject}", judge.pair(self.read(issuer), self.read(subject))
        for name, profile in self.profiles.items():
            for file in self.certificates(name):
                octets = file.read_bytes()
                found = judge.end_entity(octets, judge.kind_of(profile)) + judge.pair(self.issuing, octets)
                yield f"{self.name}/{name}/{file.name}", judge.not_allowed(found, identifiers(octets))
        for file in [self.folder / "root.crl", *self.lists]:
            yield f"{self.name}/{file.name}", judge.revocation_list(file.read_bytes())
        for file in self.answers:
            yield f"{self.name}/ocsp/{file.name}", judge.answer(file.read_bytes())


@dataclass(frozen=True)
class Samples:
    folder: Path

    @classmethod
    def write(cls, folder, count):
        """Has the program write so many certificates of each profile."""
        subprocess.run([PROGRAM, folder, str(count)], check=True)
        return cls(folder)

    @property
    def facts(self):
        return json.loads((self.folder / "samples.json").read_text())

    @property
    def hierarchies(self):
        return {
            name: Hierarchy(name, self.folder / name, self.facts["host"], facts)
            for name, facts in self.facts["hierarchies"].items()}

    def verdicts(self):
        for hierarchy in self.hierarchies.values():
            yield from hierarchy.verdicts()


def identifiers(octets):
    """`serialNumber` and `organizationIdentifier` of a certificate's subject."""
    subject = x509.Certificate.load(octets).subject.native
    return [subject[each] for each in ("serial_number", "organization_identifier") if each in subject]
