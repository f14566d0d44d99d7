internal import Foundation
internal import WireJSON

extension ProviderKeys {
  /// RSA keys of less than 2048 bits are refused (ETSI TS 119 312); curves are fixed by the algorithm.
  static func isStrong(_ key: JSONObject) -> Bool {
    guard key["kty"]?.string == "RSA" else { return true }
    guard let modulus = key["n"]?.string.flatMap({ SignedToken.base64URL($0) }) else { return false }
    return modulus.drop { $0 == 0 }.count >= 256
  }
}

extension SignedToken {
  /// RFC 4648 §4 with padding; exactly one text for each value.
  static func base64(_ text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
    return [UInt8](data)
  }

  /// RFC 4648 §5 without padding.
  static func base64URL(_ text: String) -> [UInt8]? {
    guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
    let standard = text.replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)).map {
      [UInt8]($0)
    }
  }
}
