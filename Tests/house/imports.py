"""Checks who may know whom.

What a target depends on is read from the package's own description, and what its files import from the files. Fails when
a file imports what its target does not declare, when a target declares what none of its files imports, when a target has
no room here, and when one of the rules below is broken. A target knows what it depends on and what that knows.
"""

import sys

import package

# One rule book each: no sockets, files, clocks or randomness.
CORE = {
    "Octets", "Vocabulary", "Texts", "WireJSON", "JOSE", "CSCModel", "PartnerModel", "AuditLog", "Throttling", "Registry", "SoleControl",
    "Issuance", "OAuth", "TimestampAuthority", "DocumentSigning", "Conformance", "TransparencyLog", "Certificates",
    "Contracts", "RecordedCalls", "Enrolment",
}
# Implement ports of the core with an outside library each.
ADAPTERS = {
    "PKCS11Device", "OpenSSLPKI", "Webhooks", "OpenIDClient", "SQLiteStore", "HTTPGateway", "EIDSimulator",
    "ConformanceOpenSSL", "SelfSignedTLS",
}
# No implementation of a port but something made usable: threads, libcurl. Adapters may build on them.
PLUMBING = {"BlockingWork", "OutboundHTTP"}
# A service put together from all of these, and what its operator can do.
ASSEMBLY = {"Assembly", "OperatorCommands"}
PROGRAMS = {"countersign", "countersign-sandbox", "csc-conformance", "bench"}

# What holds customers' keys, and what must never be in it: each tool with the program that it is for.
PRODUCT = "countersign"
TOOLS = {
    "EIDSimulator": "countersign-sandbox", "SelfSignedTLS": "countersign-sandbox", "Conformance": "csc-conformance",
    "ConformanceOpenSSL": "csc-conformance",
}

# Stores, and the one file that knows which there are. The benchmark has a service of its own.
STORES = {"SQLiteStore"}
CHOOSES_STORE = "Sources/Assembly/Stores.swift"

# Declared before the first file that imports it.
AHEAD = set()

# All of the package's targets that these may know.
KNOWS_ONLY = {
    "Octets": set(),
    # Formats that others read too.
    "TransparencyLog": {"Octets"},
    "Vocabulary": set(),
    "Texts": {"Octets"},
    "Throttling": {"Vocabulary", "Octets"},
    # An authority of its own, which stamps for anybody.
    "TimestampAuthority": {"Vocabulary"},
    "Registry": {"Octets", "Vocabulary"},
    "WireJSON": {"Octets", "CJansson"},
    # What stands in a certificate, whoever has it made.
    "Certificates": {"Vocabulary", "Octets", "WireJSON", "CJansson"},
    "RecordedCalls": {"Vocabulary"},
    "JOSE": {"Octets", "Vocabulary", "WireJSON", "CJansson"},
    # The partner API as values.
    "PartnerModel": {"Octets", "Vocabulary", "WireJSON", "CJansson"},
    # A client that knows the wire and nothing of our insides.
    "Conformance": {"Vocabulary", "Octets", "WireJSON", "CJansson"},
}
# What these must not know.
NEVER_KNOWS = {
    "Registry": {"SoleControl", "OAuth", "Issuance"},
    "SoleControl": {"Issuance", "Certificates", "Contracts", "Enrolment", "RecordedCalls"},
    "OAuth": {"SoleControl", "Issuance", "Certificates", "Contracts", "Enrolment", "RecordedCalls"},
    "Contracts": {"SoleControl", "OAuth", "Issuance"},
    "Enrolment": {"Issuance", "OAuth", "PartnerModel", "Certificates"},
}

# Who alone may know these C modules. Any adapter may know the others.
C_MODULES = {"CJansson": "WireJSON", "CCryptoki": "PKCS11Device", "CCurl": "OutboundHTTP"}
# The software device of the tests makes its keys with OpenSSL.
TEST_C_MODULES = {("TestSupport", "COpenSSL")}

# Libraries that compute and do nothing else.
CORE_LIBRARIES = {"Crypto", "SwiftASN1"}
# Part of the system. Foundation has files and clocks in it, so of the core only these may import it, for texts and numbers.
SYSTEM = {"Foundation", "FoundationEssentials", "Synchronization", "Glibc", "Dispatch", "CDispatch", "CoreFoundation", "Testing"}
CORE_SYSTEM = {"Synchronization"}
CORE_FOUNDATION = {"Octets", "OAuth"}


