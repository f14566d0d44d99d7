public import Vocabulary

/// Source of statements on revocation.
public protocol RevocationSource: Sendable {
  /// Statement of the CRLs on a certificate.
  ///
  /// A list counts if it is in force at `time`, if he who issued the certificate signed it, and if it is about all such
  /// certificates and all reasons: no delta, no indirect list, and no part of one that is not this certificate's.
  ///
  /// - Parameters:
  ///   - certificate: DER, of any but a root.
  ///   - issuers: DER; the issuer's certificate is among them.
  func status(of certificate: [UInt8], issuers: [[UInt8]], at time: UnixTime) async -> RevocationStatus
}

/// State of knowledge about the revocation of a certificate. The lists are in DER.
public enum RevocationStatus: Sendable, Equatable {
  /// It is not on this list, which would name it.
  case good(list: [UInt8])
  case revoked(list: [UInt8])
  /// There is no list that counts.
  case unknown

  var list: [UInt8]? {
    switch self {
    case .good(let list), .revoked(let list): list
    case .unknown: nil
    }
  }

  var isGood: Bool { if case .good = self { true } else { false } }
  var isRevoked: Bool { if case .revoked = self { true } else { false } }
}

/// Data that a reader needs in order to validate a signature, beyond the signature itself (CSC v2 §11.14
/// `validationInfo`).
public struct ValidationData: Sendable, Equatable {
  /// DER.
  public let certificates: [[UInt8]]
  /// DER.
  public let revocationLists: [[UInt8]]
}
