import AuditLog

extension SigningService {
  /// Holds a message that is to be sent against the limits.
  static func check(_ message: SentMessage, _ limits: MessageLimits, _ transaction: any SoleControlWriting) throws {
    let now = message.time
    let sent = try transaction.messages(message.factor, of: message.credential, after: now - MessageLimits.hour)
    if let wait = limits.wait(sent, now: now) { throw Refusal.tooManyMessages(retryAfter: wait) }
    let partner = try transaction.messages(of: message.partner, after: now - MessageLimits.minute)
    guard partner.count < limits.perMinuteAndPartner else {
      let wait = (partner.oldest ?? now) + MessageLimits.minute - now
      throw Refusal.tooManyMessages(retryAfter: min(max(wait, 1), MessageLimits.minute))
    }
  }

  static func count(_ message: SentMessage, _ transaction: any SoleControlWriting) throws {
    try transaction.add(message, forgotten: message.time - MessageLimits.hour)
  }

  /// Hands over a message that was counted. If the messenger does not take it, the customer's allowance is given back,
  /// and `undo` makes dead what the message was about.
  func deliver(
    _ message: Message, _ sent: SentMessage, undo: @escaping @Sendable (any SoleControlWriting) throws -> Void
  ) async throws {
    let failure: MessengerError
    do {
      try await messenger.deliver(message, of: sent.partner)
      return
    } catch {
      failure = error
    }
    try await store.write { transaction in
      try transaction.markFailed(message: sent.id)
      try undo(transaction)
    }
    switch failure {
    case .notConfigured: throw InternalFault.noMessenger(sent.partner)
    case .unavailable: throw Refusal.unavailable
    }
  }
}
