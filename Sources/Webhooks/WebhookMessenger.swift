public import SoleControl
public import Vocabulary
internal import WireJSON

/// The partners' messengers, reached by webhook.
public struct WebhookMessenger: Messenger {
  /// A partner's endpoint for messages.
  public struct Destination: Sendable {
    let url: String
    let secret: WebhookSecret
    let sender: WebhookSender

    public init(url: String, secret: WebhookSecret, sender: WebhookSender) {
      self.url = url
      self.secret = secret
      self.sender = sender
    }
  }

  private let destinations: [PartnerID: Destination]
  private let report: @Sendable (_ partner: PartnerID, _ failure: String) -> Void

  /// - Parameter report: told why a partner's messenger did not take a message. For the operator's log; holds nothing
  ///   of the message.
  public init(
    _ destinations: [PartnerID: Destination],
    report: @escaping @Sendable (_ partner: PartnerID, _ failure: String) -> Void
  ) {
    self.destinations = destinations
    self.report = report
  }

  public func deliver(_ message: Message, of partner: PartnerID) async throws(MessengerError) {
    guard let destination = destinations[partner] else { throw .notConfigured }
    do {
      try await destination.sender.send(message.json, to: destination.url, secret: destination.secret)
    } catch {
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
    case .credentialMade: object["type"] = "credential-made"
    }
    return .object(object)
  }
}
