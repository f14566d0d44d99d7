import AuditLog
import WireJSON

/// A credential as read from the store. Nothing may be decided on it before `confirm`.
struct RowCandidate: Sendable {
  let row: SealedRow
  let credential: Credential
  let isConfirmed: Bool
}

extension SigningService {
  func candidate(_ row: SealedRow, id: CredentialID) throws -> RowCandidate {
    if let credential = verifiedRows.credential(for: row, id: id) {
      return RowCandidate(row: row, credential: credential, isConfirmed: true)
    }
    guard let credential = Credential(canonical: row.text), credential.id == id else {
      throw InternalFault.rowIntegrity(id)
    }
    return RowCandidate(row: row, credential: credential, isConfirmed: false)
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
    var macs = try await codes([(.credentialRow, candidate.row.text)] + messages)
    guard Self.isEqual(macs.removeFirst(), candidate.row.seal) else {
      let now = clock.now()
      let id = candidate.credential.id
      try await store.write {
        try $0.append(AuditEvent(.integrityViolated, [("credential", .string(id.text))]), at: now)
      }
      throw InternalFault.rowIntegrity(id)
    }
    verifiedRows.insert(candidate.credential, row: candidate.row)
    return macs
  }

  func codes(_ messages: [(key: MACKey, message: [UInt8])]) async throws -> [[UInt8]] {
    guard !messages.isEmpty else { return [] }
    do { return try await device.authenticationCodes(messages) } catch { throw error.asFault }
  }
}
