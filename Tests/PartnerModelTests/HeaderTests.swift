import PartnerModel
import Testing

@Suite("Header fields of the partner API", .timeLimit(.minutes(2)))
struct HeaderTests {
  private static let good = "0123456789abcdef"

  @Test(
    "refusals of Idempotency-Key",
    arguments: [
      [], [""], ["short"], [String(repeating: "k", count: 15)], [String(repeating: "k", count: 256)],
      ["0123456789 abcdef"], ["0123456789abcdeé"], ["0123456789abcdef\u{7f}"], ["\"0123456789abcde\""],
      ["\"0123456789\"abcdef\""], ["\"0123456789abcdef"], [good, good],
    ])
  func keyRefused(fields: [String]) {
    #expect(refusal { try IdempotencyKey(fields: fields) } == "idempotency-key-missing")
  }

  @Test("a key in quotes is the same as without, and the shortest and longest are good")
  func key() throws {
    #expect(try IdempotencyKey(fields: [" \"\(Self.good)\" "]).text == Self.good)
    #expect(try IdempotencyKey(fields: [Self.good]).text == Self.good)
    let longest = String(repeating: "~", count: 255)
    #expect(try IdempotencyKey(fields: [longest]).text == longest)
  }

  @Test(
    "refusals of If-Match",
    arguments: ["", ",", "7", "\"7", "7\"", "\"", "*, \"7\"", "\"a b\"", "w/\"7\"", "\"7\" \"8\"", "\"\u{7f}\""])
  func matchRefused(field: String) {
    #expect(refusal { try EntityTag.Match(fields: [field]) } == "precondition-invalid")
  }

  @Test("very many tags are not looked at")
  func manyTags() {
    let tags = [String](repeating: "\"1\"", count: 17).joined(separator: ",")
    #expect(refusal { try EntityTag.Match(fields: [tags]) } == "precondition-invalid")
  }

  @Test(
    "conditions, for a resource of revision 7",
    arguments: [
      ([], true), (["*"], true), (["\"7\""], true), (["\"6\""], false), (["\"6\", \"7\""], true),
      (["\"6\"", "\"7\""], true), (["W/\"7\""], false), (["\"07\""], false), (["\"\""], false),
    ])
  func match(fields: [String], isFulfilled: Bool) throws {
    #expect(try EntityTag.Match(fields: fields).isFulfilled(by: 7) == isFulfilled)
    #expect(EntityTag.text(7) == "\"7\"")
  }
}
