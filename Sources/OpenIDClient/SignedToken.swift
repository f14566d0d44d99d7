internal import Octets
internal import SoleControl
internal import WireJSON

/// A JWS in compact form (RFC 7515 §3.1), read strictly and not yet verified.
struct SignedToken {
  /// Larger ones are refused unread.
  static let largest = 16 << 10

  let text: String
  let algorithm: TokenAlgorithm
  let keyID: String?
  /// `typ` in lower case without `application/` (RFC 7515 §4.1.9).
  let type: String?
  let claims: Fields
  /// SHA-256 of the text.
  let digest: [UInt8]

  init(_ text: String, largest: Int = Self.largest) throws(EIDTokenError) {
    guard text.utf8.count <= largest else { throw .refused("size") }
    let parts = text.parts(separatedBy: UInt8(ascii: "."), most: 6)
    // Five parts are an encrypted token (RFC 7516 §3.1).
    guard parts.count != 5 else { throw .encrypted }
    guard parts.count == 3 else { throw .refused("form") }
    let header = try Self.object(parts[0])
    guard header["crit"] == nil else { throw .refused("crit") }
    guard let algorithm = header["alg"]?.string.flatMap(TokenAlgorithm.init(rawValue:)) else { throw .refused("alg") }
    self.text = text
    self.algorithm = algorithm
    keyID = header["kid"]?.string
    type = Self.type(header)
    claims = Fields(try Self.object(parts[1]))
    digest = OctetDigest.sha256(text)
  }

  /// Whether the text says of itself that it is an access token in JWT form (RFC 9068 §2.1), or is no JWT at all.
  static func isAccessToken(_ text: String) -> Bool {
    let parts = text.parts(separatedBy: UInt8(ascii: "."), most: 6)
    guard parts.count == 3, let header = try? object(parts[0]) else { return parts.count != 5 }
    return type(header) == "at+jwt"
  }

  private static func type(_ header: JSONObject) -> String? {
    guard let text = header["typ"]?.string?.loweringASCII() else { return nil }
    return text.startsWithOctets(of: "application/") ? String(decoding: text.utf8.dropFirst(12), as: UTF8.self) : text
  }

  private static func object(_ part: Substring) throws(EIDTokenError) -> JSONObject {
    guard let bytes = Base64.decodeURL(part, unusedBits: .any),
      let object = try? JSONValue.parse(bytes, limits: .token).object
    else {
      throw .refused("form")
    }
    return object
  }
}
