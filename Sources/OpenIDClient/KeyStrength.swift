internal import Octets
internal import WireJSON

extension ProviderKeys {
  /// RSA keys of less than 2048 bits are refused (ETSI TS 119 312); curves are fixed by the algorithm.
  static func isStrong(_ key: JSONObject) -> Bool {
    guard key["kty"] == "RSA" else { return true }
    guard let modulus = key["n"]?.string.flatMap({ Base64.decodeURL($0, unusedBits: .any) }) else { return false }
    return modulus.drop { $0 == 0 }.count >= 256
  }
}
