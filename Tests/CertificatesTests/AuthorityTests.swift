import Certificates
import Crypto
import Octets
import Testing
import Vocabulary

@Suite("Certificates of authorities", .timeLimit(.minutes(1)))
struct AuthorityTests {
  private let rootKey: SubjectPublicKey
  private let issuingKey: SubjectPublicKey
  private let name: SubjectName
  private let serial: CertificateSerial

  init() throws {
    rootKey = try #require(SubjectPublicKey(der: Array(P384.Signing.PrivateKey().publicKey.derRepresentation)))
    issuingKey = try #require(SubjectPublicKey(der: Array(P256.Signing.PrivateKey().publicKey.derRepresentation)))
    name = try .organisation(country: "AT", name: "Example Trust", identifier: "NTRAT-1", commonName: "CA")
    serial = try #require(CertificateSerial(random: Array(1...16)))
  }

  private func draft(_ role: AuthorityDraft.Role, _ key: SubjectPublicKey, _ issuer: IssuerFacts?) -> AuthorityDraft? {
    AuthorityDraft(role, serial: serial, subject: name, key: key, issuer: issuer, notBefore: 1, notAfter: 1000)
  }

  private func facts(_ draft: AuthorityDraft?, _ id: String) throws -> IssuerFacts {
    let draft = try #require(draft)
    return try #require(
      IssuerFacts(
        draft, id: id, publicHost: "pki.example.org", policyArc: "2.999", disclosures: [], shards: 4))
  }

  /// Object identifiers of the extensions in their order, an asterisk for a critical one, and the values.
  private func extensions(_ draft: AuthorityDraft?) throws -> [(String, String)] {
    try Element(#require(draft).toBeSigned).extensions.map { entry in
      let isCritical = entry.elements.count == 3
      let oid = OID.text(ofContent: entry[0].content) ?? ""
      return (isCritical ? oid + "*" : oid, Hex.encode(entry.elements.last?.content ?? []))
    }
  }

  private func text(_ text: String) -> String { Hex.encode(Array(text.utf8)) }

  @Test("a root: an authority over any number of others, signed by its own key")
  func root() throws {
    let draft = try #require(self.draft(.root, rootKey, nil))
    let element = Element(draft.toBeSigned)
    #expect(element[3] == element[5])
    #expect(element[2].octets == CertificateAlgorithm.ecdsaWithSHA384.der)
    let identifier = Hex.encode(rootKey.identifier)
    let found = try extensions(draft)
    #expect(found.map(\.0) == ["2.5.29.35", "2.5.29.14", "2.5.29.19*", "2.5.29.15*"])
    #expect(found.map(\.1) == ["30168014" + identifier, "0414" + identifier, "30030101ff", "03020106"])
  }

  @Test("an issuing authority: none below it, any policy, the root's certificate and list")
  func issuing() throws {
    let root = try self.facts(self.draft(.root, rootKey, nil), "root")
    let draft = try #require(self.draft(.issuing, issuingKey, root))
    #expect(draft.algorithm == .ecdsaWithSHA384)
    let found = try extensions(draft)
    #expect(
      found.map(\.0) == [
        "2.5.29.35", "2.5.29.14", "2.5.29.19*", "2.5.29.15*", "2.5.29.32", "2.5.29.31", "1.3.6.1.5.5.7.1.1",
      ])
    #expect(found[0].1 == "30168014" + Hex.encode(rootKey.identifier))
    #expect(found[2].1 == "30060101ff020100")
    #expect(found[3].1 == "03020106")
    #expect(found[4].1 == "300830060604551d2000")
    #expect(found[5].1.hasSuffix(text("http://pki.example.org/root.crl")))
    #expect(found[6].1.hasSuffix("06082b06010505073002" + "861f" + text("http://pki.example.org/root.cer")))
    let issuing = try self.facts(draft, "g1")
    #expect(issuing.subject == name.der)
    #expect(issuing.algorithm == .ecdsaWithSHA256)
    #expect(issuing.listAddress(shard: 3) == "http://pki.example.org/g1-3.crl")
    #expect(issuing.listAddress(of: serial) == "http://pki.example.org/g1-0.crl")
  }

  @Test("a responder: signs answers and nothing else, and its own status is not asked for")
  func responder() throws {
    let issuing = try self.facts(self.draft(.issuing, issuingKey, facts(self.draft(.root, rootKey, nil), "root")), "g1")
    let draft = self.draft(.responder(policy: "2.999.2"), issuingKey, issuing)
    let found = try extensions(draft)
    #expect(
      found.map(\.0) == [
        "2.5.29.35", "2.5.29.14", "2.5.29.19*", "2.5.29.15*", "2.5.29.37", "2.5.29.32", "1.3.6.1.5.5.7.48.1.5",
        "1.3.6.1.5.5.7.1.1",
      ])
    #expect(found[2].1 == "3000")
    #expect(found[3].1 == "03020780")
    #expect(found[4].1 == "300a06082b06010505070309")
    #expect(found[6].1 == "0500")
    #expect(!found[7].1.contains("06082b06010505073001"))
  }

  @Test("no root with an issuer, no other one without, and none that issues with a responder's key")
  func refused() throws {
    let root = try self.facts(self.draft(.root, rootKey, nil), "root")
    #expect(self.draft(.root, rootKey, root) == nil)
    #expect(self.draft(.issuing, issuingKey, nil) == nil)
    #expect(self.draft(.responder(policy: "2.999.2"), issuingKey, nil) == nil)
    let responder = try #require(self.draft(.responder(policy: "2.999.2"), issuingKey, root))
    let facts = IssuerFacts(
      responder, id: "x", publicHost: "h", policyArc: "2.999", disclosures: [], shards: 1)
    #expect(facts == nil)
  }
}
