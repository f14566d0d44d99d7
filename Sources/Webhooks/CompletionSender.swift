public import SoleControl
public import Vocabulary
internal import WireJSON

/// Tells partners by webhook that their jobs have ended.
public struct CompletionSender: CompletionNotifier {
  /// Registration of a partner for notifications: its secret and origins.
  public struct Receiver: Sendable {
    let secret: WebhookSecret
    let origins: [(origin: CallbackOrigin, sender: WebhookSender)]

    /// - Parameter origins: each with a sender that makes one attempt, and whose client connects to public addresses
    ///   only, unless the origin allows others.
    public init(secret: WebhookSecret, origins: [(origin: CallbackOrigin, sender: WebhookSender)]) {
      self.secret = secret
      self.origins = origins
    }

    fileprivate func sender(for uri: String) -> WebhookSender? { origins.first { $0.origin.covers(uri) }?.sender }
  }

  private let receivers: [PartnerID: Receiver]

  public init(_ receivers: [PartnerID: Receiver]) { self.receivers = receivers }

  public func accepts(_ uri: String, of partner: PartnerID) -> Bool { receivers[partner]?.sender(for: uri) != nil }

  public func deliver(_ notification: CompletionNotification) async throws(DeliveryFailure) {
    // Asked again: the registration may have changed since the call, and the store is not trusted with addresses.
    guard let receiver = receivers[notification.partner], let sender = receiver.sender(for: notification.uri) else {
      throw .notAccepted
    }
    do { try await sender.send(notification.json, to: notification.uri, secret: receiver.secret) } catch {
      throw .failed("\(error)")
    }
  }
}

extension CompletionNotification {
  var json: JSONValue {
    [
      "id": .string(id), "type": "signature", "responseID": .string(job.rawValue),
      "status": isCompleted ? "completed" : "failed",
    ]
  }
}
