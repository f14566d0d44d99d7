import AuditLog
public import Vocabulary

/// A message that was sent, for the limits. Its content is not kept.
public struct SentMessage: Sendable, Equatable {
  public let id: String
  public let partner: PartnerID
  public let credential: CredentialID
  public let factor: FactorID
  public let time: UnixTime
  /// Whether the messenger did not take it.
  public let hasFailed: Bool

  public init(
    id: String, partner: PartnerID, credential: CredentialID, factor: FactorID, time: UnixTime, hasFailed: Bool = false
  ) {
    self.id = id
    self.partner = partner
    self.credential = credential
    self.factor = factor
    self.time = time
    self.hasFailed = hasFailed
  }
}

extension SentMessage {
  /// Holds a message that is to be sent against the limits.
  func check(_ limits: MessageLimits, _ transaction: any FactorReading) throws {
    let sent = try transaction.messages(factor, of: credential, after: time - MessageLimits.hour)
    if let wait = limits.wait(sent, now: time) { throw Refusal.tooManyMessages(retryAfter: wait) }
    let partner = try transaction.messages(of: partner, after: time - MessageLimits.minute)
    guard partner.count < limits.perMinuteAndPartner else {
      let wait = (partner.oldest ?? time) + MessageLimits.minute - time
      throw Refusal.tooManyMessages(retryAfter: min(max(wait, 1), MessageLimits.minute))
    }
  }

  /// Rows that `check` and `count` read and change.
  var keys: [SoleControlKey] {
    [.messages(factor, credential, .exclusive), .partnerMessages(partner, .exclusive)]
  }

  /// Notes it as sent.
  func count(_ transaction: any FactorWriting) throws {
    try transaction.add(self, forgotten: time - MessageLimits.hour)
  }
}

extension FactorService {
  /// Hands over a message that was counted. If the messenger does not take it, the customer's allowance is given back,
  /// and `undo` makes dead what the message was about.
  ///
  /// - Parameter keys: rows that `undo` changes.
  func deliver(
    _ message: Message, _ sent: SentMessage, undoing keys: [SoleControlKey],
    undo: @escaping @Sendable (any MessageTransaction) throws -> Void
  ) async throws {
    let failure: MessengerError
    do {
      try await outside.messenger.deliver(message, of: sent.partner)
      return
    } catch {
      failure = error
    }
    try await write(reading: [.message(sent.id, .exclusive)] + keys) { transaction in
      try transaction.markFailed(message: sent.id)
      try undo(transaction)
    }
    switch failure {
    case .notConfigured: throw InternalFault.noMessenger(sent.partner)
    case .unavailable: throw Refusal.unavailable
    }
  }
}

/// Limits of the messages that the gateway sends. They cost the partner money, and a customer who is flooded approves
/// anything.
public struct MessageLimits: Sendable {
  /// Delivered messages to one customer for one factor.
  public var gap: UnixTime = 30
  public var perHour = 5
  /// Together with those that were not delivered: a messenger that says so may have delivered all the same.
  public var attemptsPerHour = 20
  /// Through one partner's messenger.
  public var perMinuteAndPartner = 600

  public init() {}

  public init(gap: UnixTime, perHour: Int, attemptsPerHour: Int) {
    self.gap = gap
    self.perHour = perHour
    self.attemptsPerHour = attemptsPerHour
  }

  static let hour: UnixTime = 3600
  static let minute: UnixTime = 60

  /// Seconds until the customer may get another message; nil if now.
  ///
  /// - Parameter sent: the messages of the last hour, oldest first.
  func wait(_ sent: [SentMessage], now: UnixTime) -> UnixTime? {
    // A message sent while the clock was ahead holds up no message now.
    let sent = sent.filter { $0.time <= now + Lifetime.skew }
    let delivered = sent.filter { !$0.hasFailed }.map(\.time)
    let waits = [
      // A call that began later may have been faster.
      delivered.last.map { min($0, now) + gap - now },
      Self.wait(delivered, perHour, now),
      Self.wait(sent.map(\.time), attemptsPerHour, now),
    ]
    // Not longer than the window itself, whatever the clock did meanwhile.
    return waits.compactMap(\.self).filter { $0 > 0 }.max().map { min($0, Self.hour) }
  }

