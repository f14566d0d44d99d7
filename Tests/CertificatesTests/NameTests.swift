import Certificates
import Octets
import Testing

@Suite("Names", .timeLimit(.minutes(1)))
struct NameTests {
  private func person(
    country: String = "AT", _ called: SubjectName.Called = .formally(surname: "Muster", givenName: "Alice"),
    identifier: PersonIdentifier = .proven("PNOAT-1234567890", .natural), commonName: String = "Alice Muster"
  ) throws(NameFault) -> SubjectName {
    try .person(country: country, called, identifier: identifier, commonName: commonName)
  }

  @Test("a person: C, SN, GN, serialNumber, CN, each alone in its part, of its string type")
  func personAsOctets() throws {
    let expected = [
      "305D310B3009060355040613024154", "310F300D06035504040C064D7573746572", "310E300C060355042A0C05416C696365",
      "3119301706035504051310504E4F41542D31323334353637383930", "3112301006035504030C09416C204D7573746572",
    ]
    #expect(Hex.encode(try person(commonName: "Al Muster").der, .upper) == expected.joined())
  }

  @Test("an organisation: C, O, organizationIdentifier, CN")
  func organisation() throws {
    let name = try SubjectName.organisation(
      country: "AT", name: "Beispiel", identifier: "NTRAT-1", commonName: "Siegel")
    #expect(name.attributes.map(\.type) == [.country, .organization, .organizationIdentifier, .commonName])
    let expected = [
      "3043310B30090603550406130241543111300F060355040A0C08426569737069656C", "3110300E06035504610C074E545241542D31",
      "310F300D06035504030C0653696567656C",
    ]
    #expect(Hex.encode(name.der, .upper) == expected.joined())
  }

