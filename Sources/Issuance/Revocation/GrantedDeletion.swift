import AuditLog
import Lifetimes
import WireJSON

extension SigningService {
  /// Carries out a grant to delete a credential (CSC 2.1+ `credentials/delete`).
  ///
  /// One transaction uses the grant up, removes the row with its wrapped key and all that hangs on it, and notes the
  /// certificate for revocation. From then on nothing finds the credential any more: no SAD of it signs, and what the
  /// device is signing at this moment is not released (`SoleControlWriting.complete`).
  ///
  /// - Throws: `Refusal.invalidLifecycleToken` if it was used meanwhile; for every other `Refusal` nothing was used.
  public func delete(_ id: CredentialID, by bearer: LifecycleBearer) async throws {
    let grant = bearer.grant
    guard grant.kind == .deletion else { throw Refusal.invalidLifecycleToken }
    guard grant.credential == id, let row = try await store.read({ try $0.credential(id) }) else {
      throw Refusal.unknownCredential
    }
    let credential = try await confirmed(row, id: id)
    guard bearer.principal.mayUse(credential) else { throw Refusal.unknownCredential }
    let now = clock.now()
    let (rules, certificate) = (rules, credential.certificate)
    let revocation = Revocation(
      issuer: certificate.issuer, serialNumber: certificate.serialNumber, time: now, expires: certificate.notAfter)
    try await store.write { transaction in
      guard try transaction.lifecycleGrant(grant.digest)?.state == .open, grant.lifetime(rules).isOpen(at: now) else {
        throw Refusal.invalidLifecycleToken
      }
      guard try transaction.mac(of: id) == row.mac else { throw Refusal.unavailable }
      _ = try transaction.remove(lifecycleGrant: grant.digest)
      _ = try transaction.remove(id)
      try transaction.add(revocation)
      try transaction.append(AuditEvent(.credentialDeleted, grant.auditFields), at: now)
      try transaction.append(
        AuditEvent(
          .certificateRevoked,
          [("credential", .string(id.rawValue)), ("serialNumber", .string(certificate.serialNumber))]), at: now)
    }
    await publishRevocations()
  }

  /// Has the issuer make known what is revoked, as often as its lists need it. Does nothing without an issuer. If it
  /// fails, the next time makes up for it: the store remembers.
  ///
  /// - Returns: whether it went well.
  @discardableResult
  public func publishRevocations() async -> Bool {
    guard let issuance else { return true }
    return await issuance.publishing.run {
      let (now, name) = (clock.now(), issuance.issuer.name)
      guard let revocations = try? await store.read({ try $0.revocations(issuer: name, at: now) }) else {
        return false
      }
      do throws(IssuerError) {
        try await issuance.issuer.publish(revocations)
        return true
      } catch { return false }
    }
  }
}
