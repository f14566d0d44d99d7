import Certificates
import Crypto
import Octets
import Testing
import Vocabulary

@Suite("Certificates as they are written", .timeLimit(.minutes(1)))
struct CertificateTests {
  private func entries(_ toBeSigned: [UInt8]) -> [String] {
    Element(toBeSigned).elements[7][0].elements.map { Hex.encode($0.octets, .upper) }
  }

  private func text(_ text: String) -> String { Hex.encode(Array(text.utf8), .upper) }

  @Test("a person's certificate of the qualified shape, extension by extension")
  func person() throws {
    let draft = try GoodDraft("person-qscd").draft
    let found = entries(draft.toBeSigned)
    let issuer = text("http://pki.example.org/g1.cer")
    let status = text("http://pki.example.org/ocsp")
    #expect(found.count == 8)
    #expect(found[0] == "301F0603551D230418301680141111111111111111111111111111111111111111")
    #expect(found[1] == "301D0603551D0E04160414" + Hex.encode(draft.key.identifier, .upper))
    #expect(found[2] == "300C0603551D130101FF04023000")
    #expect(found[3] == "300E0603551D0F0101FF040403020640")
    #expect(found[4] == "301D0603551D20041630143007060588370101013009060704008BEC400102")
    #expect(found[5] == "30300603551D1F042930273025A023A021861F" + text("http://pki.example.org/g1-4.crl"))
    let access = "306206082B0601050507010104563054302906082B06010505073002861D"
    #expect(found[6] == access + issuer + "302706082B06010505073001861B" + status)
    let statements = [
      "3081BD06082B060105050701030481B03081AD", "3008060604008E460101", "3008060604008E460104",
      "3013060604008E4601063009060704008E46010601", "305E060604008E460105305430281622",
      text("https://www.example.org/pds/en.pdf"), "1302656E30281622", text("https://www.example.org/pds/de.pdf"),
      "13026465",
      "300B060604008E46010302010A", "301506082B06010505070B023009060704008BEC490101",
    ]
    #expect(found[7] == statements.joined())
  }

  @Test("a certificate for trying out has neither QcCompliance nor QcSSCD, nor any policy of ETSI")
  func trial() throws {
    for name in ["person-sandbox", "seal-sandbox"] {
      let octets = Hex.encode(try GoodDraft(name).draft.toBeSigned, .upper)
      for oid in ["060604008E460101", "060604008E460104", "04008BEC40", "04008F7A"] { #expect(!octets.contains(oid)) }
      #expect(octets.contains(text("TEST ")))
    }
  }

  @Test("numbers are 16 octets and positive (pitfall 8)")
  func serials() throws {
    for first: UInt8 in [0x00, 0x3F, 0x40, 0x80, 0xFF] {
      let serial = try #require(CertificateSerial(random: [first] + [UInt8](repeating: 7, count: 15)))
      #expect((0x40...0x7F).contains(serial.octets[0]))
      #expect(serial.octets[0] & 0x3F == first & 0x3F)
      #expect(serial.shard(of: 16) == 7)
      #expect(serial.shard(of: 1) == 0)
    }
    for count in [0, 1, 15, 17] { #expect(CertificateSerial(random: [UInt8](repeating: 7, count: count)) == nil) }
  }

  @Test("keys of four shapes, and no others")
  func keys() throws {
    let p256 = P256.Signing.PrivateKey().publicKey
    let p384 = P384.Signing.PrivateKey().publicKey
    let good = try #require(SubjectPublicKey(der: Array(p256.derRepresentation)))
    #expect(good.type == .ec(.p256))
    #expect(good.bits == Array(p256.x963Representation))
    #expect(good.identifier == Array(Insecure.SHA1.hash(data: p256.x963Representation)))
    #expect(SubjectPublicKey(der: Array(p384.derRepresentation))?.type == .ec(.p384))
    #expect(SubjectPublicKey(der: Array(P521.Signing.PrivateKey().publicKey.derRepresentation)) == nil)
    for bits in [2048, 3072, 4096] {
      let key = SubjectPublicKey(der: rsa(bits / 8))
      #expect(key?.type == (bits == 2048 ? nil : .rsa(bits: bits)))
      if let key { #expect(key.bits.starts(with: [0x30, 0x82])) }
    }
    #expect(SubjectPublicKey(der: rsa(384, first: 0x7F)) == nil)
    let der = Array(p256.derRepresentation)
    let others: [[UInt8]] = [[], Array(der.dropLast()), der + [0], [UInt8](repeating: 0x30, count: der.count)]
    for octets in others {
      #expect(SubjectPublicKey(der: octets) == nil)
    }
    var compressed = der
    compressed[26] = 0x02
    #expect(SubjectPublicKey(der: compressed) == nil)
  }

  private func rsa(_ octets: Int, first: UInt8 = 0xC1) -> [UInt8] {
    let modulus = [first] + [UInt8](repeating: 0xA5, count: octets - 1)
    let key = DERWriter.sequence(DERWriter.element(0x02, [0] + modulus), DERWriter.integer(65537))
    let algorithm = DERWriter.sequence(DERWriter.objectIdentifier(OID.rsaEncryption), DERWriter.null)
    return DERWriter.sequence(algorithm, DERWriter.bitString(key))
  }

  @Test("algorithms go with the key; RSA-2048 signs nothing")
  func algorithms() {
    #expect(CertificateAlgorithm(.ec(.p256)) == .ecdsaWithSHA256)
    #expect(CertificateAlgorithm(.ec(.p384)) == .ecdsaWithSHA384)
    #expect(CertificateAlgorithm(.rsa(bits: 3072)) == .sha256WithRSA)
    #expect(CertificateAlgorithm(.rsa(bits: 4096)) == .sha384WithRSA)
    #expect(CertificateAlgorithm(.rsa(bits: 2048)) == nil)
    #expect(CertificateAlgorithm(.ec(.p521)) == nil)
    #expect(Hex.encode(CertificateAlgorithm.ecdsaWithSHA256.der) == "300a06082a8648ce3d040302")
    #expect(Hex.encode(CertificateAlgorithm.sha256WithRSA.der) == "300d06092a864886f70d01010b0500")
    let whole = CertificateAlgorithm.ecdsaWithSHA384.assembled([0x30, 0], signature: [1, 2])
    #expect(Hex.encode(whole) == "30133000" + "300a06082a8648ce3d040303" + "0303000102")
  }
}
