import AuditLog
public import SoleControl
public import Vocabulary
import WireJSON

extension IssuanceService {
  /// Carries out a grant to delete a credential (CSC v2 §11.5).
  ///
  /// One transaction uses the grant up, removes the row with its wrapped key and all that hangs on it, and notes the
  /// certificate for revocation. From then on nothing finds the credential any more: no SAD of it signs, and what the
  /// device is signing at this moment is not released (`SoleControlWriting.complete`).
  ///
  /// The owner is told of a deletion that a client ordered; the notice is written in the same transaction.
  ///
  /// Every deletion revokes: the wrapped key may still lie in a copy of the store, out of its owner's control. Only a
  /// certificate of another CA is not on any list of ours; its revocation is asked for there.
  ///
  /// - Parameter reason: nil if the caller named none: the owner wants no more of the certificate. The list gets one
  ///   that lasts, and the log both.
  /// - Throws: `IssuanceRefusal.invalidLifecycleToken` if it was used meanwhile; for every other refusal nothing was
  ///   used. `notRevocable` for a reason with a certificate that another CA issued.
  public func delete(
    _ id: CredentialID, reason asked: RevocationReason? = nil, by bearer: LifecycleBearer
  ) async throws {
    let grant = bearer.grant
    guard grant.kind == .deletion else { throw IssuanceRefusal.invalidLifecycleToken }
    guard grant.credential == id else {
      // Whether there is such a credential is told to its owner alone.
      _ = try await soleControl.credentials.usable(id, for: .deletion, as: bearer.principal)
      throw IssuanceRefusal.otherCredential
    }
    let credential = try await soleControl.credentials.usable(id, for: .deletion, as: bearer.principal)
    // With the credential its channel may go.
    let told = grant.isByClient ? try await soleControl.factors.reachableRecipient(of: credential.credential) : nil
    // The credential may have changed since the order, and the partner's messenger may have gone.
    guard !grant.isByClient || told != nil && !credential.credential.isQualified else {
      throw IssuanceRefusal.onlyByOwner
    }
    let now = clock.now()
    let rules = rules
    let notice = try await notice(to: told, ofDeleted: credential.credential, at: now)
    let revocation = revocation(
      of: credential.credential.certificate, (asked ?? .cessationOfOperation).lasting, at: now)
    guard asked == nil || revocation != nil else { throw IssuanceRefusal.notRevocable }
    try await store.writeIssuance(
      reading: [.lifecycleGrant(grant.digest, .exclusive), .soleControl(.credential(id, .exclusive))]
    ) { transaction in
      guard try transaction.lifecycleGrant(grant.digest)?.state == .open, grant.lifetime(rules).isOpen(at: now) else {
        throw IssuanceRefusal.invalidLifecycleToken
      }
      try credential.requireUnchanged(in: transaction)
      _ = try transaction.remove(lifecycleGrant: grant.digest)
      _ = try transaction.remove(id)
      if let notice { try transaction.add(notice) }
      try transaction.append(AuditEvent(.credentialDeleted, grant.auditFields))
      guard let revocation else { return }
      try transaction.add(revocation)
      try transaction.append(
        AuditEvent(
          .certificateRevoked, partner: grant.partner.rawValue,
          [
            ("credential", .string(id.rawValue)), ("serialNumber", .string(revocation.serialNumber)),
            ("reason", .integer(revocation.reason.rawValue)),
          ] + (asked.map { [("asked", .integer($0.rawValue))] } ?? [])))
    }
    // The list first: a messenger may be slow.
    await publishRevocations()
    if let notice { await tell(notice) }
  }

  /// Nil for a certificate of another CA: no list of ours can name it.
  private func revocation(
    of certificate: Certificate, _ reason: RevocationReason, at now: UnixTime
  ) -> Revocation? {
    guard revokes(certificate) else { return nil }
    return Revocation(
      issuer: certificate.issuer, serialNumber: certificate.serialNumber, time: now, expires: certificate.notAfter,
      reason: reason)
  }

  /// Whether a list of this service's issuer names the certificate when its credential is deleted.
  public func revokes(_ certificate: Certificate) -> Bool { authority?.issuer.name == certificate.issuer }
}
