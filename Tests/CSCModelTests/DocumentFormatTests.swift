import CSCModel
import Octets
import Testing

@Suite("Document formats", .timeLimit(.minutes(2)))
struct DocumentFormatTests {
  @Test("levels are compared without regard to case", arguments: ["Ades-B-T", "AdES-B-T", "AdeS-b-t", "ADES-B-T"])
  func levels(text: String) { #expect(WireConformanceLevel(parsing: text) == .bT) }

  @Test("texts that are not a conformance level", arguments: ["", "B-T", "Ades-B-X", "AdES-B-T "])
  func noLevel(text: String) { #expect(WireConformanceLevel(parsing: text) == nil) }

  @Test("the first envelope of a format is its default")
  func envelopes() {
    #expect(
      WireSignatureFormat.allCases.map { $0.envelopes.first } == [.attached, .enveloped, .certification, .attached])
  }
}

@Suite("Base64 of documents", .timeLimit(.minutes(2)))
struct Base64DocumentTests {
  @Test("long texts in either alphabet decode to the same")
  func alphabets() {
    let octets = (0..<10_001).map { UInt8(truncatingIfNeeded: $0 &* 167) }
    #expect(Base64.decode(Base64.encode(octets)) == octets)
    #expect(Base64.decode(Base64.encodeURL(octets)) == octets)
    #expect(!Base64.encodeURL(octets).contains { "+/=".contains($0) })
    #expect(Base64.decode(Base64.encode(octets) + "\n") == nil)
  }
}
