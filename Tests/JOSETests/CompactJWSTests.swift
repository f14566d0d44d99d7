import JOSE
import Octets
import Testing
import WireJSON

@Suite("JWS in compact serialization", .timeLimit(.minutes(1)))
struct CompactJWSTests {
  /// RFC 7515 appendix A.1.
  static let token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

  @Test("the example of RFC 7515 is read")
  func example() throws {
    let jws = try CompactJWS(Self.token)
    #expect(jws.header["alg"] == "HS256" && jws.type == "jwt" && jws.claims?["iss"] == "joe")
    #expect(jws.signature?.count == 32)
    #expect(jws.signingInput == Array(Self.token.utf8.dropLast(44)))
  }

  @Test(
    "five parts are encrypted, and anything but three is no JWS",
    arguments: ["", "a", "e30.e30", "e30.e30.AA.AA", "....", "....."])
  func parts(text: String) {
    #expect(throws: text == "...." ? CompactJWS.Malformed.encrypted : .form) { try CompactJWS(text) }
  }

  @Test("a header is one JSON object", arguments: ["", "W10", "e30=", "e3", "eyJhIjoxLCJhIjoxfQ", "bnVsbA"])
  func header(part: String) {
    #expect(throws: CompactJWS.Malformed.form) { try CompactJWS(part + ".e30.AA") }
  }

  @Test("a payload that is no object, and a signature that is none, are told when they are asked for")
  func later() throws {
    let jws = try CompactJWS("e30.W10.*")
    #expect(jws.claims == nil && jws.signature == nil)
  }

  @Test("unused bits are looked at where the reader says so")
  func unusedBits() throws {
    let header = "eyJhIjoxfQ"
    let bent = "eyJhIjoxfR"
    #expect(throws: CompactJWS.Malformed.form) { try CompactJWS("\(bent).\(header).AA") }
    let jws = try CompactJWS("\(bent).\(bent).AB", unusedBits: .any)
    #expect(jws.claims?["a"] == 1 && jws.signature == [0])
    #expect(try CompactJWS("\(header).\(bent).AA").claims == nil)
    #expect(try CompactJWS("\(header).\(header).AB").signature == nil)
  }

  @Test("a token that is too large is refused unread")
  func size() {
    #expect(throws: CompactJWS.Malformed.tooLarge) { try CompactJWS(Self.token, largest: Self.token.utf8.count - 1) }
    #expect(throws: Never.self) { try CompactJWS(Self.token, largest: Self.token.utf8.count) }
  }

  @Test(
    "the type is in lower case, without application/",
    arguments: [
      ("at+jwt", "at+jwt"), ("application/AT+JWT", "at+jwt"), ("APPLICATION/jwt", "jwt"), ("application/", ""),
    ])
  func type(text: String, type: String) throws {
    let header = Base64.encodeURL(Array(#"{"typ":"\#(text)"}"#.utf8))
    #expect(try CompactJWS("\(header).e30.AA").type == type)
    #expect(try CompactJWS("e30.e30.AA").type == nil)
  }
}
