public import OutboundHTTP
public import Registry
public import SoleControl
public import Vocabulary
internal import WireJSON

/// The partners' messengers, reached by webhook.
public struct WebhookMessenger: Messenger {
  private let partners: any PartnerDirectory
  private let calls: WebhookCalls
  private let report: @Sendable (_ partner: PartnerID, _ failure: String) -> Void

  /// - Parameters:
  ///   - settings: limits of one attempt. The partner's record says which addresses may be called, and whom to trust.
  ///   - pauses: between the attempts, of which there is one more.
  ///   - now: UTC, seconds since 1970.
  ///   - report: told why a partner's messenger did not take a message. For the operator's log; holds nothing of the
  ///     message.
  public init(
    _ partners: any PartnerDirectory, settings: HTTPClient.Settings = .init(),
    pauses: [Duration] = WebhookSender.standardPauses, now: @escaping @Sendable () -> Int64,
    report: @escaping @Sendable (_ partner: PartnerID, _ failure: String) -> Void
  ) {
    self.partners = partners
    calls = WebhookCalls(settings: settings, pauses: pauses, now: now)
    self.report = report
  }

  public func deliver(_ message: Message, of partner: PartnerID) async throws(MessengerError) {
    guard let webhooks = try await webhooks(of: partner), let url = webhooks.messenger else { throw .notConfigured }
    do {
      try await calls.sender(webhooks.peers, publicAddressesOnly: false)
        .send(message.json, to: url, secret: webhooks.secret)
    } catch {
      report(partner, "\(error)")
      throw .unavailable
    }
  }
}

extension WebhookMessenger {
  public func exists(for partner: PartnerID) async throws(MessengerError) -> Bool {
    try await webhooks(of: partner)?.messenger != nil
  }

  private func webhooks(of partner: PartnerID) async throws(MessengerError) -> Partner.Webhooks? {
    do { return try await partners.partner(partner)?.webhooks } catch {
      report(partner, "\(error)")
      throw .unavailable
    }
  }
}

extension Message {
  var json: JSONValue {
    var object = JSONObject([
      ("id", .string(id)), ("type", ""), ("to", .string(recipient)), ("credentialID", .string(credential.rawValue)),
      ("text", .string(text)),
    ])
    switch content {
    case .oneTimeCode(let code):
      object["type"] = "one-time-code"
      object["code"] = .string(code)
    case .confirmation(let url):
      object["type"] = "confirmation"
      object["url"] = .string(url)
    case .invitation(let url):
      object["type"] = "invitation"
      object["url"] = .string(url)
    case .credentialMade: object["type"] = "credential-made"
    case .credentialDeleted: object["type"] = "credential-deleted"
    }
    return .object(object)
  }
}
