// swift-tools-version:6.2
import PackageDescription

// Exact versions, because Package.resolved is not kept in git (Specs/decisions/0001-dependencies.md).
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// A rule book without sockets, files, clocks or randomness.
func core(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Implements the ports of the core with one outside library.
func adapter(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Something that people start.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "countersign",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "countersign", targets: ["countersign"]),
    .executable(name: "countersign-sandbox", targets: ["countersign-sandbox"]),
    .executable(name: "csc-conformance", targets: ["csc-conformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
  ],
  targets: [
    .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(name: "CCryptoki", providers: [.apt(["libsofthsm2-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // libssl-dev and libp11-dev; with what a process that uses them does when it ends.
    .target(name: "COpenSSL"),
    // Files that are built into the program.
    .target(name: "CResources", exclude: ["pages"]),

    core("Vocabulary"),
    core("Octets", [crypto]),
    core("WireJSON", ["Octets", "CJansson"]),
    core("CSCModel", ["Vocabulary", "Octets", "WireJSON", .product(name: "SwiftASN1", package: "swift-asn1")]),
    core("PartnerModel", ["Vocabulary", "Octets", "WireJSON", crypto]),
    core("JOSE", ["Octets", "WireJSON"]),
    core("TransparencyLog", ["Octets", crypto]),
    core("AuditLog", ["Octets", "WireJSON", "TransparencyLog", crypto]),
    core("Throttling", ["Vocabulary", "Octets"]),
    core("Texts", ["Octets"]),
    core("Registry", ["Vocabulary", "Octets"]),
    core(
      "SoleControl",
      [
        "Vocabulary", "Registry", "Throttling", "AuditLog", "Octets", "Texts", "WireJSON", crypto,
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    core("Contracts", ["Vocabulary", "Octets", "WireJSON", "AuditLog", crypto]),
    core("Certificates", ["Vocabulary", "Octets", "WireJSON", crypto]),
    // Calls that may come twice, and signers of partners.
    core("RecordedCalls", ["Vocabulary"]),
    core("Enrolment", ["Vocabulary", "Octets", "WireJSON", "AuditLog", "SoleControl", "RecordedCalls", crypto]),
    core("Issuance", ["Vocabulary", "Octets", "SoleControl", "AuditLog", "Throttling", "WireJSON"]),
    core("OAuth", ["JOSE", "Vocabulary", "Registry", "Throttling", "Octets", "WireJSON", crypto]),
    core("Conformance", ["Vocabulary", "Octets", "WireJSON", crypto]),
    core("TimestampAuthority", ["Vocabulary"]),
    core(
      "DocumentSigning",
      [
        "Vocabulary", "SoleControl", "TimestampAuthority", "CSCModel", "Octets", "WireJSON",
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),

    adapter(
      "PKCS11Device",
      [
        "Vocabulary", "Octets", "BlockingWork", "SoleControl", "Enrolment", "CCryptoki",
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    adapter(
      "OpenSSLPKI",
      [
        "Vocabulary", "Octets", "BlockingWork", "SoleControl", "Issuance", "OAuth", "TimestampAuthority",
        "DocumentSigning",
        "COpenSSL", .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    adapter("ConformanceOpenSSL", ["Conformance", "COpenSSL"]),
    adapter("SelfSignedTLS", ["COpenSSL"]),
    adapter("OutboundHTTP", ["CCurl"]),
    adapter("Webhooks", ["Vocabulary", "Octets", "Registry", "SoleControl", "WireJSON", "OutboundHTTP", crypto]),
    adapter(
      "OpenIDClient",
      [
        "Vocabulary", "JOSE", "Octets", "Registry", "SoleControl", "OAuth", "WireJSON", "OutboundHTTP", crypto,
        .product(name: "JWTKit", package: "jwt-kit"),
      ]),
    // Not an implementation of a port but threads made usable, so adapters may build on it.
    .target(name: "BlockingWork", swiftSettings: strict),
    adapter(
      "SQLiteStore",
      [
        "Vocabulary", "Octets", "Throttling", "BlockingWork", "SoleControl", "Issuance", "OAuth", "AuditLog",
        "TransparencyLog", "RecordedCalls", "Enrolment",
        "Contracts", "WireJSON",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    adapter(
      "HTTPGateway",
      [
        "Vocabulary",
        "Throttling", "BlockingWork", "CSCModel", "Octets", "WireJSON", "Registry", "SoleControl", "Issuance", "OAuth",
        "TimestampAuthority", "DocumentSigning", "AuditLog", "CResources", "Texts", "PartnerModel", "RecordedCalls",
        "Enrolment",
        log, crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "HummingbirdHTTP2", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    adapter(
      "EIDSimulator",
      [
        "JOSE", "Octets", "WireJSON", "OutboundHTTP", log, crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "JWTKit", package: "jwt-kit"),
      ]),

    // A service put together from its configuration, and what its operator can do: shared by the programs that serve.
    .target(
      name: "Assembly",
      dependencies: [
        "JOSE", "Vocabulary", "BlockingWork", "Octets", "WireJSON", "CSCModel", "Registry", "SoleControl", "Enrolment",
        "Issuance",
        "OAuth", "AuditLog", "TransparencyLog", "Throttling", "TimestampAuthority",
        "DocumentSigning", "PKCS11Device", "OpenSSLPKI", "OpenIDClient", "OutboundHTTP", "Webhooks", "SQLiteStore",
        "HTTPGateway", "Texts", "Contracts",
        log,
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .target(
      name: "OperatorCommands",
      dependencies: [
        "Vocabulary", "Octets", "Assembly", "WireJSON", "CSCModel", "SoleControl", "OAuth", "AuditLog",
        "TransparencyLog", "OpenSSLPKI", "HTTPGateway", "Contracts", log, crypto, arguments,
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),

    // What holds customers' keys. No tool for trying out or testing is in it (Tests/house).
    program("countersign", ["OperatorCommands", arguments]),
    program(
      "countersign-sandbox",
      [
        "Vocabulary", "JOSE", "Octets", "Assembly", "OperatorCommands", "EIDSimulator", "WireJSON", "Registry",
        "SoleControl", "Issuance",
        "OAuth",
        "AuditLog",
        "PKCS11Device",
        "OpenSSLPKI", "OpenIDClient", "OutboundHTTP", "SelfSignedTLS", log, crypto, arguments,
      ]),
    program(
      "csc-conformance",
      ["Vocabulary", "Conformance", "ConformanceOpenSSL", "Octets", "WireJSON", "OutboundHTTP", arguments]),
    program(
      "bench",
      [
        "Vocabulary", "Octets", "WireJSON", "CSCModel", "Registry", "SoleControl", "Issuance", "OAuth", "PKCS11Device",
        "OpenSSLPKI",
        "OpenIDClient",
        "OutboundHTTP",
        "SQLiteStore", "AuditLog", "TransparencyLog",
        "HTTPGateway", log, arguments,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),

    support(
      "TestSupport",
      [
        "Vocabulary", "Octets", "Throttling", "Registry", "SoleControl", "Issuance", "OAuth", "AuditLog", "COpenSSL",
        "RecordedCalls", "Enrolment",
        "OpenSSLPKI", "WireJSON", "Contracts",
        crypto, log,
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    tests(
      "TimestampAuthorityTests",
      ["Vocabulary", "Octets", "TimestampAuthority", "OpenSSLPKI", "TestSupport"]),
    tests(
      "DocumentSigningTests",
      [
        "Vocabulary", "Octets", "DocumentSigning", "TimestampAuthority", "SoleControl", "Issuance", "AuditLog",
        "OpenSSLPKI",
        "TestSupport", "WireJSON",
      ]),
    support(
      "StoreConformance",
      [
        "Vocabulary", "Throttling", "Registry", "SoleControl", "Issuance", "OAuth", "AuditLog", "RecordedCalls",
        "Enrolment", "Contracts", "WireJSON", "TestSupport",
      ]),
    tests("OctetsTests", ["Octets"]),
    tests("ContractsTests", ["Contracts", "Vocabulary", "WireJSON", "AuditLog", "TestSupport"]),
    tests("RegistryTests", ["Registry", "Octets", "Vocabulary"]),
    tests("JOSETests", ["JOSE", "Octets", "WireJSON"]),
    support("Growth", []),
    tests("WireJSONTests", ["Growth", "WireJSON"]),
    tests("PartnerModelTests", ["Octets", "Vocabulary", "PartnerModel", "Growth", "WireJSON"]),
    tests("CSCModelTests", ["Octets", "Vocabulary", "CSCModel", "Growth", "WireJSON"]),
    tests(
      "OAuthTests",
      [
        "Octets", "Vocabulary", "Throttling", "Registry", "OAuth", "CSCModel", "OpenSSLPKI", "WireJSON", "TestSupport",
        crypto,
      ]),
    tests(
      "ConformanceTests",
      [
        "Octets", "Growth", "Vocabulary",
        "Conformance", "ConformanceOpenSSL", "csc-conformance", "DocumentSigning", "OpenSSLPKI", "SelfSignedTLS",
        "SoleControl",
        "WireJSON", "TestSupport", crypto, arguments,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
    tests("BlockingWorkTests", ["BlockingWork", "TestSupport"]),
    tests(
      "ProgramTests",
      [
        "Vocabulary", "Assembly", "AuditLog", "SoleControl", "TransparencyLog", "countersign-sandbox", "HTTPGateway",
        "OpenSSLPKI",
        "WireJSON", "TestSupport", "Contracts", "Registry", log,
      ]),
    tests("AuditLogTests", ["AuditLog", "TransparencyLog", "WireJSON", "Octets", crypto]),
    tests("TransparencyLogTests", ["TransparencyLog", "Octets", "Growth", crypto]),
    // Writes logs for readers that are not ours.
    .executableTarget(
      name: "log-samples", dependencies: ["TransparencyLog", crypto], path: "Tests/LogSamples", swiftSettings: strict),
    tests("CertificatesTests", ["Certificates", "Growth", "Octets", "Vocabulary", "WireJSON", crypto]),
    // Writes certificates for judges that are not ours.
    .executableTarget(
      name: "certificate-samples",
      dependencies: [
        "Certificates", "Vocabulary", "WireJSON", crypto, .product(name: "CryptoExtras", package: "swift-crypto"),
      ],
      path: "Tests/CertificateSamples", swiftSettings: strict),
    tests(
      "SoleControlTests",
      [
        "Vocabulary", "Octets", "Throttling", "Registry", "SoleControl", "Issuance", "AuditLog", "WireJSON",
        "OpenSSLPKI",
        "TestSupport",
      ]),
    tests(
      "EnrolmentTests",
      [
        "Vocabulary", "Enrolment", "RecordedCalls", "SoleControl", "AuditLog", "TestSupport",
      ]),
    tests(
      "IssuanceTests", ["Vocabulary", "Octets", "Issuance", "SoleControl", "AuditLog", "OpenSSLPKI", "TestSupport"]),
    tests(
      "SQLiteStoreTests",
      [
        "SQLiteStore", "SoleControl", "Issuance", "OAuth", "AuditLog", "TransparencyLog", "Throttling", "Vocabulary",
        "WireJSON", "StoreConformance", "Contracts", "Enrolment", "RecordedCalls", "TestSupport", crypto,
      ]),
    // The only tests that need a token: "make unit" leaves them out, and Tests/house/suites.py checks it.
    support("TokenSupport", ["OpenSSLPKI", "PKCS11Device", "TestSupport"]),
    tests(
      "PKCS11DeviceTests",
      [
        "Vocabulary", "PKCS11Device", "SoleControl", "Enrolment", "OpenSSLPKI", "TimestampAuthority", "TestSupport",
        "TokenSupport",
        crypto,
      ]),
    tests(
      "OutboundHTTPTests",
      [
        "OutboundHTTP", "TestSupport", .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
    tests(
      "WebhooksTests",
      [
        "Vocabulary", "Registry", "Webhooks", "SoleControl", "OutboundHTTP", "WireJSON", "TestSupport", crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    tests(
      "OpenIDClientTests",
      [
        "Vocabulary", "JOSE", "Octets", "Registry", "OpenIDClient", "OutboundHTTP", "EIDSimulator", "SoleControl",
        "WireJSON", "TestSupport", log,
        crypto,
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    tests(
      "HTTPGatewayTests",
      [
        "Octets", "Growth", "BlockingWork", "Vocabulary",
        "Throttling", "HTTPGateway", "CSCModel", "WireJSON", "Registry", "SoleControl", "Issuance", "OAuth", "AuditLog",
        "TransparencyLog", "OpenIDClient",
        "OpenSSLPKI", "SelfSignedTLS", "SQLiteStore", "Texts", "TimestampAuthority", "DocumentSigning", "Webhooks",
        "PartnerModel", "Enrolment", "RecordedCalls",
        "Contracts", "TestSupport", log, crypto,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    tests(
      "IntegrationTests",
      [
        "Octets", "countersign", "countersign-sandbox", "OperatorCommands", "AuditLog", "CSCModel", "OpenIDClient",
        "OutboundHTTP", "SelfSignedTLS", "TestSupport", "TokenSupport", "WireJSON",
      ]),
  ]
)
