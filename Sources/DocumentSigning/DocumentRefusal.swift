/// Reason why a document is not signed as it was asked. Nothing was spent.
public enum DocumentRefusal: Error, Equatable, Sendable {
  /// The attribute does not fit this document, or its value cannot be computed here.
  case property(SignedProperty.Kind)
  /// No JWS algorithm is the asked one (RFC 7518 §3.1): another curve for the hash.
  case algorithm
  /// No JWS algorithm has these parameters of RSASSA-PSS.
  case algorithmParameters
  /// The signer's certificate, or one above it, is revoked.
  case revoked
  /// A certificate of the time-stamping authority is revoked, so that the level cannot be made.
  case authorityRevoked
  /// Some certificate has no current statement on its revocation, so that the level cannot be made. Trying again can
  /// help.
  case noRevocationData
  /// No credential of the signer has the qualifier.
  case qualifier
}

/// A fault that is not the caller's.
public enum DocumentFault: Error, Equatable, Sendable {
  /// The stored preparation is not covered by the signature.
  case preparation
  /// A builder failed. The reason is for the log.
  case builder(String)
}
