public import SoleControl
public import Vocabulary

/// The store of issuance: the same as sole control's, with the same promises (`SoleControlStore`).
/// `StoreConformance` is the suite that every implementation passes.
public protocol IssuanceStore: Sendable {
  func readIssuance<Result: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey], _ body: @escaping @Sendable (any IssuanceSnapshot) throws -> Result
  ) async throws -> Result

  /// A transaction over both ports: a credential and the grant that makes or deletes it change together.
  func writeIssuance<Result: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey],
    _ body: @escaping @Sendable (any IssuanceTransaction) throws -> Result
  ) async throws -> Result
}

/// The parts of the store of issuance in one reading transaction.
public typealias IssuanceSnapshot = IssuanceReading & InvitationReading
/// The same in a writing one, with those of sole control.
public typealias IssuanceTransaction = IssuanceWriting & InvitationWriting & SoleControlWriting

/// Rows of issuance that a body declares, as `SoleControlKey`. Revocations are only added, and the first of a
/// certificate counts, so that needs no declaration.
public enum IssuanceKey: Sendable, Hashable {
  case subject(SignerID, RowLock = .shared)
  /// By the digest of its token.
  case lifecycleGrant([UInt8], RowLock = .shared)
  /// All grants that an instance has reserved.
  case reservedLifecycleGrants(instance: String, RowLock = .shared)
  /// All revocations of an issuer's certificates.
  case revocations(issuer: String)
  /// A notice, by its id.
  case notice(String, RowLock = .shared)
  case dueNotices(instance: String)
  /// An invitation, by the digest of its link.
  case invitation([UInt8], RowLock = .shared)
  case dueInvitations(instance: String)
  case expiredInvitations
  case soleControl(SoleControlKey)
}

/// The part of the store that keeps who signers are, what they were granted, and which certificates are revoked.
public protocol IssuanceReading {
  /// Text and MAC of the certificate subject.
  func subject(of signer: SignerID) throws -> ProtectedRow?
  /// - Parameter digest: SHA-256 of the grant's token.
  func lifecycleGrant(_ digest: [UInt8]) throws -> StoredLifecycleGrant?
  /// Those of an issuer whose certificates have not ended at `time`, in order of serial number.
  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation]
  /// An instance's notices that are due by `time`, the first due first, and of each partner the first `perPartner`.
  func dueNotices(instance: String, by time: UnixTime, perPartner: Int, limit: Int) throws -> [OwnerNotice]
}

public protocol IssuanceWriting: IssuanceReading {
  /// Adds the subject, or replaces the signer's.
  func put(_ subject: ProtectedRow, of signer: SignerID) throws
  /// `StoreError.corrupt` if there is one of this digest.
  func add(_ grant: StoredLifecycleGrant) throws
  /// `StoreError.corrupt` if there is none.
  func put(_ state: StoredLifecycleGrant.State, ofLifecycleGrant digest: [UInt8]) throws
  /// False if it was not there.
  func remove(lifecycleGrant digest: [UInt8]) throws -> Bool
  /// Removes open grants that expired before `time`.
  func removeLifecycleGrants(expiredBefore time: UnixTime) throws
  /// Takes the grants out of the store that this process had reserved, in order of digest.
  func takeReservedLifecycleGrants(instance: String) throws -> [StoredLifecycleGrant]
  /// Adds it; the first of a certificate counts. Removes those whose certificates ended before its time.
  func add(_ revocation: Revocation) throws
  /// `StoreError.corrupt` if there is one of this id.
  func add(_ notice: OwnerNotice) throws
  /// Counts one more attempt, and puts the next one off. False, and nothing happens, if there is no such notice, or
  /// others have made attempts since it was read.
  func postpone(_ notice: OwnerNotice, until due: UnixTime) throws -> Bool
  /// False if it was not there.
  func removeNotice(_ id: String) throws -> Bool
  /// Removes a credential with the state of its factors, its open challenges and one-time codes, its invitation, and
  /// what waits for its owner. False if it was not there.
  func remove(_ credential: CredentialID) throws -> Bool
}
