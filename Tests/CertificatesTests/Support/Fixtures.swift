import Certificates
import Foundation
import Testing
import Vocabulary
import WireJSON

enum Fixtures {
  static let names = ["person-sandbox", "seal-sandbox", "person-qscd", "seal-qscd"]
  /// Profiles of this target's tests: short-term ones, with an address for status (S2) and without any (S1).
  static let shortNames = ["person-short", "person-short-s1"]
  /// Others: not qualified and in a device; with all statements that there are; with a pseudonym.
  static let otherNames = ["person-ncp-plus", "person-everything", "person-pseudonym"]

  static func text(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/profiles")
    return Array(try Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }

  static func json(_ name: String) throws -> JSONObject {
    try #require(try JSONValue.parse(try text(name), limits: .configuration).object)
  }

  static func profile(_ name: String) throws -> CertificateProfile {
    switch name {
    case "person-short", "person-short-s1":
      return try CertificateProfile(.object(try short(isSilent: name == "person-short-s1")))
    case _ where otherNames.contains(name): return try CertificateProfile(.object(try other(name)))
    default: return try CertificateProfile(parsing: try text(name))
    }
  }

  private static func other(_ name: String) throws -> JSONObject {
    var object = try json("person-qscd")
    var statements = try #require(object["statements"]?.object)
    var subject = try #require(object["subject"]?.object)
    switch name {
    case "person-ncp-plus":
      object["qualified"] = false
      object["device"] = false
      object["policies"] = [".1.5", "0.4.0.2042.1.2"]
    case "person-everything":
      statements["limit"] = ["currency": "EUR", "amount": 50, "exponent": 3]
      statements["nameAuthorities"] = ["https://register.example.org/"]
      statements["identMethod"] = true
    default:
      subject["pseudonym"] = true
      subject["commonName"] = "{GN} {SN} {pseudonym}"
    }
    object["statements"] = .object(statements)
    object["subject"] = .object(subject)
    return object
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
    let facts = IssuerFacts(
      id: "g1", subject: name.der, keyIdentifier: [UInt8](repeating: 0x11, count: 20), algorithm: .ecdsaWithSHA256,
      notBefore: now - 1000, notAfter: now + 400_000_000, publicHost: "pki.example.org",
      policyArc: isTest ? "1.3.6.1.4.1.32473.1" : "2.999.1",
      disclosures: [
        DisclosureStatement(url: "https://www.example.org/pds/en.pdf", language: "en"),
        DisclosureStatement(url: "https://www.example.org/pds/de.pdf", language: "de"),
      ], shards: 16)
    return try #require(facts)
  }

  /// 2026-11-29 17:38:08 UTC.
  static let now: UnixTime = 1_795_973_888
}
