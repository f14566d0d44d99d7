import Certificates
import Crypto
import Vocabulary

/// Faults of the fields around the extensions.
extension LintCase {
  /// A key that the device gave, and that is none: everything else goes with it.
  private static func key(_ name: String, _ edit: @escaping @Sendable (inout Element) -> Void) -> LintCase {
    let changed: @Sendable (Element) -> Element = { key in
      var key = key
      edit(&key)
      return key
    }
    return LintCase(.key, name) { element in
      element.replace(key: changed(element.key))
    } around: { facts in
      facts.key = changed(Element(facts.key)).octets
    }
  }

  /// SubjectPublicKeyInfo with a modulus of ones.
  static func rsa(octets: Int, last: UInt8 = 0xFF, exponent: [UInt8] = [1, 0, 1]) -> Element {
    let modulus = [0] + [UInt8](repeating: 0xFF, count: octets - 1) + [last]
    let numbers = Element(0x30, of: [Element(0x02, modulus), Element(0x02, exponent)])
    let oid: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    let algorithm = Element(0x30, of: [Element(0x06, oid), Element(0x05, [])])
    return Element(0x30, of: [algorithm, Element(0x03, [0] + numbers.octets)])
  }

  static let fields: [LintCase] = [
    LintCase(.version, "version 2") { $0[0][0].content = [1] },
    LintCase(.version, "version 1, which is said by nothing") { $0.elements.removeFirst() },
    LintCase(.version, "a unique identifier of the subject") { $0.elements.insert(Element(0x82, [0, 1]), at: 7) },
    LintCase(.version, "no extensions") { $0.elements.removeLast() },

    LintCase(.serial, "15 octets") { $0.serial.content.removeLast() },
    LintCase(.serial, "21 octets") { $0.serial.content += [1, 2, 3, 4, 5] },
    LintCase(.serial, "1") { $0.serial.content = [1] },
    LintCase(.serial, "negative") { $0.serial.content[0] = 0x95 },
    LintCase(.serial, "another one than was reserved") { $0.serial.content[7] ^= 1 },
    LintCase(.serial, "in the store twice (pitfall 8)", around: { $0.isSerialReserved = false }),

    LintCase(.algorithm, "ecdsa-with-SHA384 with a key of P-256") { $0[2][0].content[7] = 3 },
    LintCase(.algorithm, "NULL as parameters of ECDSA") { $0[2].elements.append(Element(0x05, [])) },
    LintCase(.algorithm, "of another key of the issuer", around: { $0.issuer = $0.issuer.with(.sha256WithRSA) }),

    LintCase(.issuer, "another string type (pitfall 1)") { $0[3][1][0][1].tag = 0x13 },
    LintCase(.issuer, "attributes in reverse (pitfall 1)") { $0[3].elements.reverse() },

    LintCase(.validity, "GeneralizedTime before 2050 (pitfall 5)") { element in
      element.validity[0] = Element(0x18, Array("20".utf8) + element.validity[0].content)
    },
    LintCase(.validity, "a fraction of a second") { element in
      element.validity[0].content.insert(contentsOf: Array(".5".utf8), at: 12)
    },
    LintCase(.validity, "without seconds") { $0.validity[0].content.removeSubrange(10..<12) },
    LintCase(.validity, "an offset") {
      $0.validity[0].content = $0.validity[0].content.dropLast() + Array("+0000".utf8)
    },
    LintCase(.validity, "31 November") { $0.validity[0].text = "261131173708Z" },
    LintCase(.validity, "the end before the beginning") { $0.validity.elements.swapAt(0, 1) },
    LintCase(.validity, "a beginning in the future") { $0.validity[0].text = "261129173809Z" },
    LintCase(.validity, "a beginning too long ago (pitfall 6)") { $0.validity[0].text = "261129173707Z" },
    LintCase(.validity, "before the proof of identity (pitfall 6)", around: { $0.earliest = $0.now - 59 }),
    LintCase(.validity, "longer than the profile allows") { $0.validity[1].text = "281129173708Z" },
    LintCase(.validity, "beyond its issuer (pitfall 7)", around: { $0.issuer = $0.issuer.with(notAfter: $0.now + 9) }),
    LintCase(.validity, "a time of the wrong year's type") {
      $0.validity[1] = Element(0x17, Array("20500101000000Z".utf8))
    },

    LintCase(.key, "another key than the device made") { element in
      element.replace(key: Element(Array(P256.Signing.PrivateKey().publicKey.derRepresentation)))
    },
    LintCase(.key, "another device's word", around: { $0.key[40] ^= 1 }),
    key("a point that is not on its curve") { $0[1].content[40] ^= 1 },
    key("a compressed point") { $0[1].content = [0, 2] + $0[1].content[2..<34] },
    key("a curve that certificates do not have") { $0[0][1].content = [0x2B, 0x81, 0x04, 0x00, 0x0A] },
    key("RSA-2048") { $0 = rsa(octets: 256) },
    key("RSA of 3072 bits with an even modulus") { $0 = rsa(octets: 384, last: 0xFE) },
    key("RSA of 3072 bits with the exponent 3") { $0 = rsa(octets: 384, exponent: [3]) },
    key("RSA without parameters") { element in
      element = rsa(octets: 384)
      element[0].elements.removeLast()
    },
    LintCase(
      .key, "a key of another signer (pitfall 13)",
      around: { facts in
        facts.keyOwner = LintOwner(digest: facts.keyOwner.digest, isAnother: true)
      }),
    LintCase(.key, "looked up by another key", around: { $0.keyOwner = LintOwner(digest: [1], isAnother: false) }),
    LintCase(.key, "of a type that the profile does not have", around: { $0.profile.keyTypes = [.ec(.p384)] }),

    LintCase(
      .nameOwner, "a name of another signer (pitfall 42)",
      around: { facts in
        facts.nameOwner = LintOwner(digest: facts.nameOwner.digest, isAnother: true)
      }),
    LintCase(
      .nameOwner, "looked up by another name", around: { $0.nameOwner = LintOwner(digest: [1], isAnother: false) }),

    LintCase(.encoding, "a length of one octet more") { $0.validity.hasLongLength = true },
    LintCase(.encoding, "a length of one octet more in an extension") { element in
      element.change(Extension.policies) { $0[0].hasLongLength = true }
    },
    LintCase(.encoding, "TRUE as 01") { element in
      let place = element.place(of: Extension.bc)
      element[7][0][place][1].content = [1]
    },
    LintCase(.encoding, "a number with a zero too many") { element in
      element.change(Extension.qc) { $0[4][1].content = [0, 10] }
    },
  ]
}

extension Element {
  /// Puts another key into a TBSCertificate, with its identifier.
  mutating func replace(key: Element) {
    self.key = key
    change(Extension.ski) { $0.content = Array(Insecure.SHA1.hash(data: key[1].content.dropFirst())) }
  }
}
