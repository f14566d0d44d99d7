/// RFC 4648 §4 and §5.
enum Base64 {
  private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let web = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String { encode(bytes, standard, isPadded: true) }
  static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, web, isPadded: false) }
  static func encodeURLPadded(_ bytes: [UInt8]) -> String { encode(bytes, web, isPadded: true) }

  private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8], isPadded: Bool) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for index in 0..<4 {
        if index <= group.count {
          text.append(alphabet[bits >> (18 - 6 * index) & 63])
        } else if isPadded {
          text.append(UInt8(ascii: "="))
        }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Standard alphabet, padded, no line breaks, unused bits zero: the one text of the octets, or nil.
  static func decode(_ text: String) -> [UInt8]? {
    let octets = Array(text.utf8)
    guard octets.count % 4 == 0 else { return nil }
    var bytes: [UInt8] = []
    var bits = 0
    var count = 0
    for octet in octets.prefix(while: { $0 != UInt8(ascii: "=") }) {
      guard let value = standard.firstIndex(of: octet) else { return nil }
      bits = (bits << 6 | value) & 0xffff
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return encode(bytes) == text ? bytes : nil
  }
}

/// RFC 4648 §6 without padding, as authenticator apps take their secrets; small letters and blanks are forgiven.
public enum Base32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  public static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits = 0
    var count = 0
    for octet in text.uppercased().utf8 where octet != UInt8(ascii: "=") && octet != UInt8(ascii: " ") {
      guard let value = alphabet.firstIndex(of: octet) else { return nil }
      bits = (bits << 5 | value) & 0xffff
      count += 5
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes.isEmpty ? nil : bytes
  }
}

enum Hex {
  private static let digits = Array("0123456789ABCDEF".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Nil if it is no hexadecimal text of whole octets.
  static func decode(_ text: String) -> [UInt8]? {
    let values = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard values.count == text.utf8.count, values.count % 2 == 0 else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  /// Upper case, without leading zeros: numbers are compared so. Nil if it is no hexadecimal text.
  static func normal(_ text: String) -> String? {
    guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    return String(text.uppercased().drop { $0 == "0" })
  }
}

/// `application/x-www-form-urlencoded`
enum Form {
  typealias Fields = [(name: String, value: String)]

  static func encode(_ fields: Fields) -> String {
    fields.map { "\(percentEncode($0.name))=\(percentEncode($0.value))" }.joined(separator: "&")
  }

  static func decode(_ text: some StringProtocol) -> Fields {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (percentDecode(parts[0]), parts.count > 1 ? percentDecode(parts[1]) : "")
    }
  }

  static func percentEncode(_ text: String) -> String {
    var encoded: [UInt8] = []
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.append(octet)
      default: encoded += Array("%\(Hex.encode([octet]))".utf8)
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func percentDecode(_ text: some StringProtocol) -> String {
    var decoded: [UInt8] = []
    var rest = Substring(text).utf8
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "%"), let value = UInt8(String(Substring(rest.prefix(2))), radix: 16), rest.count >= 2 {
        decoded.append(value)
        rest = rest.dropFirst(2)
      } else {
        decoded.append(octet == UInt8(ascii: "+") ? UInt8(ascii: " ") : octet)
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }
}

extension Array where Element == (name: String, value: String) {
  /// The first value under that name.
  func value(_ name: String) -> String? { first { $0.name == name }?.value }
}
