internal import OutboundHTTP
internal import Registry

/// The senders of one kind of calls. Public and private receivers have clients of their own, because a client's open
/// connections serve all its callers.
struct WebhookCalls: Sendable {
  let settings: HTTPClient.Settings
  let pauses: [Duration]
  let now: @Sendable () -> Int64
  private let clients = HTTPClients(capacity: 64)

  init(settings: HTTPClient.Settings, pauses: [Duration], now: @escaping @Sendable () -> Int64) {
    self.settings = settings
    self.pauses = pauses
    self.now = now
  }

  /// - Parameter publicAddressesOnly: for addresses that the caller of a method chose.
  func sender(_ peers: PeerRules, publicAddressesOnly: Bool) -> WebhookSender {
    var settings = settings
    settings.allowsPlainHTTP = peers.allowsPlainHTTP
    settings.trustAnchors = peers.trustAnchors
    settings.publicAddressesOnly = publicAddressesOnly
    return WebhookSender(client: clients.client(settings), pauses: pauses, now: now)
  }
}
