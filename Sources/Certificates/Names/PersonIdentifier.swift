/// The `serialNumber` of a natural person, so that no two people have one name (EN 319 412-2 NAT-4.2.4-2, EN 319 411-1
/// GEN-6.3.3-10). It has no other meaning (NAT-4.2.4-9).
public enum PersonIdentifier: Sendable, Equatable {
  /// 128 random bits that belong to the person for life, in base32 (RFC 4648 §6, without padding): they say nothing
  /// about the person, and no semantics are declared for them.
  case opaque(String)
  /// Of a document or register, built as a scheme says.
  case proven(String, IdentifierScheme)

  /// - Parameter random: 16 octets of the caller's.
  public init(random: [UInt8]) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var (text, bits, count) = ("", 0, 0)
    for octet in random {
      bits = bits << 8 | Int(octet)
      count += 8
      while count >= 5 {
        count -= 5
        text.append(alphabet[bits >> count & 31])
      }
      bits &= 1 << count - 1
    }
    if count > 0 { text.append(alphabet[bits << (5 - count) & 31]) }
    self = .opaque(text)
  }

  public var text: String {
    switch self {
    case .opaque(let text), .proven(let text, _): text
    }
  }

  var isWellFormed: Bool {
    switch self {
    case .opaque(let text): Self.isOpaque(text)
    case .proven(let text, let scheme): scheme.isOfPersons && scheme.allows(text)
    }
  }

  /// Whether a text is 26 of the letters and digits of base32.
  static func isOpaque(_ text: String) -> Bool {
    text.utf8.count == 26
      && text.utf8.allSatisfy {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains($0)
      }
  }
}
