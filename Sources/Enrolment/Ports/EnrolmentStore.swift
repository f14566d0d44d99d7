public import RecordedCalls
public import SoleControl
public import Vocabulary

/// The store of enrolment, with the promises of `SoleControlStore`. `StoreConformance` is the suite that every
/// implementation passes.
public protocol EnrolmentStore: Sendable {
  func readEnrolment<Result: Sendable>(
    reading keys: @autoclosure () -> [EnrolmentKey], _ body: @escaping @Sendable (any EnrolmentReading) throws -> Result
  ) async throws -> Result

  func writeEnrolment<Result: Sendable>(
    reading keys: @autoclosure () -> [EnrolmentKey],
    _ body: @escaping @Sendable (any EnrolmentTransaction) throws -> Result
  ) async throws -> Result
}

/// Signers, and the calls that made them.
public typealias EnrolmentReading = SignerReading & CallReading
/// The same with the log, in one transaction.
public typealias EnrolmentTransaction = SignerWriting & CallWriting & AuditWriting

/// Rows of enrolment that a body declares, as `SoleControlKey`.
public enum EnrolmentKey: Sendable, Hashable {
  case signer(SignerID, RowLock = .shared)
  /// The signer that a partner calls so, whether or not there is one; by the keyed digest of the name.
  case external(PartnerID, [UInt8], RowLock = .shared)
  /// All signers of a partner.
  case signers(of: PartnerID)
  case call(CallKey, RowLock = .shared)
}

/// The part of the store that keeps signers.
public protocol SignerReading {
  /// The partner's signer; nil if there is none, if it is another partner's, or if its data key was erased.
  func signer(_ id: SignerID, of partner: PartnerID) throws -> Signer?
  /// The id of the signer that a partner calls so.
  ///
  /// - Parameter external: keyed digest of the name.
  func signer(of partner: PartnerID, external: [UInt8]) throws -> SignerID?
  /// Signers of a partner in the order of their time and id. Those that cannot be read are left out, and end nothing.
  func signers(of partner: PartnerID, _ selection: SignerSelection) throws -> SignerPage
  /// Number of a partner's signers that were made in this time.
  func countSigners(of partner: PartnerID, created times: Range<UnixTime>) throws -> Int
}

public protocol SignerWriting: SignerReading {
  /// `StoreError.corrupt` if there is one of this id, or one of this partner's with the same external name.
  func add(_ signer: Signer) throws
  /// Keeps what can change of it. `StoreError.corrupt` if there is none of this id, or another one of this partner's
  /// has the same external name.
  func put(_ signer: Signer) throws
}
