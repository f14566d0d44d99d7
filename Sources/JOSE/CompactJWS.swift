public import Octets
public import WireJSON

/// A JWS in compact serialization (RFC 7515 §3.1), read strictly and not yet verified.
public struct CompactJWS: Sendable {
  public enum Malformed: Error { case tooLarge, encrypted, form }

  /// Octets of a token; larger ones are refused unread.
  public static let largest = 16 << 10

  public let text: String
  public let header: JSONObject
  private let payloadText, signatureText: Substring
  private let unusedBits: Base64.UnusedBits

  /// - Throws: `encrypted` for five parts, which are a JWE (RFC 7516 §3.1); `form` for anything else that has not
  ///   three, or whose header is no JSON object.
  public init(
    _ text: String, largest: Int = Self.largest, unusedBits: Base64.UnusedBits = .zero
  ) throws(Malformed) {
    guard text.utf8.count <= largest else { throw .tooLarge }
    let parts = text.parts(separatedBy: UInt8(ascii: "."), most: 6)
    guard parts.count != 5 else { throw .encrypted }
    guard parts.count == 3, let header = Self.object(parts[0], unusedBits) else { throw .form }
    self.text = text
    self.header = header
    payloadText = parts[1]
    signatureText = parts[2]
    self.unusedBits = unusedBits
  }

  /// Nil if the payload is no JSON object.
  public var claims: JSONObject? { Self.object(payloadText, unusedBits) }

  /// Nil if it is no base64url.
  public var signature: [UInt8]? { Base64.decodeURL(signatureText, unusedBits: unusedBits) }

  /// The octets that the signature covers (RFC 7515 §5.2).
  public var signingInput: [UInt8] { Array(text.utf8.dropLast(signatureText.utf8.count + 1)) }

  /// `typ` in lower case without `application/` (RFC 7515 §4.1.9).
  public var type: String? {
    guard let text = header["typ"]?.string?.loweringASCII() else { return nil }
    return text.startsWithOctets(of: "application/") ? String(decoding: text.utf8.dropFirst(12), as: UTF8.self) : text
  }

  private static func object(_ part: Substring, _ unusedBits: Base64.UnusedBits) -> JSONObject? {
    Base64.decodeURL(part, unusedBits: unusedBits).flatMap { try? JSONValue.parse($0, limits: .token).object }
  }
}
