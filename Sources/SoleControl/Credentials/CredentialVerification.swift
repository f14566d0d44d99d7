import AuditLog
internal import Synchronization
package import Vocabulary
import WireJSON

extension Credential: DeviceProtected { package static var macKey: MACKey { .credentialRow } }

extension CredentialService {
  /// The credential of a row whose MAC is right.
  ///
  /// - Parameter use: all but `any` take also one whose qualifier is unfounded: its owner must be able to end it, and
  ///   gets what was signed before.
  package func confirmed(
    _ row: ProtectedRow, id: CredentialID, for use: CredentialUse = .any
  ) async throws -> Credential {
    let unverified = try await load(row, id: id)
    _ = try await confirm(unverified, for: use)
    return unverified.value
  }

  /// The credential of a row, on which nothing may be decided before `confirm`. The very same octets that were
  /// confirmed before need no second visit to the device.
  func load(_ row: ProtectedRow, id: CredentialID) async throws -> Unverified<Credential> {
    if let credential = context.verifiedRows.credential(for: row, id: id) {
      return Unverified(row, credential, isKnown: true)
    }
    return try await context.load(
      row, where: { $0.id == id }, named: ("credential", .string(id.rawValue)), else: InternalFault.rowIntegrity(id))
  }

  /// Checks the row's MAC, and what the credential says about itself, and computes further MACs in the same visit to
  /// the device.
  ///
  /// - Returns: the MACs of `messages`.
  /// - Throws: `InternalFault.rowIntegrity` if the row is not as a gateway wrote it, `unfoundedQualifier` if its
  ///   certificate does not bear it out. The audit log says so.
  func confirm(
    _ unverified: Unverified<Credential>, alongside messages: [(key: MACKey, message: [UInt8])] = [],
    for use: CredentialUse = .any
  ) async throws -> [[UInt8]] {
    guard !unverified.isKnown else { return try await context.macs(messages) }
    var macs = try await context.macs([unverified.message] + messages)
    guard unverified.isRight(macs.removeFirst()) else {
      throw try await integrityFault(unverified.row, unverified.value.id)
    }
    if let fault = unverified.value.qualifierFault {
      // It is not remembered: the next use may be another one.
      guard use == .any else { return macs }
      throw try await context.integrityFault(
        unverified.row, named: ("credential", .string(unverified.value.id.rawValue)), fault)
    }
    context.verifiedRows.insert(unverified.value, row: unverified.row)
    return macs
  }

  func integrityFault(_ row: ProtectedRow, _ id: CredentialID) async throws -> any Error {
    try await context.integrityFault(row, named: ("credential", .string(id.rawValue)), InternalFault.rowIntegrity(id))
  }
}

/// The purpose for which a credential is read.
package enum CredentialUse: Sendable {
  case any
  /// To end it, and its certificate.
  case deletion
  /// To hold signatures against it that were made before.
  case finished
}

extension Credential {
  /// Nothing is signed with a credential that claims more than its certificate: verifiers would believe the claim.
  package var qualifierFault: InternalFault? {
    unfoundedClaim.map {
      let remedy =
        "nothing is signed with it; its owner, or a trusted client, can delete it, which revokes the certificate"
      return .unfoundedQualifier(id, "it says \($0); \(remedy)")
    }
  }
}

/// Rows whose MAC the device has confirmed in this process. The very same octets need no second visit to the
/// device; a row that differs in any of them is checked again.
final class VerifiedRows: Sendable {
  private struct Entry {
    let row: ProtectedRow
    let credential: Credential
  }

  /// Rows that were found edited and stand in the log already.
  private let reported = Mutex(LeastRecentlyUsed<ProtectedRow, Bool>(capacity: 1000))
  private let entries: Mutex<LeastRecentlyUsed<CredentialID, Entry>>

  init(capacity: Int) { entries = Mutex(LeastRecentlyUsed(capacity: capacity)) }

  /// The credential as it was verified last, without a look into the store. The transaction that decides holds the row
  /// against it (`UsableCredential.isUnchanged`).
  func remembered(_ id: CredentialID) -> UsableCredential? {
    entries.withLock { entries in
      entries.value(for: id).map { UsableCredential(credential: $0.credential, row: $0.row) }
    }
  }

  func forget(_ id: CredentialID) { entries.withLock { $0.remove(id) } }

  func credential(for row: ProtectedRow, id: CredentialID) -> Credential? {
    entries.withLock { entries in
      guard let entry = entries.value(for: id), entry.row == row else { return nil }
      return entry.credential
    }
  }

  /// Whether this very row is found edited for the first time: repeated requests must not fill the log.
  func isNewFinding(_ row: ProtectedRow) -> Bool {
    reported.withLock { reported in
      guard reported.value(for: row) == nil else { return false }
      _ = reported.insert(true, for: row)
      return true
    }
  }

  func insert(_ credential: Credential, row: ProtectedRow) {
    entries.withLock { _ = $0.insert(Entry(row: row, credential: credential), for: credential.id) }
  }
}
