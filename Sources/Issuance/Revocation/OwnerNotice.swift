import AuditLog
public import SoleControl
public import Vocabulary
import WireJSON

/// Notice to the owner of a credential that somebody else had deleted (CSC v2 §11.5), until the partner's messenger has
/// taken it. Written in the transaction of the deletion, so that no stop loses it.
public struct OwnerNotice: Sendable, Equatable {
  /// The message's id, the same at every attempt.
  public let id: String
  /// The gateway process that sends it.
  public let instance: String
  public let partner: PartnerID
  /// The one that is gone.
  public let credential: CredentialID
  /// Of its certificate, hexadecimal.
  public let serialNumber: String
  /// As it was before the deletion.
  public let recipient: MessageRecipient
  /// Attempts that were begun.
  public let attempts: Int
  /// Time of the next one.
  public let due: UnixTime

  public init(
    id: String, instance: String, partner: PartnerID, credential: CredentialID, serialNumber: String,
    recipient: MessageRecipient, attempts: Int, due: UnixTime
  ) {
    self.id = id
    self.instance = instance
    self.partner = partner
    self.credential = credential
    self.serialNumber = serialNumber
    self.recipient = recipient
    self.attempts = attempts
    self.due = due
  }
}

extension IssuanceService {
  /// Seconds in which the call that deleted makes the first attempt itself.
  private static let firstAttempt: UnixTime = 60
  /// Longer than a messenger is waited for, so that no two attempts are under way.
  private static let firstPause: UnixTime = 20
  private static let longestPause: UnixTime = 3600
  /// Two days, with these pauses.
  private static let mostAttempts = 58
  private static let atOnce = 16
  /// A partner whose messenger is dead holds up no other's.
  private static let atOncePerPartner = 4
  /// Greatest delay of a further attempt.
  private static let step = Duration.seconds(1)

  /// - Parameter recipient: nil for a deletion of which the owner needs no notice.
  func notice(
    to recipient: MessageRecipient?, ofDeleted credential: Credential, at now: UnixTime
  ) async throws -> OwnerNotice? {
    guard let recipient else { return nil }
    return OwnerNotice(
      id: try await soleControl.context.randomID(), instance: rules.instance, partner: credential.partner,
      credential: credential.id, serialNumber: credential.certificate.serialNumber, recipient: recipient, attempts: 0,
      due: now + Self.firstAttempt)
  }

  /// Sends what earlier attempts, or a stop, left unsent. Until the task is cancelled.
  public func keepTellingOwners() async {
    while !Task.isCancelled {
      do { try await clock.pause(Self.step) } catch { return }
      await tellOwners()
    }
  }

  /// One attempt for each notice that is due, up to a few of each partner.
  public func tellOwners() async {
    let (now, instance) = (clock.now(), rules.instance)
    let due = try? await store.readIssuance(reading: [.dueNotices(instance: instance)]) {
      try $0.dueNotices(instance: instance, by: now, perPartner: Self.atOncePerPartner, limit: Self.atOnce)
    }
    guard let due, !due.isEmpty else { return }
    await withDiscardingTaskGroup { group in
      for notice in due { group.addTask { await tell(notice) } }
    }
  }

  /// One attempt. The log has how it ended: the messenger took the message, or it is given up.
  ///
  /// It is counted, and the next one put off, before anything is sent: a store that takes no writes must not make the
  /// message come again and again. An attempt that a stop breaks off counts, too.
  func tell(_ notice: OwnerNotice) async {
    guard notice.attempts < Self.mostAttempts else { return await end(notice, isDelivered: false) }
    let next = clock.now() + min(Self.firstPause << UnixTime(min(notice.attempts, 20)), Self.longestPause)
    let isClaimed = try? await store.writeIssuance(reading: [.notice(notice.id, .exclusive)]) { transaction in
      try transaction.postpone(notice, until: next)
    }
    guard isClaimed == true else { return }
    let isDelivered = await soleControl.factors.tell(
      notice.recipient, ofDeleted: notice.credential, serialNumber: notice.serialNumber, of: notice.partner,
      message: notice.id)
    let isLast = notice.attempts + 1 >= Self.mostAttempts && !Task.isCancelled
    if isDelivered || isLast { await end(notice, isDelivered: isDelivered) }
  }

  private func end(_ notice: OwnerNotice, isDelivered: Bool) async {
    let event = AuditEvent(
      .ownerTold, partner: notice.partner.rawValue,
      [("credential", .string(notice.credential.rawValue)), ("delivered", .bool(isDelivered))])
    // If this fails after a delivery, the message is sent once more, after the pause.
    try? await store.writeIssuance(reading: [.notice(notice.id, .exclusive)]) { transaction in
      if try transaction.removeNotice(notice.id) { try transaction.append(event) }
    }
  }
}
