import Certificates
import Crypto
import Vocabulary

/// An authority with its key and what it signed.
struct SampleAuthority {
  let key: SampleKey
  let draft: AuthorityDraft
  let certificate: [UInt8]

  /// - Parameter issuer: nil for a root, which signs itself.
  init(
    _ role: AuthorityDraft.Role, _ name: SubjectName, key: SampleKey, issuer: (facts: IssuerFacts, key: SampleKey)?,
    notBefore: UnixTime, notAfter: UnixTime
  ) throws {
    let serial = try Hierarchy.serial()
    guard
      let draft = AuthorityDraft(
        role, serial: serial, subject: name, key: try key.publicKey, issuer: issuer?.facts, notBefore: notBefore,
        notAfter: notAfter)
    else { throw SampleKey.NotIssuable() }
    (self.key, self.draft) = (key, draft)
    let toBeSigned = draft.toBeSigned
    certificate = draft.algorithm.assembled(toBeSigned, signature: try (issuer?.key ?? key).sign(toBeSigned))
  }
}

/// A root, the authority that it issues to, and the responder of that one.
struct Hierarchy {
  static let host = "pki.countersign.example.org"

  let name: String
  let policyArc: String
  let profiles: [CertificateProfile]
  let root, issuing, responder: SampleAuthority
  /// Of the root and of the issuing authority, as those see them whom they issue to.
  let rootFacts, issuingFacts: IssuerFacts

  /// - Parameter now: UTC, seconds since 1970.
  init(_ name: String, owner: String, arc: String, profiles: [CertificateProfile], now: UnixTime) throws {
    (self.name, self.policyArc, self.profiles) = (name, arc, profiles)
    func named(_ common: String) throws -> SubjectName {
      try .organisation(country: "AT", name: owner, identifier: "NTRAT-000000a", commonName: "\(owner) \(common)")
    }
    func facts(_ authority: SampleAuthority, _ id: String, shards: Int) throws -> IssuerFacts {
      let disclosures = ["en", "de"].map {
        DisclosureStatement(url: "https://www.countersign.example.org/pds/\($0).pdf", language: $0)
      }
      guard
        let facts = IssuerFacts(
          authority.draft, id: id, publicHost: Self.host, policyArc: arc, disclosures: disclosures, shards: shards)
      else { throw SampleKey.NotIssuable() }
      return facts
    }
    let day = Int64(86_400)
    root = try SampleAuthority(
      .root, named("Root CA G1"), key: .p384(P384.Signing.PrivateKey()), issuer: nil, notBefore: now - day,
      notAfter: now + 7300 * day)
    rootFacts = try facts(root, "root", shards: 1)
    issuing = try SampleAuthority(
      .issuing, named("Issuing CA G1"), key: .p256(P256.Signing.PrivateKey()), issuer: (rootFacts, root.key),
      notBefore: now - day, notAfter: now + 3650 * day)
    issuingFacts = try facts(issuing, "g1", shards: 16)
    responder = try SampleAuthority(
      .responder(policy: arc + ".2.1"), named("OCSP G1 1"), key: .p256(P256.Signing.PrivateKey()),
      issuer: (issuingFacts, issuing.key), notBefore: now - day, notAfter: now + 30 * day)
  }

  static func serial() throws -> CertificateSerial {
    guard let serial = CertificateSerial(random: (0..<16).map { _ in .random(in: .min ... .max) }) else {
      throw SampleKey.NotIssuable()
    }
    return serial
  }
}