  private static func wait(_ times: [UnixTime], _ limit: Int, _ now: UnixTime) -> UnixTime? {
    guard times.count >= limit else { return nil }
    return times[times.count - limit] + hour - now
  }
}

extension FactorService {
  /// Credentials of a signer that are searched for a way to reach the person.
  private static let mostSearched = 1000

  /// The channel to the owner of a credential: its own, else the first that the authenticators of the owner's other
  /// credentials establish. Nil if none does.
  private func recipient(of credential: Credential) async throws -> MessageRecipient? {
    if let own = credential.authenticators.lazy.compactMap(\.value.recipient).first { return own }
    return try await recipient(of: credential.signer, at: credential.partner)
  }

  /// The channel to a signer: the first that the authenticators of the signer's credentials establish. Nil if none
  /// does.
  package func recipient(of signer: SignerID, at partner: PartnerID) async throws -> MessageRecipient? {
    let principal = Principal(partner: partner, signer: signer)
    return try await credentials.list(of: signer, after: nil, limit: Self.mostSearched, as: principal)
      .lazy.flatMap(\.authenticators).compactMap(\.value.recipient).first
  }

  /// Whether the partner has a messenger, which need not be up.
  ///
  /// - Throws: `Refusal.unavailable` if that is not known now.
  package func reaches(customersOf partner: PartnerID) async throws -> Bool {
    do { return try await outside.messenger.exists(for: partner) } catch { throw Refusal.unavailable }
  }

  /// The channel to the owner of a credential, if its partner has a messenger, which need not be up.
  ///
  /// - Throws: `Refusal.unavailable` if that is not known now.
  package func reachableRecipient(of credential: Credential) async throws -> MessageRecipient? {
    guard let recipient = try await recipient(of: credential) else { return nil }
    return try await reaches(customersOf: credential.partner) ? recipient : nil
  }

  /// Tells a person that there is a new way to sign in the person's name. Somebody else may have asked for it. A person
  /// without a channel is not told, and a messenger that does not take the message ends nothing: the credential exists.
  ///
  /// - Parameter known: the channel; nil: the one that the person's credentials establish.
  package func tellOwner(of credential: Credential, at known: MessageRecipient? = nil) async {
    var found = known
    if found == nil { found = try? await recipient(of: credential) }
    guard let recipient = found, let id = try? await context.randomID() else { return }
    let serialNumber = credential.certificate.serialNumber
    _ = await tell(recipient, of: credential.partner, message: id, credential.id, .credentialMade) {
      $0.credentialMade(serialNumber, partner: $1)
    }
  }

  /// Tells a person that a credential of the person's is gone, which somebody else ordered.
  ///
  /// - Parameters:
  ///   - recipient: as it was before the deletion.
  ///   - serialNumber: of the certificate.
  ///   - id: the same at every attempt.
  /// - Returns: whether the messenger took the message.
  package func tell(
    _ recipient: MessageRecipient, ofDeleted credential: CredentialID, serialNumber: String, of partner: PartnerID,
    message id: String
  ) async -> Bool {
    await tell(recipient, of: partner, message: id, credential, .credentialDeleted) {
      $0.credentialDeleted(serialNumber, partner: $1)
    }
  }

  /// Sends a person the link to the page on which the factor of a credential is set.
  ///
  /// - Parameters:
  ///   - days: for which the link is good.
  ///   - id: the same at every attempt.
  /// - Returns: whether the messenger took the message.
  package func invite(
    _ recipient: MessageRecipient, url: String, days: Int64, toSetFactorOf credential: CredentialID,
    at partner: PartnerID, message id: String
  ) async -> Bool {
    await tell(recipient, of: partner, message: id, credential, .invitation(url: url)) {
      $0.invitation(url, partner: $1, days: days)
    }
  }

  /// - Parameter text: with the partner's name.
  private func tell(
    _ recipient: MessageRecipient, of partner: PartnerID, message id: String, _ credential: CredentialID,
    _ content: Message.Content, _ text: (MessageText, String) -> String
  ) async -> Bool {
    // A warning is not held back for a name.
    let name = (try? await context.name(of: partner)) ?? partner.rawValue
    let message = Message(
      id: id, recipient: recipient.name, credential: credential, content: content,
      text: text(MessageText(recipient, context.rules), name))
    do {
      try await outside.messenger.deliver(message, of: partner)
      return true
    } catch { return false }
  }
}
