public import OutboundHTTP
public import Registry
public import SoleControl
public import Vocabulary
internal import WireJSON

/// Tells partners by webhook that their jobs have ended.
public struct CompletionSender: CompletionNotifier {
  private let partners: any PartnerDirectory
  private let calls: WebhookCalls

  /// - Parameters:
  ///   - settings: limits of an attempt. The partner's record says which addresses may be called, and whom to trust.
  ///   - now: UTC, seconds since 1970.
  public init(
    _ partners: any PartnerDirectory, settings: HTTPClient.Settings = .init(), now: @escaping @Sendable () -> Int64
  ) {
    self.partners = partners
    // No pauses: further attempts are the store's to remember.
    calls = WebhookCalls(settings: settings, pauses: [], now: now)
  }

  public func accepts(_ uri: String, of partner: PartnerID) async throws -> Bool {
    try await partners.partner(partner)?.webhooks?.callbackOrigin(covering: uri) != nil
  }

  public func deliver(_ notification: CompletionNotification) async throws(DeliveryFailure) {
    let webhooks: Partner.Webhooks?
    do { webhooks = try await partners.partner(notification.partner)?.webhooks } catch { throw .failed("\(error)") }
    // Asked again: the registration may have changed since the call, and the store is not trusted with addresses.
    guard let webhooks, let origin = webhooks.callbackOrigin(covering: notification.uri) else { throw .notAccepted }
    let isPublic = !origin.allowsPrivateAddresses
    let peers = PeerRules(allowsPlainHTTP: !isPublic, trustAnchors: webhooks.peers.trustAnchors)
    do {
      try await calls.sender(peers, publicAddressesOnly: isPublic)
        .send(notification.json, to: notification.uri, secret: webhooks.secret)
    } catch {
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
