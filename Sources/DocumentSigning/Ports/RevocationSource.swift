public import Vocabulary

/// Source of statements on revocation.
public protocol RevocationSource: Sendable {
  /// The current CRLs of those who issued these certificates, DER. An issuer without a current one is left out.
  ///
  /// - Parameter certificates: DER.
  func revocationLists(for certificates: [[UInt8]], at time: UnixTime) async -> [[UInt8]]
}

/// Data that a reader needs in order to validate a signature, beyond the signature itself (CSC v2 §11.11
/// `validationInfo`).
public struct ValidationData: Sendable, Equatable {
  /// DER.
  public let certificates: [[UInt8]]
  /// DER.
  public let revocationLists: [[UInt8]]
}
