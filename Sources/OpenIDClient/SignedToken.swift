internal import JOSE
internal import Octets
internal import SoleControl
internal import WireJSON

/// A token of a provider, or a statement of a partner: a JWS of an algorithm that is allowed, not yet verified.
struct SignedToken {
  /// Larger ones are refused unread.
  static let largest = CompactJWS.largest

  let text: String
  let algorithm: TokenAlgorithm
  let keyID: String?
  /// `typ` in lower case without `application/` (RFC 7515 §4.1.9).
  let type: String?
  let claims: Fields
  /// SHA-256 of the text.
  let digest: [UInt8]

  init(_ text: String, largest: Int = Self.largest) throws(EIDTokenError) {
    let jws = try Self.jws(text, largest: largest)
    guard jws.header["crit"] == nil else { throw .refused("crit") }
    guard let algorithm = jws.header["alg"]?.string.flatMap(TokenAlgorithm.init(rawValue:)) else {
      throw .refused("alg")
    }
    guard let claims = jws.claims else { throw .refused("form") }
    self.text = text
    self.algorithm = algorithm
    keyID = jws.header["kid"]?.string
    type = jws.type
    self.claims = Fields(claims)
    digest = OctetDigest.sha256(text)
  }

  private static func jws(_ text: String, largest: Int) throws(EIDTokenError) -> CompactJWS {
    do throws(CompactJWS.Malformed) { return try CompactJWS(text, largest: largest, unusedBits: .any) } catch {
      switch error {
      case .tooLarge: throw .refused("size")
      case .encrypted: throw .encrypted
      case .form: throw .refused("form")
      }
    }
  }

  /// Whether the text says of itself that it is an access token in JWT form (RFC 9068 §2.1), or is no JWT at all.
  static func isAccessToken(_ text: String) -> Bool {
    do throws(EIDTokenError) { return try jws(text, largest: .max).type == "at+jwt" } catch {
      return error != .encrypted
    }
  }
}
