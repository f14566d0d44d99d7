import Certificates
import Crypto
import Testing
import Vocabulary

/// The writer and the reader are two codes; here they meet on certificates that no one thought of.
@Suite("Random certificates", .timeLimit(.minutes(5)))
struct RandomDraftTests {
  private let keys: [SubjectPublicKey]

  init() throws {
    let points = (0..<8).map { number in
      number % 2 == 0
        ? Array(P256.Signing.PrivateKey().publicKey.derRepresentation)
        : Array(P384.Signing.PrivateKey().publicKey.derRepresentation)
    }
    keys = try points.map { try #require(SubjectPublicKey(der: $0)) }
  }

  /// Letters of many scripts, with marks that compose and marks that do not.
  private func text(_ most: Int) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0x100...0x17F, 0x391...0x3A1, 0x410...0x44F, 0x5D0...0x5EA,
      0x4E00...0x4F00, 0x300...0x304, 0x1F600...0x1F610,
    ]
    var text = "A"
    for _ in 0..<Int.random(in: 0..<most) {
      let range = ranges.randomElement() ?? 0x41...0x5A
      if let scalar = Unicode.Scalar(UInt32.random(in: range)) { text.unicodeScalars.append(scalar) }
      if Int.random(in: 0..<12) == 0 { text += " B" }
    }
    return text
  }

  private func draft(_ good: GoodDraft) throws -> (CertificateDraft, LintFacts) {
    var facts = good.facts
    let profile = good.draft.profile
    let subject: SubjectName
    let country = ["AT", "DE", "GR", "JP", "XK"].filter { CountryCodes.contains($0) }.randomElement() ?? "AT"
    switch profile.kind {
    case .person:
      let identifier: PersonIdentifier =
        profile.subject.serialNumber == .opaque
        ? PersonIdentifier(random: (0..<16).map { _ in .random(in: .min ... .max) })
        : .proven("PAS\(country)-\(UInt32.random(in: .min ... .max))", .natural)
      facts.names = ProvenNames(
        country: country, surname: text(20), givenName: text(20), identifier: identifier.text)
      let common = profile.subject.commonName.filled { $0 == .surname ? facts.names.surname : facts.names.givenName }
      subject = try .person(
        country: country, .formally(surname: facts.names.surname, givenName: facts.names.givenName),
        identifier: identifier, commonName: profile.subject.prefix + common)
    case .organisation:
      let name = text(30)
      facts.names = ProvenNames(country: country, organization: name, identifier: "NTR\(country)-\(name.utf8.count)x")
      subject = try .organisation(
        country: country, name: name, identifier: facts.names.identifier, commonName: profile.subject.prefix + name)
    }
    facts.now = .random(in: 0...4_000_000_000)
    let begin = facts.now - .random(in: 0...60)
    facts.earliest = begin
    let key = try #require(keys.randomElement())
    let serial = try #require(CertificateSerial(random: (0..<16).map { _ in .random(in: .min ... .max) }))
    (facts.serial, facts.key) = (serial, key.der)
    let issuer = good.facts.issuer
    let changed = IssuerFacts(
      id: issuer.id, subject: issuer.subject, keyIdentifier: issuer.keyIdentifier,
      algorithm: CertificateAlgorithm.allCases.randomElement() ?? .ecdsaWithSHA256, notBefore: begin - 1,
      notAfter: begin + 100_000_000, publicHost: issuer.publicHost, policyArc: issuer.policyArc,
      disclosures: issuer.disclosures, shards: .random(in: 1...256))
    facts.issuer = try #require(changed)
    let draft = CertificateDraft(
      profile: profile, issuer: facts.issuer, serial: serial, notBefore: begin,
      notAfter: .random(in: begin + 1...profile.validity.longest.end(from: begin)), subject: subject, key: key)
    return (draft, facts)
  }

  @Test("what is written by a profile that keeps its rules is let pass", arguments: Fixtures.names)
  func writtenIsRead(_ name: String) throws {
    var good = try GoodDraft(name)
    for _ in 0..<1000 {
      let (draft, facts) = try draft(good)
      let octets = draft.toBeSigned
      good.facts = facts
      good.lookUp(octets)
      let findings = Lint.check(octets, good.facts)
      guard findings.isEmpty else {
        Issue.record("\(findings) \(octets)")
        return
      }
    }
  }

  @Test("octets at random are no certificate, and end no process")
  func noise() throws {
    let good = try GoodDraft("person-sandbox")
    let octets = good.draft.toBeSigned
    let policy = try #require(octets.firstRange(of: [0x81, 0xFD, 0x59])).upperBound
    for _ in 0..<3000 {
      let noise = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: .min ... .max) }
      #expect(!Lint.check(noise, good.facts).isEmpty)
      // Past the outermost element, and past all that a certificate has.
      #expect(!Lint.check(DERWriter.sequence(noise), good.facts).isEmpty)
      var changed = octets
      for place in (0...Int.random(in: 0..<8)).map({ _ in Int.random(in: changed.indices) }) where place != policy {
        changed[place] = .random(in: .min ... .max)
      }
      // One that only changed a time may be as good; this one also has a policy that is not the profile's.
      changed[policy] ^= 1
      #expect(!Lint.check(changed, good.facts).isEmpty)
    }
  }
}
