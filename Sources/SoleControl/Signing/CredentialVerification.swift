import AuditLog
import WireJSON

/// A credential as read from the store. Nothing may be decided on it before `confirm`.
struct RowCandidate: Sendable {
  let check: SealCheck<Credential>
  let isConfirmed: Bool
  var row: SealedRow { check.row }
  var credential: Credential { check.value }
}

extension SigningService {
  /// The credential of a row whose seal is right.
  func confirmed(_ row: SealedRow, id: CredentialID) async throws -> Credential {
    let candidate = try await candidate(row, id: id)
    _ = try await confirm(candidate)
    return candidate.credential
  }

  func candidate(_ row: SealedRow, id: CredentialID) async throws -> RowCandidate {
    if let credential = verifiedRows.credential(for: row, id: id) {
      return RowCandidate(check: SealCheck(row, credential), isConfirmed: true)
    }
    guard let check = SealCheck<Credential>(row, where: { $0.id == id }) else {
      throw try await integrityFault(row, id)
    }
    return RowCandidate(check: check, isConfirmed: false)
  }

  /// Checks the row's seal and computes further MACs in the same visit to the device.
  ///
  /// - Returns: the MACs of `messages`.
  /// - Throws: `InternalFault.rowIntegrity` if the row is not what the gateway once sealed. That is written
  ///   to the audit log.
  func confirm(
    _ candidate: RowCandidate, alongside messages: [(key: MACKey, message: [UInt8])] = []
  ) async throws -> [[UInt8]] {
    guard !candidate.isConfirmed else { return try await codes(messages) }
    var macs = try await codes([candidate.check.message] + messages)
    guard candidate.check.isRight(macs.removeFirst()) else {
      throw try await integrityFault(candidate.row, candidate.credential.id)
    }
    verifiedRows.insert(candidate.credential, row: candidate.row)
    return macs
  }

  func integrityFault(_ row: SealedRow, _ id: CredentialID) async throws -> InternalFault {
    try await integrityFault(row, named: ("credential", .string(id.text)), .rowIntegrity(id))
  }

  /// Writes a new finding to the audit log and returns the fault to throw.
  func integrityFault(
    _ row: SealedRow, named name: (String, JSONValue), _ fault: InternalFault
  ) async throws -> InternalFault {
    guard verifiedRows.isNewFinding(row) else { return fault }
    try await record(AuditEvent(.integrityViolated, [name]))
    return fault
  }

  func codes(_ messages: [(key: MACKey, message: [UInt8])]) async throws -> [[UInt8]] {
    guard !messages.isEmpty else { return [] }
    do { return try await device.authenticationCodes(messages) } catch { throw error.asFault }
  }
}
