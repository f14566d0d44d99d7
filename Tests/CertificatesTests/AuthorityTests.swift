import Certificates
import Crypto
import Octets
import Testing
import Vocabulary

@Suite("Certificates of authorities", .timeLimit(.minutes(1)))
struct AuthorityTests {
  private let rootKey: SubjectPublicKey
  private let issuingKey: SubjectPublicKey
  private let serial: CertificateSerial

  init() throws {
    rootKey = try #require(SubjectPublicKey(der: Array(P384.Signing.PrivateKey().publicKey.derRepresentation)))
    issuingKey = try #require(SubjectPublicKey(der: Array(P256.Signing.PrivateKey().publicKey.derRepresentation)))
    serial = try #require(CertificateSerial(random: Array(1...16)))
  }

  private func draft(
    _ role: AuthorityDraft.Role, _ key: SubjectPublicKey, _ issuer: IssuerFacts?, name: String? = nil,
    _ validity: ClosedRange<UnixTime> = 1...1000
  ) throws -> AuthorityDraft? {
    let common = name ?? (role == .root ? "Root CA" : role == .issuing ? "CA G1" : "OCSP")
    let subject = try SubjectName.organisation(
      country: "AT", name: "Example Trust", identifier: "NTRAT-1", commonName: common)
    return AuthorityDraft(
      role, serial: serial, subject: subject, key: key, issuer: issuer, notBefore: validity.lowerBound,
      notAfter: validity.upperBound)
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
    let draft = try #require(try self.draft(.root, rootKey, nil))
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
    let draft = try #require(try self.draft(.issuing, issuingKey, root))
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
    #expect(issuing.subject == draft.subject)
    #expect(issuing.algorithm == .ecdsaWithSHA256)
    #expect(issuing.listAddress(shard: 3) == "http://pki.example.org/g1-3.crl")
    #expect(issuing.listAddress(of: serial) == "http://pki.example.org/g1-0.crl")
  }

  @Test("a responder: signs answers and nothing else, and its own status is not asked for")
  func responder() throws {
    let issuing = try self.facts(self.draft(.issuing, issuingKey, facts(self.draft(.root, rootKey, nil), "root")), "g1")
    let draft = try self.draft(.responder(policy: "2.999.2"), issuingKey, issuing)
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

  @Test("authorities that contradict who issues to them are not written")
  func refused() throws {
    let root = try self.facts(self.draft(.root, rootKey, nil), "root")
    let issuing = try self.facts(self.draft(.issuing, issuingKey, root), "g1")
    let responding = AuthorityDraft.Role.responder(policy: "2.999.2")
    #expect(try self.draft(.root, rootKey, root) == nil)
    #expect(try self.draft(.issuing, issuingKey, nil) == nil)
    #expect(try self.draft(.issuing, issuingKey, issuing, name: "CA G2") == nil)
    #expect(try self.draft(responding, issuingKey, nil) == nil)
    #expect(try self.draft(responding, issuingKey, root) == nil)
    #expect(try self.draft(.responder(policy: "x"), issuingKey, issuing) == nil)
    #expect(try self.draft(.issuing, issuingKey, root, name: "Root CA") == nil)
    #expect(try self.draft(.issuing, issuingKey, root, 0...1000) == nil)
    #expect(try self.draft(.issuing, issuingKey, root, 1...1001) == nil)
    #expect(try self.draft(.root, rootKey, nil, 5...5) == nil)
    let responder = try #require(try self.draft(responding, issuingKey, issuing))
    let facts = IssuerFacts(responder, id: "x", publicHost: "h", policyArc: "2.999", disclosures: [], shards: 1)
    #expect(facts == nil)
  }

  @Test("addresses and policies that could not be written are refused when they are told")
  func places() throws {
    let root = try #require(try self.draft(.root, rootKey, nil))
    func isTaken(
      id: String = "g1", host: String = "pki.example.org", arc: String = "2.999", url: String = "https://a.example/",
      language: String = "en", shards: Int = 16
    ) -> Bool {
      let disclosure = DisclosureStatement(url: url, language: language)
      return IssuerFacts(
        root, id: id, publicHost: host, policyArc: arc, disclosures: [disclosure], shards: shards) != nil
    }
    #expect(isTaken())
    #expect(isTaken(id: "g1-ocsp"))
    for id in ["", "G1", "g1/2", "g1-0", "g1-", "ü", String(repeating: "a", count: 33)] { #expect(!isTaken(id: id)) }
    for host in ["", ".", "a..b", "a b", "-a.example", "a.example/", "A.example", "a.example:80", "ü.example"] {
      #expect(!isTaken(host: host), "\(host)")
    }
    for arc in ["", "x", "3.1", "1.2.", "1", "1." + String(repeating: "2.", count: 40) + "1"] {
      #expect(!isTaken(arc: arc), "\(arc)")
    }
    for url in ["", "https://", "http://a.example/", "https://a.example/ b", "https://ü.example/", "https://a\n"] {
      #expect(!isTaken(url: url), "\(url)")
    }
    for language in ["", "EN", "eng", "e1"] { #expect(!isTaken(language: language)) }
    for shards in [-1, 0, 257] { #expect(!isTaken(shards: shards)) }
  }
}
