import AuditLog
import SoleControl
import Vocabulary
import WireJSON

extension InvitationService {
  private static let endedAtOnce = 16

  /// Ends invitations that no one answered in time: the credential is removed, and its certificate revoked.
  public func endExpired() async {
    let now = clock.now()
    guard soleControl.context.clock.isRight(),
      let expired = try? await store.readIssuance(
        reading: [.expiredInvitations], { try $0.expiredInvitations(by: now, limit: Self.endedAtOnce) }),
      !expired.isEmpty
    else { return }
    var hasEnded = false
    for invitation in expired {
      switch invitation.state {
      case .done:
        _ = try? await store.writeIssuance(reading: [.invitation(invitation.link, .exclusive)]) {
          try $0.removeInvitation(invitation.link)
        }
      case .waiting:
        let isEnded = try? await end(invitation, as: .creationExpired, where: { $0.expires <= now })
        hasEnded = isEnded == true || hasEnded
      }
    }
    if hasEnded { await issuance.publishRevocations() }
  }

  /// Removes the credential of an invitation that still waits, and notes its certificate for revocation. The credential
  /// is not looked at: it has no factor, and one that was edited must not outlive its invitation.
  ///
  /// - Returns: whether it did.
  func end(
    _ invitation: Invitation, as kind: AuditEvent.Kind, where isMeant: @escaping @Sendable (Invitation) -> Bool
  ) async throws -> Bool {
    let (now, id, link) = (clock.now(), invitation.credential, invitation.link)
    let revocation = invitation.revocation(at: now)
    return try await store.writeIssuance(
      reading: [.invitation(link, .exclusive), .soleControl(.credential(id, .exclusive))]
    ) { transaction in
      guard let kept = try transaction.invitation(link), kept.state == .waiting, isMeant(kept) else { return false }
      _ = try transaction.removeInvitation(link)
      _ = try transaction.remove(id)
      try transaction.add(revocation)
      try transaction.append(AuditEvent(kind, partner: kept.partner.rawValue, [("credential", .string(id.rawValue))]))
      try transaction.append(
        AuditEvent(
          .certificateRevoked, partner: kept.partner.rawValue,
          [
            ("credential", .string(id.rawValue)), ("serialNumber", .string(revocation.serialNumber)),
            ("reason", .integer(revocation.reason.rawValue)),
          ]))
      return true
    }
  }
}
