/// Nothing weaker than SHA-256 is signed (ETSI TS 119 312).
public enum HashAlgorithm: String, Sendable, CaseIterable {
  case sha256, sha384, sha512

  /// Octets of a digest.
  public var digestLength: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
}
