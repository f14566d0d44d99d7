import DocumentSigning
import Octets
import Testing

@Suite("What goes with a document", .timeLimit(.minutes(2)))
struct DocumentTermsTests {
  private func property(_ name: String, hex: String) throws -> SignedProperty {
    let octets = try #require(Hex.decode(hex.replacing(" ", with: "")))
    return try #require(SignedProperty(name: name, octets: octets), "\(name) \(hex)")
  }

  @Test("a value written as text is the same as its DER")
  func texts() throws {
    let approval = try property("commitment-type-indication", hex: "300d 060b2a864886f70d0109100605")
    #expect(SignedProperty(name: "commitment-type-indication", text: "1.2.840.113549.1.9.16.6.5") == approval)
    #expect(SignedProperty(name: "1.2.840.113549.1.9.16.2.16", text: "1.2.840.113549.1.9.16.6.5") == approval)
    let plain = try property("mime-type", hex: "0c0a 746578742f706c61696e")
    #expect(SignedProperty(name: "mime-type", text: "text/plain") == plain)
    let location = try property("signer-location", hex: "3006 a004 0c024154")
    #expect(SignedProperty(name: "signer-location", text: "MAagBAwCQVQ=") == location)
    for (name, text) in [
      ("commitment-type-indication", "approval"), ("commitment-type-indication", "1.2.x"),
      ("commitment-type-indication", "18446744073709551615.1"),
      ("commitment-type-indication", "1.18446744073709551615"),
      ("commitment-type-indication", "1.2.18446744073709551616"), ("commitment-type-indication", "3.1"),
      ("commitment-type-indication", "1.40"), ("commitment-type-indication", "1"),
      ("commitment-type-indication", "1..2"),
      ("commitment-type-indication", "1.02"), ("commitment-type-indication", "460000000000000000.2.3"),
      ("commitment-type-indication", "1.2." + String(repeating: "1.", count: 100) + "1"),
      ("commitment-type-indication", "MA0GCyqGSIb3DQEJEAYF"), ("mime-type", "text"), ("mime-type", "a b/c"),
      ("signer-location", "Vienna"), ("x", "1.2.3"), ("Mime-Type", "text/plain"),
    ] {
      #expect(SignedProperty(name: name, text: text) == nil, "\(name) \(text)")
    }
  }

  @Test("people are shown the whole value, or it is not readable")
  func readable() throws {
    let cases: [(String, String, ReadableProperty?)] = [
      ("commitment-type-indication", "300d 060b2a864886f70d0109100605", .commitment("1.2.840.113549.1.9.16.6.5")),
      // With a qualifier.
      ("commitment-type-indication", "3015 060b2a864886f70d0109100605 3006 3004 06022a03", nil),
      ("content-hints", "300e 0c0161 06092a864886f70d010701", .parts(["a", "1.2.840.113549.1.7.1"])),
      ("content-hints", "300b 06092a864886f70d010701", .parts(["1.2.840.113549.1.7.1"])),
      ("mime-type", "0c0a 746578742f706c61696e", .parts(["text/plain"])),
      (
        "signer-location", "3010 a004 0c024154 a108 1306 4c696e7a2061",
        .place(country: "AT", locality: "Linz a", address: [])
      ),
      ("signer-location", "300a a208 3006 0c0161 0c0162", .place(country: nil, locality: nil, address: ["a", "b"])),
      // Letters of an older alphabet.
      ("signer-location", "3006 a004 1402e1e2", nil),
      (
        "signature-policy-identifier", "3018 06032a0304 3011 300b 0609608648016503040201 04020102",
        .policy("1.2.3.4", hash: "2.16.840.1.101.3.4.2.1", digest: "0102")
      ),
      // With the NULL that some write for no parameters, and another hash.
      (
        "signature-policy-identifier", "3016 06032a0304 300f 3009 06052b0e03021a 0500 04020102",
        .policy("1.2.3.4", hash: "1.3.14.3.2.26", digest: "0102")
      ),
      ("commitment-type-indication", "3005 0603 883703", .commitment("2.999.3")),
      ("commitment-type-indication", "3004 0602 7801", .commitment("2.40.1")),
      ("commitment-type-indication", "3004 0602 7701", .commitment("2.39.1")),
      ("commitment-type-indication", "3004 0602 4f01", .commitment("1.39.1")),
      ("content-identifier", "0402 01ff", .parts(["01ff"])),
      ("content-reference", "3011 06092a864886f70d010701 040101 0401 02", nil),
      ("signer-attributes-v2", "3014 a012 3010 300e 0603550448 3107 0c056275796572", nil),
    ]
    for (name, hex, expected) in cases { #expect(try property(name, hex: hex).readable == expected, "\(name) \(hex)") }
    #expect(SignedProperty(name: "content-time-stamp", octets: nil)?.readable == .computed)
  }

  @Test("the terms have one text, whatever the order")
  func canonical() throws {
    let approval = try property("commitment-type-indication", hex: "300d 060b2a864886f70d0109100605")
    let receipt = try property("commitment-type-indication", hex: "300d 060b2a864886f70d0109100602")
    let hints = try #require(SignedProperty(name: "content-hints", octets: nil))
    let own = try property("content-hints", hex: "300b 06092a864886f70d010701")
    func text(_ properties: [SignedProperty], _ circumstances: String? = nil) -> [UInt8] {
      DocumentTerms(properties: properties, circumstances: circumstances).canonical
    }
    #expect(text([approval, hints]) == text([hints, approval]) && text([]).isEmpty)
    let different = [
      text([]), text([approval]), text([receipt]), text([approval, hints]), text([approval, own]),
      text([approval], "x"), text([approval], "y"), text([], "x"),
    ]
    #expect(Set(different).count == different.count)
  }
}
