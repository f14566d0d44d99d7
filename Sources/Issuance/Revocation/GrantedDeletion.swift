import AuditLog
import SoleControl
public import Vocabulary
import WireJSON

extension IssuanceService {
  /// Carries out a grant to delete a credential (CSC v2 §11.5).
  ///
  /// One transaction uses the grant up, removes the row with its wrapped key and all that hangs on it, and notes the
  /// certificate for revocation. From then on nothing finds the credential any more: no SAD of it signs, and what the
  /// device is signing at this moment is not released (`SoleControlWriting.complete`).
  ///
  /// The owner is told of a deletion that a client ordered.
  ///
  /// Every deletion revokes: the wrapped key may still lie in a copy of the store, out of its owner's control.
  ///
  /// - Parameter reason: nil if the caller named none: the owner wants no more of the certificate. The list gets one
  ///   that lasts, and the log both.
  /// - Throws: `IssuanceRefusal.invalidLifecycleToken` if it was used meanwhile; for every other refusal nothing was
  ///   used.
  public func delete(
    _ id: CredentialID, reason asked: RevocationReason? = nil, by bearer: LifecycleBearer
  ) async throws {
    let grant = bearer.grant
    guard grant.kind == .deletion else { throw IssuanceRefusal.invalidLifecycleToken }
    guard grant.credential == id else {
      // Whether there is such a credential is told to its owner alone.
      _ = try await soleControl.credentials.credential(id, as: bearer.principal)
      throw IssuanceRefusal.otherCredential
    }
    let credential = try await soleControl.credentials.usable(id, as: bearer.principal)
    // With the credential its channel may go.
    let told = grant.isByClient ? try await soleControl.factors.reachableRecipient(of: credential.credential) : nil
    // The credential may have changed since the order, and the partner's messenger may have gone.
    guard !grant.isByClient || told != nil && !credential.credential.isQualified else {
      throw IssuanceRefusal.onlyByOwner
    }
    let now = clock.now()
    let (rules, certificate) = (rules, credential.credential.certificate)
    let revocation = Revocation(
      issuer: certificate.issuer, serialNumber: certificate.serialNumber, time: now, expires: certificate.notAfter,
      reason: (asked ?? .cessationOfOperation).lasting)
    try await store.writeIssuance(
      reading: [.lifecycleGrant(grant.digest, .exclusive), .soleControl(.credential(id, .exclusive))]
    ) { transaction in
      guard try transaction.lifecycleGrant(grant.digest)?.state == .open, grant.lifetime(rules).isOpen(at: now) else {
        throw IssuanceRefusal.invalidLifecycleToken
      }
      try credential.requireUnchanged(in: transaction)
      _ = try transaction.remove(lifecycleGrant: grant.digest)
      _ = try transaction.remove(id)
      try transaction.add(revocation)
      try transaction.append(AuditEvent(.credentialDeleted, grant.auditFields), at: now)
      try transaction.append(
        AuditEvent(
          .certificateRevoked,
          [
            ("credential", .string(id.rawValue)), ("serialNumber", .string(certificate.serialNumber)),
            ("reason", .integer(revocation.reason.rawValue)),
          ] + (asked.map { [("asked", .integer($0.rawValue))] } ?? [])), at: now)
    }
    // The list first: a messenger may be slow.
    await publishRevocations()
    if let told { await tellOwner(told, ofDeleted: credential.credential) }
  }
}
