public import SoleControl

/// Where statements on revocation come from.
public protocol RevocationSource: Sendable {
  /// The current CRLs of those who issued these certificates, DER. An issuer without a current one is left out.
  ///
  /// - Parameter certificates: DER.
  func revocationLists(for certificates: [[UInt8]], at time: UnixTime) async -> [[UInt8]]
}

/// What a reader needs in order to validate a signature, beyond what is in it (CSC v2 §11.11 `validationInfo`).
public struct ValidationData: Sendable, Equatable {
  /// DER.
  public let certificates: [[UInt8]]
  /// DER.
  public let revocationLists: [[UInt8]]
}
