import Certificates

/// Faults of the subject's name. Of a person: C, SN, GN, serialNumber, CN. Of an organisation: C, O,
/// organizationIdentifier, CN.
extension LintCase {
  /// An attribute alone in its part.
  private static func part(_ oid: [UInt8], _ tag: UInt8, _ text: String) -> Element {
    Element(0x31, of: [Element(0x30, of: [Element(0x06, oid), Element(tag, Array(text.utf8))])])
  }

  private static let seal = "seal-qscd"

  static let names: [LintCase] = [
    LintCase(.nameParts, "serialNumber as UTF8String") { $0.subject[3][0][1].tag = 0x0C },
    LintCase(.nameParts, "a surname as PrintableString") { element in
      element.subject[1][0][1].tag = 0x13
    },
    LintCase(.nameParts, "a surname as TeletexString") { $0.subject[1][0][1].tag = 0x14 },
    LintCase(.nameParts, "a surname that is not composed (pitfall 3)") { element in
      element.subject[1][0][1].text = "Mustermann-Mu\u{308}ller"
    },
    LintCase(.nameParts, "a surname that is no UTF-8") { $0.subject[1][0][1].content = [0x4D, 0xFC, 0x6C] },
    LintCase(.nameParts, "a blank at the end") { $0.subject[1][0][1].content.append(0x20) },
    LintCase(.nameParts, "a control character") { $0.subject[1][0][1].content.append(0x07) },
    LintCase(.nameParts, "a character without width") { $0.subject[1][0][1].text += "\u{200B}" },
    LintCase(.nameParts, "an empty given name (pitfall 2)") { $0.subject[2][0][1].content = [] },
    LintCase(.nameParts, "65 characters") { $0.subject[2][0][1].text = String(repeating: "a", count: 65) },
    LintCase(.nameParts, "two given names (pitfall 2)") { $0.subject.elements.insert($0.subject[2], at: 3) },
    LintCase(.nameParts, "two attributes in one part") { element in
      let moved = element.subject.elements.remove(at: 2)
      element.subject[1].elements = moved.elements + element.subject[1].elements
    },
    LintCase(.nameParts, "another order") { $0.subject.elements.swapAt(1, 2) },
    LintCase(.nameParts, "an e-mail address") { element in
      let oid: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01]
      element.subject.elements.append(part(oid, 0x16, "alice@example.org"))
    },
    LintCase(.nameParts, "a pseudonym next to the name") { element in
      element.subject.elements.insert(part([0x55, 0x04, 0x41], 0x0C, "Ally"), at: 3)
    },
    LintCase(.nameParts, "no serialNumber") { $0.subject.elements.remove(at: 3) },
    LintCase(.nameParts, "a seal with a surname", profile: seal) { element in
      element.subject.elements.insert(part([0x55, 0x04, 0x04], 0x0C, "Muster"), at: 1)
    },

    LintCase(.country, "small letters") { $0.subject[0][0][1].text = "at" },
    LintCase(.country, "EL, which is for identifiers alone") { $0.subject[0][0][1].text = "EL" },
    LintCase(.country, "a code that no country has", profile: seal) { $0.subject[0][0][1].text = "XX" },

    LintCase(.identifier, "no type") { $0.subject[3][0][1].text = "1234567890" },
    LintCase(.identifier, "a type of organisations") { $0.subject[3][0][1].text = "NTRAT-1234567890" },
    LintCase(.identifier, "TAX, which is no longer written") { $0.subject[3][0][1].text = "TAXAT-1234567890" },
    LintCase(.identifier, "a national scheme that no one registers") { $0.subject[3][0][1].text = "AB:AT-1234567890" },
    LintCase(.identifier, "wrong check digits of an LEI", profile: seal) { element in
      element.subject[2][0][1].text = "LEIXG-00EXAMPLE00000000063"
    },
    LintCase(.identifier, "an opaque one that is none", profile: "person-sandbox") { element in
      element.subject[3][0][1].text = "PNOAT-1234567890"
    },

    LintCase(.provenNames, "another given name (pitfall 41)") { $0.subject[2][0][1].text = "Alice" },
    LintCase(.provenNames, "another surname, by a letter's case") { element in
      element.subject[1][0][1].text = "Mustermann-müller"
    },
    LintCase(.provenNames, "another country") { $0.subject[0][0][1].text = "DE" },
    LintCase(.provenNames, "another person's number") { $0.subject[3][0][1].text = "PNOAT-1234567891" },
    LintCase(.provenNames, "a common name that was not asked for") { $0.subject[4][0][1].text = "Al Muster" },
    LintCase(.provenNames, "another organisation", profile: seal) { $0.subject[1][0][1].text = "Beispiel AG" },
    LintCase(.provenNames, "a name that was not proven", around: { $0.names.givenName = nil }),
  ]
}
