internal import Octets

/// The value of the field `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07, §2.1).
public struct IdempotencyKey: Equatable, Sendable {
  public let text: String

  /// Octets of a key.
  static let lengths = 16...255

  /// - Parameter fields: values of all fields of this name in the request.
  /// - Throws: `idempotency-key-missing`, also if it is malformed, or there is more than one.
  public init(fields: [String]) throws(Problem) {
    guard let field = fields.first else { throw Problem(.idempotencyKeyMissing) }
    guard fields.count == 1 else { throw Problem(.idempotencyKeyMissing, "There is more than one Idempotency-Key.") }
    // A structured field's string (RFC 8941 §3.3.3) is the same key as the bare text.
    var text = Array(field.trimmed().utf8)
    if text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
      text = Array(text.dropFirst().dropLast())
    }
    guard Self.lengths ~= text.count, text.allSatisfy({ 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "\"") }) else {
      throw Problem(.idempotencyKeyMissing, "The Idempotency-Key is not one of 16 to 255 visible ASCII characters.")
    }
    self.text = String(decoding: text, as: UTF8.self)
  }
}
