/// The right that a client asks for (RFC 6749 §3.3), of those that the CSC API knows.
public enum Scope: String, Sendable, CaseIterable {
  /// Opens the API.
  case service
  /// Opens one key for named signatures (CSC v1 §8.3.2).
  case credential
  /// Makes one credential (CSC 2.1+).
  case credentialCreation = "credential-creation"
  /// Deletes one credential (CSC 2.1+).
  case credentialDeletion = "credential-deletion"
}
