/// Hash algorithms that may be signed: nothing weaker than SHA-256 (ETSI TS 119 312, CSC v2 §11.1).
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

  public var oid: String {
    switch self {
    case .sha256: OID.sha256
    case .sha384: OID.sha384
    case .sha512: OID.sha512
    }
  }

  /// - Parameter oid: dotted decimal text.
  public init?(oid: String) {
    guard let match = Self.allCases.first(where: { $0.oid == oid }) else { return nil }
    self = match
  }
}
