import Octets

/// Proof Key for Code Exchange, method S256 (RFC 7636). `plain` does not protect from readers of the request.
enum PKCE {
  /// base64url of 32 octets without padding.
  static func isChallenge(_ text: String) -> Bool { text.utf8.count == 43 && text.utf8.allSatisfy(isUnreserved) }

  /// §4.1: 43 to 128 unreserved characters.
  static func isVerifier(_ text: String) -> Bool {
    (43...128).contains(text.utf8.count) && text.utf8.allSatisfy(isUnreserved)
  }

  /// §4.6: the SHA-256 of the verifier is the challenge.
  static func fits(_ verifier: String, _ challenge: String) -> Bool {
    guard let expected = Base64.decodeURL(challenge) else { return false }
    return ConstantTime.isEqual(OctetDigest.sha256(verifier), expected)
  }

  private static func isUnreserved(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~".utf8.contains(octet)
    }
  }
}
