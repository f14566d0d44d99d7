/// Algorithm that turns a digest into a signature. The digest is signed as it is, never hashed again.
public enum SignatureAlgorithm: Sendable, Hashable {
  /// RFC 8017 §8.2.
  case rsaPKCS1(HashAlgorithm)
  /// RFC 8017 §8.1. The salt length is in octets.
  case rsaPSS(hash: HashAlgorithm, maskGenerationHash: HashAlgorithm, saltLength: Int)
  /// FIPS 186-5 §6; the leftmost bits of a digest longer than the group order count.
  case ecdsa(HashAlgorithm)

  public var hash: HashAlgorithm {
    switch self {
    case .rsaPKCS1(let hash), .ecdsa(let hash), .rsaPSS(let hash, _, _): hash
    }
  }

  /// Whether a key of this type can sign so. The salt of PSS must leave room in the encoded message
  /// (RFC 8017 §9.1.1: emLen ≥ hLen + sLen + 2, with emBits = modulus bits − 1).
  public func fits(_ key: KeyType) -> Bool {
    switch (self, key) {
    case (.rsaPKCS1, .rsa), (.ecdsa, .ec): true
    case (.rsaPSS(let hash, _, let salt), .rsa(let bits)):
      salt >= 0 && salt <= (bits - 1 + 7) / 8 - hash.digestLength - 2
    default: false
    }
  }

  /// The form in the ledger, the audit log and request digests.
  public var name: String {
    switch self {
    case .rsaPKCS1(let hash): "rsa-pkcs1-\(hash)"
    case .rsaPSS(let hash, let mask, let salt): "rsa-pss-\(hash)-mgf1-\(mask)-\(salt)"
    case .ecdsa(let hash): "ecdsa-\(hash)"
    }
  }

  public init?(parsing name: String) {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    func hash(_ index: Int) -> HashAlgorithm? { HashAlgorithm(rawValue: parts[index]) }
    switch (parts.prefix(2), parts.count) {
    case (["rsa", "pkcs1"], 3):
      guard let hash = hash(2) else { return nil }
      self = .rsaPKCS1(hash)
    case (["rsa", "pss"], 6):
      guard let hash = hash(2), parts[3] == "mgf1", let mask = HashAlgorithm(rawValue: parts[4]),
        let salt = Int(parts[5])
      else { return nil }
      self = .rsaPSS(hash: hash, maskGenerationHash: mask, saltLength: salt)
    case (_, 2):
      guard parts[0] == "ecdsa", let hash = hash(1) else { return nil }
      self = .ecdsa(hash)
    default: return nil
    }
  }
}