  @Test("a person may have one name alone, or a pseudonym in the place of both")
  func called() throws {
    #expect(
      try person(.formally(surname: "Muster", givenName: nil)).attributes.map(\.type).prefix(2) == [.country, .surname])
    #expect(
      try person(.formally(surname: nil, givenName: "A")).attributes.map(\.type).prefix(2) == [.country, .givenName])
    #expect(try person(.pseudonym("Ally")).attributes.map(\.type).prefix(2) == [.country, .pseudonym])
    #expect(throws: NameFault.nameless) { try person(.formally(surname: nil, givenName: nil)) }
  }

  @Test("one person is one name, however a keyboard composes it (pitfall 3)")
  func composed() throws {
    let apart = try person(.formally(surname: "Mu\u{308}ller", givenName: "Zoe\u{301}"), commonName: "Mu\u{308}ller")
    let together = try person(.formally(surname: "M\u{FC}ller", givenName: "Zo\u{E9}"), commonName: "M\u{FC}ller")
    #expect(apart.der == together.der)
  }

  @Test("texts that no name has")
  func faults() {
    let faults: [(String, NameFault)] = [
      ("", .empty), (" Muster", .blankAtEnd), ("Muster\u{A0}", .blankAtEnd), ("Mus\nter", .control),
      ("Mus\u{0}ter", .control), ("Mus\u{200D}ter", .control), ("Mus\u{2028}ter", .control),
      ("Mus\u{E000}ter", .control), ("Mus\u{378}ter", .control),
      ("\u{308}Muster", .markAtBeginning),
      (String(repeating: "a", count: 65), .tooLong(most: 64)),
    ]
    for (text, fault) in faults {
      #expect(throws: fault) { try person(.formally(surname: text, givenName: nil)) }
      #expect(throws: fault) { try person(commonName: text) }
    }
    // Characters count, not octets; and those that were composed.
    #expect(throws: Never.self) { try person(commonName: String(repeating: "u\u{308}", count: 64)) }
    #expect(throws: NameFault.tooLong(most: 128)) { try person(.pseudonym(String(repeating: "a", count: 129))) }
    for country in ["", "at", "AUT", "EL", "XX", "A", "ÄT"] {
      #expect(throws: NameFault.country) { try person(country: country) }
    }
    #expect(throws: NameFault.identifier) { try person(identifier: .proven("NTRAT-1", .legal)) }
    #expect(throws: NameFault.identifier) { try person(identifier: .opaque("PNOAT-1234567890")) }
    #expect(throws: NameFault.identifierIsName) {
      try SubjectName.organisation(country: "AT", name: "NTRAT-1", identifier: "NTRAT-1", commonName: "A")
    }
    #expect(throws: NameFault.identifier) {
      try SubjectName.organisation(country: "AT", name: "A", identifier: "PNOAT-1", commonName: "A")
    }
  }

  @Test("opaque identifiers are base32 of 128 bits")
  func opaque() {
    #expect(PersonIdentifier(random: [UInt8](repeating: 0, count: 16)).text == String(repeating: "A", count: 26))
    #expect(
      PersonIdentifier(random: [UInt8](repeating: 0xFF, count: 16)).text == String(repeating: "7", count: 25) + "4")
    // RFC 4648 §10.
    #expect(PersonIdentifier(random: Array("foobar".utf8)).text == "MZXW6YTBOI")
    #expect(PersonIdentifier(random: Array("fooba".utf8)).text == "MZXW6YTB")
    #expect(PersonIdentifier(random: Array("foob".utf8)).text == "MZXW6YQ")
  }

  @Test("identifiers of natural persons (EN 319 412-1 clause 5.1.3)")
  func natural() {
    let good = [
      "PNOAT-1234567890", "IDCCZ-998877665", "PASGB-123456789", "TINIT-RSSMRA80A01H501U", "TINEL-123", "EIDAT-x/y",
      "AB:AT-1",
    ]
    for text in good { #expect(IdentifierScheme.natural.allows(text), "\(text)") }
    let bad = [
      "", "PNO", "PNOAT", "PNOAT-", "PNOAT- 1", "PNOAT-1 ", "PNOat-1", "pnoAT-1", "PNOXX-1", "PNOEL-1", "TAXAT-1",
      "NTRAT-1", "PNOAT+9-1", "PNOA-T1", "PNO AT-1", "PNOAT_1", "PNOAT-ü", "A:AT-1", "ABC:AT-1", "::::-1",
    ]
    for text in bad { #expect(!IdentifierScheme.natural.allows(text), "\(text)") }
    #expect(IdentifierScheme.natural.isNational("AB:AT-1"))
    #expect(!IdentifierScheme.natural.isNational("PNOAT-1"))
    #expect(IdentifierScheme.eIDASNatural.allows("ES/AT/02635542Y"))
    for text in ["ES/AT/", "ES/AT", "ES-AT-02635542Y", "es/AT/1", ""] {
      #expect(!IdentifierScheme.eIDASNatural.allows(text), "\(text)")
    }
  }

  @Test("identifiers of legal persons (EN 319 412-1 clause 5.1.4)")
  func legal() {
    let good = [
      "NTRAT-FN123456a", "NTRDE-DED2601V.HRB12345", "NTRDE+HE-123456", "VATEL-123456789", "VATXI-1", "PSDPL-PFSA-1",
      "EORAT-1", "EXCAT-1", "CD:AT-1",
      // Letters and digits that no entity has, with their check digits.
      "LEIXG-00EXAMPLE00000000062",
    ]
    for text in good { #expect(IdentifierScheme.legal.allows(text), "\(text)") }
    let bad = [
      "", "NTRAT", "NTRAT-", "NTREL-1", "NTRDE+-1", "NTRDE+HESS-1", "NTRDE+he-1", "VATDE+HE-1", "PSDPL-1", "PSDPL-P-1",
      "PSDPL-pfsa-1", "LEIAT-00EXAMPLE00000000062", "LEIXG-00EXAMPLE00000000063", "LEIXG-00EXAMPLE0000000006",
      "LEIXG-00example00000000062", "NTRXG-1", "PNOAT-1", "FOOAT-1", "NTRAT+A+B-1",
    ]
    for text in bad { #expect(!IdentifierScheme.legal.allows(text), "\(text)") }
  }

  @Test("all 249 countries")
  func countries() {
    let letters = (0x41...0x5A).compactMap { Unicode.Scalar($0).map { String($0) } }
    let codes = letters.flatMap { first in letters.map { first + $0 } }.filter { CountryCodes.contains($0) }
    #expect(codes.count == 249)
    for code in ["UK", "EU", "EL", "XG", "XI", "XK", "AN", "YU"] { #expect(!CountryCodes.contains(code)) }
  }
}
