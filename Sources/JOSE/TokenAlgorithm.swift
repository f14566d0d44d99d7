import WireJSON

/// Algorithms with which tokens may be signed (RFC 7518 §3.1, RFC 8037 §3.1). Symmetric ones and `none` are not among
/// them, so a public key can never serve as a shared secret.
public enum TokenAlgorithm: String, Sendable, CaseIterable {
  case rs256 = "RS256"
  case ps256 = "PS256"
  case es256 = "ES256"
  case es384 = "ES384"
  case edDSA = "EdDSA"

  /// Whether the key is of the kind, and on the curve, that the algorithm works with.
  func fits(_ key: JSONObject) -> Bool {
    guard key["kty"] == .string(keyType) else { return false }
    return curve.map { key["crv"] == .string($0) } ?? true
  }

  private var keyType: String {
    switch self {
    case .rs256, .ps256: "RSA"
    case .es256, .es384: "EC"
    case .edDSA: "OKP"
    }
  }

  /// RFC 7518 §3.4, RFC 8037 §3.1.
  private var curve: String? {
    switch self {
    case .rs256, .ps256: nil
    case .es256: "P-256"
    case .es384: "P-384"
    case .edDSA: "Ed25519"
    }
  }
}
