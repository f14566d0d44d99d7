import Certificates
import Crypto
import Testing
import Vocabulary

/// A draft that every rule lets pass, with the facts that it is held against.
struct GoodDraft {
  var draft: CertificateDraft
  var facts: LintFacts

  init(_ name: String, serial: [UInt8] = Array(0x15...0x24)) throws {
    let profile = try Fixtures.profile(name)
    let issuer = try Fixtures.issuer(isTest: profile.isTest)
    let key = try #require(SubjectPublicKey(der: Array(P256.Signing.PrivateKey().publicKey.derRepresentation)))
    let names: ProvenNames
    let subject: SubjectName
    switch profile.kind {
    case .person:
      let isNational = !profile.statements.nameAuthorities.isEmpty
      let identifier: PersonIdentifier =
        profile.subject.serialNumber == .proof
        ? .proven(isNational ? "AB:AT-1" : "PNOAT-1234567890", .natural) : PersonIdentifier(random: Array(1...16))
      names = ProvenNames(
        country: "AT", surname: "Mustermann-Müller", givenName: "Alice Maria", identifier: identifier.text)
      subject = try .person(
        country: "AT", .formally(surname: "Mustermann-Müller", givenName: "Alice Maria"), identifier: identifier,
        commonName: profile.subject.prefix + "Alice Maria Mustermann-Müller")
    case .organisation:
      names = ProvenNames(country: "AT", organization: "Beispiel Handels GmbH", identifier: "NTRAT-FN654321b")
      subject = try .organisation(
        country: "AT", name: "Beispiel Handels GmbH", identifier: "NTRAT-FN654321b",
        commonName: profile.subject.prefix + "Beispiel Handels GmbH")
    }
    let begin = Fixtures.now - 60
    draft = CertificateDraft(
      profile: profile, issuer: issuer, serial: try #require(CertificateSerial(random: serial)), notBefore: begin,
      notAfter: profile.validity.usual.end(from: begin), subject: subject, key: key,
      identification: profile.statements.hasIdentification ? .meansOrAssessedOrPresence : nil)
    facts = LintFacts(
      profile: profile, issuer: issuer, serial: draft.serial, isSerialReserved: true, now: Fixtures.now,
      earliest: begin - 10, key: key.der, isKeyLocal: true, isDeviceCertified: true,
      mayIssueQualified: !profile.isTest, names: names,
      identification: draft.identification, nameOwner: LintOwner(digest: [], isAnother: false),
      keyOwner: LintOwner(digest: [], isAnother: false))
    lookUp(draft.toBeSigned)
  }

  /// Asks the store, which knows of no other signer, for what stands in these octets.
  mutating func lookUp(_ toBeSigned: [UInt8]) {
    let digests = Lint.digests(of: toBeSigned)
    facts.nameOwner = LintOwner(digest: digests?.subject ?? [], isAnother: false)
    facts.keyOwner = LintOwner(digest: digests?.key ?? [], isAnother: false)
  }
}
