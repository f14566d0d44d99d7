import AuditLog
import WireJSON

/// A credential as read from the store. Nothing may be decided on it before `confirm`.
struct UnverifiedCredential: Sendable {
  let check: Unverified<Credential>
  let isConfirmed: Bool
  var row: ProtectedRow { check.row }
  var credential: Credential { check.value }
}

extension SigningService {
  /// The credential of a row whose MAC is right.
  func confirmed(_ row: ProtectedRow, id: CredentialID) async throws -> Credential {
    let unverified = try await loadCredential(row, id: id)
    _ = try await confirm(unverified)
    return unverified.credential
  }

  func loadCredential(_ row: ProtectedRow, id: CredentialID) async throws -> UnverifiedCredential {
    if let credential = verifiedRows.credential(for: row, id: id) {
      return UnverifiedCredential(check: Unverified(row, credential), isConfirmed: true)
    }
    guard let check = Unverified<Credential>(row, where: { $0.id == id }) else {
      throw try await integrityFault(row, id)
    }
    return UnverifiedCredential(check: check, isConfirmed: false)
  }

  /// Checks the row's MAC and computes further MACs in the same visit to the device.
  ///
  /// - Returns: the MACs of `messages`.
  /// - Throws: `InternalFault.rowIntegrity` if the row is not what the gateway wrote. That is written
  ///   to the audit log.
  func confirm(
    _ unverified: UnverifiedCredential, alongside messages: [(key: MACKey, message: [UInt8])] = []
  ) async throws -> [[UInt8]] {
    guard !unverified.isConfirmed else { return try await self.macs(messages) }
    var macs = try await self.macs([unverified.check.message] + messages)
    guard unverified.check.isRight(macs.removeFirst()) else {
      throw try await integrityFault(unverified.row, unverified.credential.id)
    }
    verifiedRows.insert(unverified.credential, row: unverified.row)
    return macs
  }

  func integrityFault(_ row: ProtectedRow, _ id: CredentialID) async throws -> InternalFault {
    try await integrityFault(row, named: ("credential", .string(id.rawValue)), .rowIntegrity(id))
  }

  /// Writes a new finding to the audit log and returns the fault to throw.
  func integrityFault(
    _ row: ProtectedRow, named name: (String, JSONValue), _ fault: InternalFault
  ) async throws -> InternalFault {
    try await noteEdited(row, named: name)
    return fault
  }

  /// Writes a row that no gateway wrote so to the audit log, once.
  func noteEdited(_ row: ProtectedRow, named name: (String, JSONValue)) async throws {
    guard verifiedRows.isNewFinding(row) else { return }
    try await record(AuditEvent(.integrityViolated, [name]))
  }

  func macs(_ messages: [(key: MACKey, message: [UInt8])]) async throws -> [[UInt8]] {
    guard !messages.isEmpty else { return [] }
    do { return try await device.authenticationCodes(messages) } catch { throw error.asFault }
  }
}
