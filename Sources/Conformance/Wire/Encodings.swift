import Octets
internal import WireJSON

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

extension Hex {
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
    fields.map { "\(PercentText.encode($0.name))=\(PercentText.encode($0.value))" }.joined(separator: "&")
  }

  static func decode(_ text: some StringProtocol) -> Fields {
    text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (percentDecode(parts[0]), parts.count > 1 ? percentDecode(parts[1]) : "")
    }
  }

  private static func percentDecode(_ text: some StringProtocol) -> String {
    let octets = PercentText.decode(text.utf8, plus: UInt8(ascii: " "), stray: .kept) ?? []
    return String(decoding: octets, as: UTF8.self)
  }
}

extension Array where Element == (name: String, value: String) {
  /// The first value under that name.
  func value(_ name: String) -> String? { first { $0.name == name }?.value }

  /// The first value under each name.
  var object: JSONObject {
    var object = JSONObject()
    for field in self where object[field.name] == nil { object[field.name] = .string(field.value) }
    return object
  }
}
