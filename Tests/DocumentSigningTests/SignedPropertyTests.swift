import DocumentSigning
import Octets
import Testing

@Suite("Signed properties", .timeLimit(.minutes(2)))
struct SignedPropertyTests {
  private func isAccepted(_ name: String, _ hex: String, _ format: SignatureFormat = .cades) throws -> Bool {
    let octets = try #require(Hex.decode(hex.replacing(" ", with: "")), "\(hex)")
    return SignedProperty(name: name, octets: octets, for: format) != nil
  }

  @Test(
    "values that are the attribute's, and such that are nearly",
    arguments: [
      // OID proofOfApproval; with a qualifier; with an empty list of qualifiers; no OID; octets after the end.
      ("commitment-type-indication", "300d 060b2a864886f70d0109100605", true),
      ("commitment-type-indication", "3013 060b2a864886f70d0109100605 3004 3002 0600", false),
      ("commitment-type-indication", "3015 060b2a864886f70d0109100605 3006 3004 06022a03", true),
      ("commitment-type-indication", "300f 060b2a864886f70d0109100605 3000", false),
      ("commitment-type-indication", "3003 020105", false),
      ("commitment-type-indication", "300d 060b2a864886f70d0109100605 00", false),
      ("commitment-type-indication", "3080 060b2a864886f70d0109100605 0000", false),
      ("content-hints", "300b 06092a864886f70d010701", true),
      ("content-hints", "300e 0c0161 06092a864886f70d010701", true),
      ("content-hints", "300d 0c00 06092a864886f70d010701", false),
      ("content-hints", "300e 06092a864886f70d010701 0c0161", false),
      ("mime-type", "0c0a 746578742f706c61696e", true),
      ("mime-type", "0c04 74657874", false),
      ("mime-type", "130a 746578742f706c61696e", false),
      ("mime-type", "0c02 2f2f", false),
      ("mime-type", "0c03 ffff2f", false),
      // Country alone, locality alone, six lines of an address; nothing; wrong order; seven lines; a bare string.
      ("signer-location", "3006 a004 0c024154", true),
      ("signer-location", "3008 a106 13045769656e", true),
      ("signer-location", "3016 a214 3012 0c0161 0c0162 0c0163 0c0164 0c0165 0c0166", true),
      ("signer-location", "3000", false),
      ("signer-location", "300e a106 13045769656e a004 0c024154", false),
      ("signer-location", "3019 a217 3015 0c0161 0c0162 0c0163 0c0164 0c0165 0c0166 0c0167", false),
      ("signer-location", "3004 0c024154", false),
      ("signer-attributes-v2", "3014 a012 3010 300e 0603550448 3107 0c056275796572", true),
      ("signer-attributes-v2", "3002 a000", false),
      ("signer-attributes-v2", "3004 a302 0500", false),
      ("signature-policy-identifier", "3018 06032a0304 3011 300b 0609608648016503040201 04020102", true),
      // The hash algorithm with NULL for parameters; with others.
      ("signature-policy-identifier", "301a 06032a0304 3013 300d 0609608648016503040201 0500 04020102", true),
      ("signature-policy-identifier", "301b 06032a0304 3014 300e 0609608648016503040201 020101 04020102", false),
      ("signature-policy-identifier", "301c 06032a0304 3015 300f 0609608648016503040201 0500 0500 04020102", false),
      ("signature-policy-identifier", "0500", false),
      ("signature-policy-identifier", "3005 06032a0304", false),
      ("content-reference", "3011 06092a864886f70d010701 040101 0401 02", true),
      ("content-reference", "300e 06092a864886f70d010701 040101", false),
      ("content-identifier", "0401 01", true),
      ("content-identifier", "0400", false),
      ("content-identifier", "0c0161", false),
      ("content-time-stamp", "300b 06092a864886f70d010702", false),
    ])
  func syntax(name: String, hex: String, isGood: Bool) throws {
    #expect(try isAccepted(name, hex) == isGood)
  }

  @Test("the whole attribute is taken for its value, another attribute is not")
  func wholeAttribute() throws {
    let value = try #require(Hex.decode("0c0a746578742f706c61696e"))
    let oid = "060604008d450201"
    let whole = try #require(Hex.decode("3016\(oid)310c" + Hex.encode(value)))
    #expect(SignedProperty(name: "mime-type", octets: whole, for: .cades)?.value == value)
    #expect(SignedProperty(name: "0.4.0.1733.2.1", octets: value, for: .cades)?.value == value)
    #expect(SignedProperty(name: "content-identifier", octets: whole, for: .cades) == nil)
    let two = try #require(Hex.decode("3022\(oid)3118" + Hex.encode(value) + Hex.encode(value)))
    #expect(SignedProperty(name: "mime-type", octets: two, for: .cades) == nil)
  }

  @Test("each format has its own attributes, and only what the service knows is computed")
  func formats() throws {
    let kinds = SignedProperty.Kind.allCases
    let computable = kinds.filter { SignedProperty(name: $0.rawValue, octets: nil, for: .cades) != nil }
    #expect(Set(computable) == [.contentHints, .mimeType, .contentTimestamp, .contentIdentifier])
    #expect(kinds.filter { SignedProperty(name: $0.rawValue, octets: nil, for: .pades) != nil } == [.contentTimestamp])
    #expect(kinds.allSatisfy { SignedProperty(name: $0.rawValue, octets: nil, for: .jades) == nil })
    #expect(try isAccepted("commitment-type-indication", "300d060b2a864886f70d0109100605", .pades))
    #expect(try !isAccepted("signer-location", "3006a0040c024154", .pades))
    #expect(SignedProperty(name: "Reason", octets: nil, for: .pades) == nil)
  }
}
