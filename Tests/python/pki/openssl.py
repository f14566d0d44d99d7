"""OpenSSL's verdict on chains, lists and answers."""

import subprocess


def openssl(*arguments, octets=None):
    """What the command wrote, both streams, and whether it succeeded."""
    done = subprocess.run(["openssl", *map(str, arguments)], input=octets, capture_output=True)
    return done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")


class Chain:
    """A root and a CA in files as OpenSSL wants them."""

    def __init__(self, hierarchy, folder):
        self.hierarchy = hierarchy
        self.root, self.issuing, self.both = (folder / f"{hierarchy.name}-{each}.pem" for each in ("root", "g1", "both"))
        for file, target in [("root.cer", self.root), ("g1.cer", self.issuing)]:
            good, text = openssl("x509", "-inform", "DER", "-in", hierarchy.folder / file, "-out", target)
            assert good, text
        self.both.write_text(self.root.read_text() + self.issuing.read_text())

    def verify(self, *files, lists=(), time=None, policy=None):
        """Certificates, by the strict rules; with lists also whether each of the chain is revoked."""
        options = ["-x509_strict", "-CAfile", self.root, "-untrusted", self.issuing]
        if lists:
            options += ["-crl_check_all"]
            for each in lists:
                options += ["-CRLfile", each]
        if time:
            options += ["-attime", time]
        if policy:
            options += ["-policy", policy, "-explicit_policy"]
        return openssl("verify", *options, *files)

    def list(self, file, issuer):
        """Whether a list has a good signature of its issuer, and its text."""
        good, text = openssl("crl", "-inform", "DER", "-in", file, "-CAfile", issuer, "-noout", "-text")
        return good and "verify OK" in text, text

    def status(self, answer, certificate, function, *more):
        """What an answer says about a certificate, to a client that asked with this hash function."""
        return openssl(
            "ocsp", "-respin", answer, "-issuer", self.issuing, f"-{function}", "-cert", certificate, "-CAfile",
            self.root, "-verify_other", self.issuing, "-no_nonce", *more)

    def ask(self, answer, serial):
        """The same about a serial number, with SHA-1."""
        return openssl(
            "ocsp", "-respin", answer, "-issuer", self.issuing, "-serial", serial, "-CAfile", self.root,
            "-verify_other", self.issuing, "-no_nonce")
