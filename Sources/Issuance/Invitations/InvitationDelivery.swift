import AuditLog
import SoleControl
import Vocabulary
import WireJSON

extension InvitationService {
  /// Seconds in which the call that made the credential makes the first attempt itself.
  static let firstAttempt: UnixTime = 60
  /// Longer than a messenger is waited for, so that no two attempts are under way.
  private static let firstPause: UnixTime = 20
  private static let longestPause: UnixTime = 3600
  private static let atOnce = 16
  /// A partner whose messenger is dead holds up no other's.
  private static let atOncePerPartner = 4
  private static let step = Duration.seconds(1)

  /// Sends what earlier attempts, or a stop, left unsent, and ends what was not answered in time. Until the task is
  /// cancelled.
  public func keep() async {
    while !Task.isCancelled {
      do { try await clock.pause(Self.step) } catch { return }
      await sendDue()
      await endExpired()
    }
  }

  /// One attempt for each invitation that is due, up to a few of each partner.
  public func sendDue() async {
    let (now, instance) = (clock.now(), rules.instance)
    let due = try? await store.readIssuance(reading: [.dueInvitations(instance: instance)]) {
      try $0.dueInvitations(instance: instance, by: now, perPartner: Self.atOncePerPartner, limit: Self.atOnce)
    }
    guard let due, !due.isEmpty else { return }
    await withDiscardingTaskGroup { group in
      for invitation in due { group.addTask { await send(invitation) } }
    }
  }

  /// One attempt, which is counted, and the next one put off, before anything is sent. It is tried for as long as the
  /// invitation is open.
  func send(_ invitation: Invitation) async {
    let now = clock.now()
    guard invitation.isOpen(at: now), let link = try? await link(of: invitation.id) else { return }
    let next = now + min(Self.firstPause << UnixTime(min(invitation.attempts, 20)), Self.longestPause)
    let isClaimed = try? await change(invitation) { kept in
      guard kept.attempts == invitation.attempts, kept.due != nil else { return nil }
      kept.attempts += 1
      kept.due = next
      return []
    }
    guard isClaimed == true else { return }
    let isDelivered = await soleControl.factors.invite(
      invitation.recipient, url: rules.invitationURL + link, days: rules.invitationLife / 86400,
      toSetFactorOf: invitation.credential, at: invitation.partner, message: invitation.id)
    guard isDelivered else { return }
    // If this fails, the message is sent once more, after the pause.
    _ = try? await change(invitation) { kept in
      kept.due = nil
      return [
        AuditEvent(
          .ownerTold, partner: invitation.partner.rawValue,
          [("credential", .string(invitation.credential.rawValue)), ("delivered", true), ("link", true)])
      ]
    }
  }

  /// - Parameter body: the events of the change; nil for none. The invitation waits.
  /// - Returns: whether it was changed.
  private func change(
    _ invitation: Invitation, _ body: @escaping @Sendable (inout Invitation) -> [AuditEvent]?
  ) async throws -> Bool {
    return try await store.writeIssuance(reading: [.invitation(invitation.link, .exclusive)]) { transaction in
      guard var kept = try transaction.invitation(invitation.link), kept.state == .waiting,
        let events = body(&kept)
      else { return false }
      try transaction.put(kept)
      for event in events { try transaction.append(event) }
      return true
    }
  }
}