def known(targets, name):
    """The package's targets that a target knows, directly or through others."""
    found, open_ends = set(), [name]
    while open_ends:
        for other in targets[open_ends.pop()].depends & targets.keys() - found:
            found.add(other)
            open_ends.append(other)
    return found


def rooms(targets):
    """Every target has a room, and every room its targets."""
    named = CORE | ADAPTERS | PLUMBING | ASSEMBLY | PROGRAMS
    for target in targets.values():
        if not target.isC and not target.is_for_tests and target.name not in named:
            yield f"{target.name} has no room in {sys.modules[__name__].__file__}"
    for name in sorted(named - targets.keys()):
        yield f"{name} has a room and is not in Package.swift"


def declared(targets):
    """Files import what their target declares, and all of that."""
    modules = {target.module: target.name for target in targets.values()}
    for target in targets.values():
        if target.isC:
            continue
        imported = set()
        for place, module in target.imports:
            name = modules.get(module, module)
            imported.add(name)
            if name not in target.depends | SYSTEM:
                yield f"{place}: Package.swift does not say that {target.name} depends on {name}"
        for name in sorted(target.depends - imported):
            # Tests need programs to be built, which they start.
            if not (target.is_for_tests and name in PROGRAMS or (target.name, name) in AHEAD):
                yield f"{target.name} depends on {name} and imports it nowhere"


def core(targets):
    """The core knows the core, and of libraries and system what only computes."""
    for name in sorted(CORE & targets.keys()):
        for other in sorted(known(targets, name) - CORE - {"CJansson"}):
            yield f"{name} is of the core and must not know {other}"
        for library in sorted(targets[name].depends - targets.keys() - CORE_LIBRARIES):
            yield f"{name} is of the core and must not depend on the library {library}"
        allowed = CORE_SYSTEM | ({"Foundation"} if name in CORE_FOUNDATION else set())
        for place, module in targets[name].imports:
            if module in SYSTEM - allowed:
                yield f"{place}: {name} is of the core and must not import {module}"


def neighbours(targets):
    """Imports that are forbidden, in the core and outside it."""
    for name, allowed in KNOWS_ONLY.items():
        if name in targets:
            for other in sorted(known(targets, name) - allowed):
                yield f"{name} must not know {other}"
    for name, forbidden in NEVER_KNOWS.items():
        if name in targets:
            for other in sorted(known(targets, name) & forbidden):
                yield f"{name} must not know {other}"


def adapters(targets):
    """Adapters do not know each other but for the plumbing, nor what is put together from them."""
    for name in sorted((ADAPTERS | PLUMBING) & targets.keys()):
        forbidden = ADAPTERS | ASSEMBLY | PROGRAMS | (set() if name in ADAPTERS else PLUMBING | CORE)
        for other in sorted(known(targets, name) & forbidden):
            yield f"{name} must not know {other}"


def c_modules(targets):
    """C stays with its adapter."""
    for target in targets.values():
        for name in sorted(target.depends & targets.keys()):
            if (target.name, name) in TEST_C_MODULES:
                continue
            if targets[name].isC and (target.name != C_MODULES[name] if name in C_MODULES else target.name not in ADAPTERS):
                yield f"{target.name} must not depend on the C module {name}"


def programs(targets):
    """Nothing is built on a program or on tests, a tool is for its program and for tests, and the product has none."""
    for target in targets.values():
        if target.is_for_tests:
            continue
        for name in sorted(target.depends & targets.keys()):
            if name in PROGRAMS or targets[name].is_for_tests:
                yield f"{target.name} must not depend on {name}"
            if name in TOOLS and TOOLS[name] not in (target.name, TOOLS.get(target.name)):
                yield f"{target.name} must not depend on {name}, which is for {TOOLS[name]} and for tests"
    for name in sorted(known(targets, PRODUCT) & (TOOLS.keys() | PROGRAMS)) if PRODUCT in targets else ():
        yield f"{PRODUCT} holds customers' keys and must not know {name}"


def stores(targets):
    """One file chooses the store, so that another one can be chosen."""
    for target in targets.values():
        if not target.is_for_tests and target.name != "bench":
            for place, module in target.imports:
                if module in STORES and not place.startswith(CHOOSES_STORE):
                    yield f"{place}: only {CHOOSES_STORE} names a store"


RULES = (rooms, declared, core, neighbours, adapters, c_modules, programs, stores)


def findings(targets):
    return [finding for rule in RULES for finding in rule(targets)]


def main() -> int:
    targets = package.read()
    found = findings(targets)
    imports = sum(len(target.imports) for target in targets.values())
    print("\n".join(found) if found else f"{len(targets)} targets with {imports} imports keep the rules of the house")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
