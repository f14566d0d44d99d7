import Certificates
import Foundation
import Testing
import Vocabulary
import WireJSON

enum Fixtures {
  static let names = ["person-sandbox", "seal-sandbox", "person-qscd", "seal-qscd"]
  /// Profiles of this target's tests: short-term ones, with an address for status (S2) and without any (S1).
  static let shortNames = ["person-short", "person-short-s1"]

  static func text(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/profiles")
    return Array(try Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }

  static func json(_ name: String) throws -> JSONObject {
    try #require(try JSONValue.parse(try text(name), limits: .configuration).object)
  }

  static func profile(_ name: String) throws -> CertificateProfile {
    guard shortNames.contains(name) else { return try CertificateProfile(parsing: try text(name)) }
    return try CertificateProfile(.object(try short(isSilent: name == "person-short-s1")))
  }

  private static func short(isSilent: Bool) throws -> JSONObject {
    var object = try json("person-qscd")
    object["short"] = true
    object["validity"] = ["default": "PT2H", "longest": "PT2H", "backdate": "PT60S"]
    object["status"] = ["ocsp": .bool(!isSilent), "crl": false]
    let extensions: [JSONValue] = ["aki", "ski", "bc", "ku", "policies", "aia", "qc", "valassured"]
    object["extensions"] = .array(extensions + (isSilent ? ["norevavail"] : []))
    return object
  }

  /// A name and key of an authority that exists on paper.
  static func issuer(isTest: Bool) throws -> IssuerFacts {
    let name = try SubjectName.organisation(
      country: "AT", name: isTest ? "Countersign TEST" : "Example Trust GmbH", identifier: "NTRAT-FN123456a",
      commonName: "Issuing CA G1")
    return IssuerFacts(
      id: "g1", subject: name.der, keyIdentifier: [UInt8](repeating: 0x11, count: 20), algorithm: .ecdsaWithSHA256,
      notBefore: now - 1000, notAfter: now + 400_000_000, publicHost: "pki.example.org",
      policyArc: isTest ? "1.3.6.1.4.1.32473.1" : "2.999.1",
      disclosures: [
        DisclosureStatement(url: "https://www.example.org/pds/en.pdf", language: "en"),
        DisclosureStatement(url: "https://www.example.org/pds/de.pdf", language: "de"),
      ], shards: 16)
  }

  /// 2026-11-29 17:38:08 UTC.
  static let now: UnixTime = 1_795_973_888
}
