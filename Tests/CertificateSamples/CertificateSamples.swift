import Certificates
import Crypto
import CryptoExtras
import Foundation
import Vocabulary
import WireJSON

/// Writes certificates of every profile in `Fixtures/profiles`, with the authorities that issued them and their keys,
/// for judges that are not ours (Tests/python/pki), and for operators who want to see what a profile makes.
///
///     certificate-samples FOLDER [COUNT]
///
/// In the folder: `samples.json`, and for each hierarchy (`sandbox`, which claims nothing, and `qualified`, of the
/// shape of qualified certificates) `root`, `g1` and `g1-ocsp` as `.cer` (DER) and `.key` (PKCS #8), and COUNT
/// certificates of each profile, 100 if nothing is said: `PROFILE/000.cer` and so on. Every one was looked at by
/// `Lint` before it was signed.
@main
struct CertificateSamples {
  struct Refused: Error { let findings: [LintFinding] }

  let folder: URL
  let count: Int
  let now: UnixTime
  /// Made once: keys of RSA take long.
  let rsa: [SampleKey]

  static func main() throws {
    let arguments = CommandLine.arguments
    let count = arguments.count == 3 ? Int(arguments[2]) : 100
    guard (2...3).contains(arguments.count), let count, (1...1000).contains(count) else {
      print("certificate-samples FOLDER [COUNT]")
      exit(64)
    }
    let rsa = try [_RSA.Signing.KeySize.bits3072, .bits4096].map { SampleKey.rsa(try .init(keySize: $0)) }
    try CertificateSamples(
      folder: URL(fileURLWithPath: arguments[1]), count: count, now: Int64(Date().timeIntervalSince1970), rsa: rsa
    ).write()
  }

  func write() throws {
    let sandbox = try Hierarchy(
      "sandbox", owner: "Countersign TEST", arc: OID.exampleEnterprise + ".1",
      profiles: try ["person-sandbox", "seal-sandbox"].map(profile), now: now)
    // A number that no enterprise has: that of examples is for what claims nothing, and pkilint cannot read 2.999.
    let qualified = try Hierarchy(
      "qualified", owner: "Example Trust GmbH", arc: "1.3.6.1.4.1.99999.1",
      profiles: try ["person-qscd", "seal-qscd"].map(profile), now: now)
    for hierarchy in [sandbox, qualified] { try write(hierarchy) }
    try save("samples.json", description([sandbox, qualified]).indented())
  }

  private func write(_ hierarchy: Hierarchy) throws {
    for (name, authority) in [
      ("root", hierarchy.root), ("g1", hierarchy.issuing), ("g1-ocsp", hierarchy.responder),
    ] {
      try save("\(hierarchy.name)/\(name).cer", authority.certificate)
      try save("\(hierarchy.name)/\(name).key", Array(authority.key.pem.utf8))
    }
    var issued: [String: [[UInt8]]] = [:]
    for profile in hierarchy.profiles {
      let certificates = try (0..<count).map { try certificate($0, profile, hierarchy) }
      for (number, certificate) in certificates.enumerated() {
        let digits = String(String(1000 + number).suffix(3))
        try save("\(hierarchy.name)/\(profile.name)/\(digits).cer", certificate)
      }
      issued[profile.name] = certificates
    }
    for (path, octets) in try StatusSamples(hierarchy: hierarchy, now: now).files(issued) {
      try save("\(hierarchy.name)/\(path)", octets)
    }
  }

  private func certificate(_ number: Int, _ profile: CertificateProfile, _ hierarchy: Hierarchy) throws -> [UInt8] {
    let subject = try SampleSubject(profile, number: number)
    let key = try subjectKey(number).publicKey
    let begin = now - profile.validity.backdate.seconds
    let draft = CertificateDraft(
      profile: profile, issuer: hierarchy.issuingFacts, serial: try Hierarchy.serial(), notBefore: begin,
      notAfter: profile.validity.usual.end(from: begin), subject: subject.subject, key: key)
    let toBeSigned = draft.toBeSigned
    let digests = Lint.digests(of: toBeSigned)
    let facts = LintFacts(
      profile: profile, issuer: hierarchy.issuingFacts, serial: draft.serial, isSerialReserved: true, now: now,
      earliest: begin, key: key.der, isKeyLocal: true, isDeviceCertified: true, mayIssueQualified: true,
      names: subject.names,
      identification: nil, nameOwner: LintOwner(digest: digests?.subject ?? [], isAnother: false),
      keyOwner: LintOwner(digest: digests?.key ?? [], isAnother: false))
    let findings = Lint.check(toBeSigned, facts)
    guard findings.isEmpty else { throw Refused(findings: findings) }
    let signature = try hierarchy.issuing.key.sign(toBeSigned)
    return hierarchy.issuingFacts.algorithm.assembled(toBeSigned, signature: signature)
  }

  private func subjectKey(_ number: Int) -> SampleKey {
    switch number % 10 {
    case 7: rsa[0]
    case 8: rsa[1]
    case let digit where digit % 2 == 1: .p384(P384.Signing.PrivateKey())
    default: .p256(P256.Signing.PrivateKey())
    }
  }

  private func profile(_ name: String) throws -> CertificateProfile {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/profiles")
    let text = Array(try Data(contentsOf: fixtures.appendingPathComponent("\(name).json")))
    return try CertificateProfile(parsing: text)
  }

  private func description(_ hierarchies: [Hierarchy]) -> JSONValue {
    let described = hierarchies.map { hierarchy in
      let profiles = hierarchy.profiles.map { profile in
        let policies = profile.policies(under: hierarchy.policyArc).map { JSONValue.string($0) }
        let members: [(String, JSONValue)] = [
          ("kind", .string(profile.kind.rawValue)), ("qualified", .bool(profile.isQualified)),
          ("device", .bool(profile.isInDevice)), ("policies", .array(policies)), ("count", .integer(Int64(count))),
        ]
        return (profile.name, JSONValue.object(JSONObject(members)))
      }
      let members: [(String, JSONValue)] = [
        ("policyArc", .string(hierarchy.policyArc)), ("shards", .integer(Int64(hierarchy.issuingFacts.shards))),
        ("profiles", .object(JSONObject(profiles))),
      ]
      return (hierarchy.name, JSONValue.object(JSONObject(members)))
    }
    return .object(
      JSONObject([
        ("time", .integer(now)), ("host", .string(Hierarchy.host)), ("hierarchies", .object(JSONObject(described))),
      ]))
  }

  private func save(_ path: String, _ octets: [UInt8]) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(octets).write(to: file)
  }
}
