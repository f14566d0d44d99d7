"""Checks who imports whom : the core knows no adapter, adapters do not know each other.

Reads the import lines of Sources/ and fails on the first target that imports what it must not.
"""

import pathlib
import re
import sys

CORE = {"Lifetimes", "Octets", "WireJSON", "CSCModel", "AuditLog", "Attempts", "SoleControl", "OAuth", "TimestampAuthority", "DocumentSigning",
        "Conformance"}
ADAPTERS = {"PKCS11Device", "OpenSSLPKI", "OutboundHTTP", "Webhooks", "EIDProvider", "SQLiteStore", "HTTPGateway",
            "EIDSimulator"}
C_MODULES = {"CJansson", "COpenSSL", "CCryptoki", "CCurl", "COpenAPI"}

# What a target may import besides the standard library.
ALLOWED = {
    "Octets": set(),
    "WireJSON": {"Octets", "CJansson"},
    "CSCModel": {"Octets", "WireJSON", "SwiftASN1", "Foundation"},
    "AuditLog": {"WireJSON", "Crypto"},
    # When what was given is good: a rule that all the others share.
    "Lifetimes": set(),
    "Attempts": {"Lifetimes", "Crypto"},
    "SoleControl": {"Attempts", "Lifetimes", "AuditLog", "Octets", "WireJSON", "Crypto", "Synchronization"},
    # Foundation normalizes texts (PreparedPassword.swift).
    "OAuth": {"Attempts", "Lifetimes", "Octets", "WireJSON", "Crypto", "Foundation"},
    # A client that knows the wire and nothing of our insides.
    "Conformance": {"Octets", "WireJSON", "Crypto"},
    "TimestampAuthority": {"SoleControl"},
    "DocumentSigning": {"SoleControl", "TimestampAuthority", "CSCModel", "Octets", "WireJSON", "Crypto", "SwiftASN1"},
    "PKCS11Device": {"Octets", "SoleControl", "CCryptoki", "SwiftASN1", "Foundation", "Synchronization"},
    # Not an implementation of a port but threads made usable, so adapters may build on it.
    "BlockingWork": {"Foundation", "Glibc"},
    "OpenSSLPKI": {"BlockingWork", "SoleControl", "OAuth", "TimestampAuthority", "DocumentSigning", "Conformance", "COpenSSL",
                   "Foundation", "Synchronization"},
    # Not an implementation of a port but libcurl made usable, so other adapters may build on it.
    "OutboundHTTP": {"CCurl", "Foundation"},
    "Webhooks": {"SoleControl", "WireJSON", "OutboundHTTP", "Crypto"},
    "EIDProvider": {"Octets", "SoleControl", "OAuth", "WireJSON", "OutboundHTTP", "Crypto", "JWTKit", "Foundation"},
    "SQLiteStore": {"BlockingWork", "Attempts", "SoleControl", "OAuth", "AuditLog", "WireJSON", "GRDB", "GRDBSQLite", "Foundation",
                    "Synchronization"},
    "HTTPGateway": CORE - {"Conformance"}
    | {"BlockingWork", "COpenAPI", "Crypto", "Logging", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HummingbirdHTTP2", "HTTPTypes", "Mustache",
       "NIOCore", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOHTTPTypesHTTP2", "NIOHTTP2", "NIOSSL", "NIOTLS", "ServiceLifecycle",
       "Foundation", "Synchronization"},
    "EIDSimulator": {"WireJSON", "OutboundHTTP", "Crypto", "Logging", "Hummingbird", "HTTPTypes", "NIOCore", "JWTKit", "Foundation"},
}
# The programs wire everything; only C modules stay with their adapters.
PROGRAMS = {"countersign", "bench"}

IMPORT = re.compile(r"^\s*(?:@\w+\s+)*(?:public |internal |package |private |fileprivate )?import (?:struct |class |enum |protocol |func )?(\w+)")


def main() -> int:
    sources = pathlib.Path(__file__).resolve().parents[2] / "Sources"
    wrong = []
    seen = 0
    for file in sorted(sources.rglob("*.swift")):
        target = file.relative_to(sources).parts[0]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = IMPORT.match(line)
            if not match:
                continue
            seen += 1
            name = match.group(1)
            if target in PROGRAMS:
                permitted = name not in C_MODULES
            elif target in ALLOWED:
                permitted = name in ALLOWED[target]
            else:
                wrong.append(f"{file.relative_to(sources.parent)}: {target} has no rule in {pathlib.Path(__file__).name}")
                break
            if not permitted:
                wrong.append(f"{file.relative_to(sources.parent)}:{number}: {target} must not import {name}")
    folders = {folder.name for folder in sources.iterdir() if folder.is_dir()}
    for missing in sorted((CORE | ADAPTERS | C_MODULES | PROGRAMS) - folders):
        wrong.append(f"Sources/{missing} is in the rules and not in the house")
    print("\n".join(wrong) if wrong else f"{seen} imports keep the rules of the house")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
