/// Hexadecimal text, two digits for each octet (RFC 4648 §8).
public enum Hex {
  public enum Case: Sendable { case lower, upper }

  private static let lower = Array("0123456789abcdef".utf8)
  private static let upper = Array("0123456789ABCDEF".utf8)

  public static func encode(_ octets: [UInt8], _ letters: Case = .lower) -> String {
    let digits = letters == .lower ? lower : upper
    return String(unsafeUninitializedCapacity: 2 * octets.count) { text in
      for (place, octet) in octets.enumerated() {
        text[2 * place] = digits[Int(octet >> 4)]
        text[2 * place + 1] = digits[Int(octet & 15)]
      }
      return 2 * octets.count
    }
  }

  @inlinable
  public static func encode(_ octets: some Sequence<UInt8>, _ letters: Case = .lower) -> String {
    encode(Array(octets), letters)
  }

  /// Reads what `encode` makes in lower case, and no other text.
  public static func decode(_ text: String) -> [UInt8]? {
    text.utf8.contains(where: (UInt8(ascii: "A")...UInt8(ascii: "F")).contains) ? nil : decodeAnyCase(text)
  }

  /// Reads digits of either case. Nil if it is no text of whole octets.
  public static func decodeAnyCase(_ text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.map { digit($0) ?? 16 }
    guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 < 16 }) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// The value of one digit of either case; nil if it is none.
  public static func digit(_ octet: UInt8) -> UInt8? {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
