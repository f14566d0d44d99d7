internal import Foundation
internal import Octets
internal import WireJSON

extension ProviderKeys {
  /// RSA keys of less than 2048 bits are refused (ETSI TS 119 312); curves are fixed by the algorithm.
  static func isStrong(_ key: JSONObject) -> Bool {
    guard key["kty"] == "RSA" else { return true }
    guard let modulus = key["n"]?.string.flatMap({ SignedToken.base64URL($0) }) else { return false }
    return modulus.drop { $0 == 0 }.count >= 256
  }
}

extension SignedToken {
  /// RFC 4648 §4 with padding; exactly one text for each value.
  static func base64(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString().isSame(as: text) else { return nil }
    return [UInt8](data)
  }

  /// RFC 4648 §5 without padding.
  static func base64URL(_ text: String) -> [UInt8]? {
    var standard: [UInt8] = []
    standard.reserveCapacity(text.utf8.count + 3)
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
      case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
      default: standard.append(octet)
      }
    }
    standard += repeatElement(UInt8(ascii: "="), count: (4 - standard.count % 4) % 4)
    return Data(base64Encoded: Data(standard)).map { [UInt8]($0) }
  }
}
