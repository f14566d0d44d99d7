import Certificates
import Octets
import Testing
import Vocabulary

@Suite("Distinguished encoding as it is written", .timeLimit(.minutes(1)))
struct DERWriterTests {
  private func hex(_ octets: [UInt8]) -> String { Hex.encode(octets, .upper) }

  @Test("lengths are as short as they go")
  func lengths() {
    let vectors: [(Int, String)] = [
      (0, "00"), (127, "7F"), (128, "8180"), (255, "81FF"), (256, "820100"), (65535, "82FFFF"), (65536, "83010000"),
    ]
    for (count, length) in vectors {
      let octets = DERWriter.octetString([UInt8](repeating: 0, count: count))
      #expect(hex(Array(octets.prefix(1 + length.utf8.count / 2))) == "04" + length)
      #expect(octets.count == 1 + length.utf8.count / 2 + count)
    }
  }

  @Test("numbers have no octet too many, and none too few to be positive")
  func integers() {
    let vectors: [(UInt64, String)] = [
      (0, "020100"), (1, "020101"), (127, "02017F"), (128, "02020080"), (255, "020200FF"), (256, "02020100"),
      (65537, "0203010001"), (.max, "020900FFFFFFFFFFFFFFFF"),
    ]
    for (value, expected) in vectors {
      #expect(hex(DERWriter.integer(value)) == expected)
    }
    #expect(hex(DERWriter.integer(unsigned: [0, 0, 0x80, 1])) == "0203008001")
    #expect(hex(DERWriter.integer(unsigned: [])) == "020100")
    #expect(hex(DERWriter.enumerated(6)) == "0A0106")
  }

  @Test("object identifiers of X.690 and of certificates")
  func objectIdentifiers() {
    let vectors: [(String, String)] = [
      ("2.999.3", "0603883703"), ("2.5.29.15", "0603551D0F"), ("1.2.840.10045.4.3.2", "06082A8648CE3D040302"),
      ("0.4.0.194112.1.2", "060704008BEC400102"), ("0.4.0.2042.1.1", "060604008F7A0101"),
      ("0.4.0.194121.2.1", "060704008BEC490201"), ("2.5.29.56", "0603551D38"), ("0.39", "060127"), ("2.0", "060150"),
      ("1.3.6.1.4.1.32473.1.9.1", "060B2B0601040181FD59010901"),
    ]
    for (text, expected) in vectors {
      #expect(hex(DERWriter.objectIdentifier(text)) == expected)
      #expect(DERWriter.content(ofObjectIdentifier: text).flatMap { OID.text(ofContent: $0) } == text)
    }
    for text in [
      "", ".", "1", "1.", ".1", "3.1", "0.40", "1.40", "1.2.", "1..2", "1.02", "1.-2", "1.+2", "1.2 ", "1.2.a", "1.٣",
      "2.72057594037927936", "2." + String(repeating: "1.", count: 80) + "1",
    ] {
      #expect(DERWriter.content(ofObjectIdentifier: text) == nil, "\(text)")
    }
  }

  @Test("UTCTime to 2049 and GeneralizedTime from 2050 (pitfall 5)")
  func times() {
    let short: [(UnixTime, String)] = [
      (1_795_973_888, "261129173808Z"), (0, "700101000000Z"), (2_524_607_999, "491231235959Z"),
      (-631_152_000, "500101000000Z"), (951_782_400, "000229000000Z"),
    ]
    for (time, expected) in short {
      #expect(DERWriter.time(time) == [0x17, 13] + Array(expected.utf8))
    }
    let long: [(UnixTime, String)] = [
      (2_524_608_000, "20500101000000Z"), (253_402_300_799, "99991231235959Z"),
      (-631_152_001, "19491231235959Z"), (.max, "99991231235959Z"), (.min, "00000101000000Z"),
    ]
    for (time, expected) in long {
      #expect(DERWriter.time(time) == [0x18, 15] + Array(expected.utf8))
    }
    #expect(DERWriter.generalizedTime(1_795_973_888) == [0x18, 15] + Array("20261129173808Z".utf8))
  }

  @Test("a set is in order, TRUE is FF, and bits end with the last that is set")
  func others() {
    #expect(hex(DERWriter.set(DERWriter.integer(2), DERWriter.integer(1))) == "3106020101020102")
    #expect(hex(DERWriter.boolean(true)) == "0101FF")
    #expect(hex(DERWriter.boolean(false)) == "010100")
    #expect(hex(DERWriter.namedBits([1])) == "03020640")
    #expect(hex(DERWriter.namedBits([5, 6])) == "03020106")
    #expect(hex(DERWriter.namedBits([0])) == "03020780")
    #expect(hex(DERWriter.namedBits([8])) == "0303070080")
    #expect(hex(DERWriter.namedBits([])) == "030100")
    #expect(hex(DERWriter.bitString([1])) == "03020001")
    #expect(hex(DERWriter.explicit(0, DERWriter.null)) == "A0020500")
    #expect(hex(DERWriter.implicit(6, [0x61])) == "860161")
  }

  @Test("qualified certificate statements of EN 319 412-5, by vectors that pkilint and OpenSSL read")
  func statements() {
    let url = "https://trust.example.eu/pds/en.pdf"
    let pds = QualifiedStatement.disclosure([
      DisclosureStatement(url: url, language: "en"),
      DisclosureStatement(url: "https://trust.example.eu/pds/de.pdf", language: "de"),
    ])
    let limit = MonetaryLimit(currency: "EUR", amount: 50, exponent: 3)
    let vectors: [(QualifiedStatement, String)] = [
      (.compliance, "3008060604008E460101"), (.device, "3008060604008E460104"),
      (.type(.person), "3013060604008E4601063009060704008E46010601"),
      (.type(.organisation), "3013060604008E4601063009060704008E46010602"),
      (.retention(years: 10), "300B060604008E46010302010A"),
      (.limit(limit), "3015060604008E460102300B1303455552020132020103"),
      (.semantics(.natural, nameAuthorities: []), "301506082B06010505070B023009060704008BEC490101"),
      (.semantics(.legal, nameAuthorities: []), "301506082B06010505070B023009060704008BEC490102"),
      (.identification(.meansOrAssessedOrPresence), "3013060604008E4601083009060704008E46010803"),
    ]
    for (statement, expected) in vectors {
      #expect(hex(statement.der) == expected)
    }
    let english = "30291623" + hex(Array(url.utf8)) + "1302656E"
    #expect(hex(pds.der).hasPrefix("3060060604008E4601053056" + english + "30291623"))
    #expect(hex(pds.der).hasSuffix("13026465"))
    let national = QualifiedStatement.semantics(.natural, nameAuthorities: ["http://a.example"])
    #expect(hex(national.der).hasSuffix("301D060704008BEC4901013012861068747470" + "3A2F2F612E6578616D706C65"))
  }
}
