/// Curves of FIPS 186-5, by the names of the store and the configuration.
public enum Curve: String, Sendable, CaseIterable {
  case p256, p384, p521

  public var oid: String {
    switch self {
    case .p256: OID.p256
    case .p384: OID.p384
    case .p521: OID.p521
    }
  }
}

/// Kinds of keys that are made and used.
public enum KeyType: Sendable, Hashable {
  /// 2048, 3072 or 4096 bits.
  case rsa(bits: Int)
  case ec(Curve)

  /// Bits, as `key/len` shows them.
  public var length: Int {
    switch self {
    case .rsa(let bits): bits
    case .ec(.p256): 256
    case .ec(.p384): 384
    case .ec(.p521): 521
    }
  }

  /// `rsa2048`, `p256`, …: the form in the store, in the configuration and in logs.
  public var name: String {
    switch self {
    case .rsa(let bits): "rsa\(bits)"
    case .ec(let curve): curve.rawValue
    }
  }

  public init?(parsing name: String) {
    if let curve = Curve(rawValue: name) {
      self = .ec(curve)
    } else if name.hasPrefix("rsa"), let bits = Int(name.dropFirst(3)), [2048, 3072, 4096].contains(bits) {
      self = .rsa(bits: bits)
    } else {
      return nil
    }
  }
}
