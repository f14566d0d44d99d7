public import Vocabulary

/// A refusal of issuance to do as it was asked. Nothing was used up. Wrong factors, and credentials that the caller may
/// not use, are refused by sole control (`Refusal`).
public enum IssuanceRefusal: Error, Equatable, Sendable {
  /// No credential is made under this certificate policy, or another one was granted.
  case policyNotOffered
  /// The signer's identity was never established.
  case notRegistered
  /// The signer has no credential whose factors a page could ask for, as proof that it is the signer who asks for
  /// another.
  case notProven
  /// The subject that the caller wants is not the signer.
  case subjectDiffers
  case unsuitablePIN
  /// The grant to make or delete a credential is unknown, used, or another's.
  case invalidLifecycleToken
  case lifecycleTokenExpired
  /// The grant to delete is for another of the signer's credentials.
  case otherCredential
  /// Only the owner can have this credential deleted, or one of this kind made: it is a qualified one, or the owner
  /// could not be told, or the owner has to show factors for it.
  case onlyByOwner
  /// The link of an invitation leads nowhere, or no longer.
  case unknownLink
  /// The revocation of a certificate is asked for that another CA issued.
  case notRevocable
}

/// Rows that the service did not write so: someone edited the store. The detail is for the log.
public enum IssuanceFault: Error, Equatable, Sendable {
  case subjectIntegrity(SignerID)
  case lifecycleGrantIntegrity
}
