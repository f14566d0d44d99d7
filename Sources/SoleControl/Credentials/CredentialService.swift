import AuditLog
import WireJSON

extension SigningService {
  /// The credential, if the principal may use it.
  public func credential(_ id: CredentialID, as principal: Principal) async throws -> Credential {
    try await usable(id, as: principal).credential
  }

  /// The credential, if the principal may use it, with its row's MAC.
  ///
  /// - Throws: `Refusal.unknownCredential`, `InternalFault.rowIntegrity`.
  package func usable(_ id: CredentialID, as principal: Principal) async throws -> UsableCredential {
    guard let row = try await store.read({ try $0.credential(id) }) else { throw Refusal.unknownCredential }
    let credential = try await confirmed(row, id: id)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    return UsableCredential(credential: credential, mac: row.mac)
  }

  /// A signer's credentials that the principal may use, in order of id. One that was edited is left out, and the log names
  /// it: it must not take the others from their owner.
  public func credentials(
    of signer: SignerID, after: CredentialID?, limit: Int, as principal: Principal
  ) async throws -> [Credential] {
    let rows = try await store.read { try $0.credentials(of: signer, after: after, limit: limit) }
    var credentials: [Credential] = []
    for row in rows {
      do {
        let credential = try await listed(row, signer)
        if principal.mayUse(credential) { credentials.append(credential) }
      } catch InternalFault.rowIntegrity {}
    }
    return credentials
  }

  /// - Parameter signer: by whom the row was found, in a column of its own that has no MAC.
  private func listed(_ row: ProtectedRow, _ signer: SignerID) async throws -> Credential {
    let id = Credential(canonical: row.text)?.id
    guard let id else {
      throw try await integrityFault(row, named: ("signer", .string(signer.rawValue)), .rowIntegrity(CredentialID("")))
    }
    let credential = try await confirmed(row, id: id)
    guard credential.signer == signer else { throw try await integrityFault(row, id) }
    return credential
  }

  /// Opens a locked factor again, or forgets its wrong tries, and codes that a clock used up that was ahead. For the
  /// partner, who knows its customer.
  ///
  /// - Returns: whether there were any; if not, nothing is written.
  /// - Throws: `Refusal.unknownFactor` if the credential does not have it.
  @discardableResult
  public func unlock(_ factor: FactorID, of id: CredentialID, as principal: Principal) async throws -> Bool {
    let credential = try await credential(id, as: principal)
    guard credential.authenticators.contains(where: { $0.factor == factor }) else { throw Refusal.unknownFactor }
    let now = clock.now()
    return try await store.write { transaction in
      var state = try transaction.factorState(factor, of: id)
      let isAhead = state.isAhead(at: now)
      guard state.failures > 0 || isAhead else { return false }
      state.failures = 0
      // A clock that was ahead used up codes that are still to come.
      if isAhead { state.lastStep = 0 }
      try transaction.put(state, factor, of: id)
      try transaction.append(
        AuditEvent(
          .credentialUnlocked,
          [
            ("credential", .string(id.rawValue)), ("factor", .string(factor.rawValue)),
            ("partner", .string(principal.partner.rawValue)),
          ]), at: now)
      return true
    }
  }
}

/// A credential that a principal may use, as it was when it was read.
package struct UsableCredential: Sendable {
  package let credential: Credential
  /// The MAC of the row that was verified.
  package let mac: [UInt8]
  package var id: CredentialID { credential.id }

  /// - Throws: `Refusal.unavailable` if the credential is no longer as it was read.
  package func requireUnchanged(in transaction: any SoleControlReading) throws {
    guard try transaction.mac(of: id) == mac else { throw Refusal.unavailable }
  }
}
