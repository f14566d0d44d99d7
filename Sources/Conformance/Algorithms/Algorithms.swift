/// Hash functions that may be used for signing, by OID.
public enum HashFunction: String, Sendable, CaseIterable {
  case sha256 = "2.16.840.1.101.3.4.2.1"
  case sha384 = "2.16.840.1.101.3.4.2.2"
  case sha512 = "2.16.840.1.101.3.4.2.3"
  case sha512With256Bits = "2.16.840.1.101.3.4.2.6"
  case sha3With256Bits = "2.16.840.1.101.3.4.2.8"
  case sha3With384Bits = "2.16.840.1.101.3.4.2.9"
  case sha3With512Bits = "2.16.840.1.101.3.4.2.10"

  /// Octets of a digest.
  public var length: Int {
    switch self {
    case .sha256, .sha512With256Bits, .sha3With256Bits: 32
    case .sha384, .sha3With384Bits: 48
    case .sha512, .sha3With512Bits: 64
    }
  }
}

/// Scheme by which a signature is verified.
public enum SignatureScheme: Sendable, Equatable {
  case rsaPKCS1(HashFunction)
  /// Salt in octets.
  case rsaPSS(HashFunction, mask: HashFunction, salt: Int)
  /// DER `Ecdsa-Sig-Value`.
  case ecdsa
  /// r and s, each as long as the group order.
  case ecdsaPlain
}

/// A `signAlgo` with what goes along with it.
struct Algorithm: Sendable, Equatable {
  let oid: String
  let hash: HashFunction
  /// Whether the hash OID must be sent too.
  let needsHashOID: Bool
  /// DER, for `signAlgoParams`.
  let parameters: [UInt8]?
  let scheme: SignatureScheme

  static let rsaEncryption = "1.2.840.113549.1.1.1"
  static let rsassaPSS = "1.2.840.113549.1.1.10"
  static let ecdsaWithSHA256 = "1.2.840.10045.4.3.2"
  static let sha256WithRSA = "1.2.840.113549.1.1.11"

  private static let rsaWithHash: [String: HashFunction] = [
    sha256WithRSA: .sha256, "1.2.840.113549.1.1.12": .sha384, "1.2.840.113549.1.1.13": .sha512,
    "1.2.840.113549.1.1.16": .sha512With256Bits, "2.16.840.1.101.3.4.3.14": .sha3With256Bits,
    "2.16.840.1.101.3.4.3.15": .sha3With384Bits, "2.16.840.1.101.3.4.3.16": .sha3With512Bits,
  ]
  private static let ecdsaWithHash: [String: HashFunction] = [
    ecdsaWithSHA256: .sha256, "1.2.840.10045.4.3.3": .sha384, "1.2.840.10045.4.3.4": .sha512,
    "2.16.840.1.101.3.4.3.10": .sha3With256Bits, "2.16.840.1.101.3.4.3.11": .sha3With384Bits,
    "2.16.840.1.101.3.4.3.12": .sha3With512Bits,
  ]
  private static let plainECDSAWithHash: [String: HashFunction] = [
    "0.4.0.127.0.7.1.1.4.1.3": .sha256, "0.4.0.127.0.7.1.1.4.1.4": .sha384, "0.4.0.127.0.7.1.1.4.1.5": .sha512,
  ]
  private static let genericECDSA = "1.2.840.10045.2.1"

  /// RSA or ECDSA with SHA-1 or SHA-224.
  static let weak: Set<String> = [
    "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.14", "1.2.840.10045.4.1", "1.2.840.10045.4.3.1",
    "1.2.840.113549.1.1.4",
  ]

  static func isRSA(_ oid: String) -> Bool {
    rsaWithHash[oid] != nil || oid == rsaEncryption || oid == rsassaPSS
  }

  /// Nil for an OID that this client cannot use.
  init?(_ oid: String) {
    if let hash = Self.rsaWithHash[oid] {
      self.init(oid: oid, hash: hash, needsHashOID: false, parameters: nil, scheme: .rsaPKCS1(hash))
    } else if let hash = Self.ecdsaWithHash[oid] {
      self.init(oid: oid, hash: hash, needsHashOID: false, parameters: nil, scheme: .ecdsa)
    } else if let hash = Self.plainECDSAWithHash[oid] {
      self.init(oid: oid, hash: hash, needsHashOID: false, parameters: nil, scheme: .ecdsaPlain)
    } else if oid == Self.rsaEncryption {
      self.init(oid: oid, hash: .sha256, needsHashOID: true, parameters: nil, scheme: .rsaPKCS1(.sha256))
    } else if oid == Self.genericECDSA {
      self.init(oid: oid, hash: .sha256, needsHashOID: true, parameters: nil, scheme: .ecdsa)
    } else if oid == Self.rsassaPSS {
      self = .pss(.sha256, salt: 32)
    } else {
      return nil
    }
  }

  private init(oid: String, hash: HashFunction, needsHashOID: Bool, parameters: [UInt8]?, scheme: SignatureScheme) {
    self.oid = oid
    self.hash = hash
    self.needsHashOID = needsHashOID
    self.parameters = parameters
    self.scheme = scheme
  }

  static func pss(_ hash: HashFunction, salt: Int, withTrailer: Bool = false) -> Algorithm {
    Algorithm(
      oid: rsassaPSS, hash: hash, needsHashOID: false,
      parameters: PSSParameters.encode(hash, salt: salt, withTrailer: withTrailer),
      scheme: .rsaPSS(hash, mask: hash, salt: salt))
  }

  /// The one to be used where any will do: a combined OID, else one with parameters.
  static func preferred(_ oids: [String]) -> Algorithm? {
    let usable = oids.compactMap { Algorithm($0) }
    return usable.first { !$0.needsHashOID && $0.parameters == nil && $0.hash == .sha256 } ?? usable.first {
      !$0.needsHashOID && $0.parameters == nil
    } ?? usable.first
  }
}
