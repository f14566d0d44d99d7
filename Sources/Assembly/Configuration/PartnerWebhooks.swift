import Logging
import OutboundHTTP
import Vocabulary
import Webhooks

/// Settings for calls to one partner. Every member is optional but the secret.
struct PartnerWebhooks {
  /// `secretFile`: path of a file whose first line is the secret that signs every call, of 16 characters or more.
  var secret: WebhookSecret
  /// URL of the partner's messenger, which sends one-time codes and links to customers. Absent: credentials that need
  /// messages cannot be authorized.
  var messenger: String?
  /// Origins below which `response_uri` may lie. Each is an object: `origin` (scheme, host and port), and
  /// `allowsPrivateAddresses` (default false), without which its host must have a public address and the scheme be
  /// https. Default: none.
  var callbackOrigins: [CallbackOrigin]
  /// Plain HTTP for the messenger, if it is on the same machine. Default: false.
  var allowsPlainHTTP: Bool
  /// PEM file of the roots to trust for these calls. Default: the system's.
  var trustAnchors: String?

  init(_ reader: ConfigReader) throws {
    secret = WebhookSecret(try reader.secret("secretFile", least: Self.shortestSecret))
    allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
    messenger = try reader.optionalURL("messenger", allowsPlainHTTP: allowsPlainHTTP)
    callbackOrigins = try reader.list("callbackOrigins").map(Self.callbackOrigin)
    trustAnchors = try reader.trustAnchors()
    try reader.finish()
  }

  /// Characters. A caller that guesses it can tell the partner's software anything.
  private static let shortestSecret = 16

  private static func callbackOrigin(_ reader: ConfigReader) throws -> CallbackOrigin {
    let text = try reader.string("origin")
    let allowsPrivate = try reader.bool("allowsPrivateAddresses", default: false)
    guard let origin = CallbackOrigin(text, allowsPrivateAddresses: allowsPrivate) else {
      throw reader.error("origin", "must be an origin such as https://host:port; http needs allowsPrivateAddresses")
    }
    try reader.finish()
    return origin
  }

  /// One attempt, of which a caller waits for three at most.
  private static let timeout = Duration.seconds(5)

  static func messenger(
    _ partners: [PartnerConfig], _ now: @escaping @Sendable () -> UnixTime
  ) -> WebhookMessenger {
    struct Peers: Hashable {
      let allowsPlainHTTP: Bool
      let trustAnchors: String?
    }
    // A client has a thread; partners whose receivers are trusted alike share it.
    var clients: [Peers: HTTPClient] = [:]
    var destinations: [PartnerID: WebhookMessenger.Destination] = [:]
    for partner in partners {
      guard let webhooks = partner.webhooks, let url = webhooks.messenger else { continue }
      let peers = Peers(allowsPlainHTTP: webhooks.allowsPlainHTTP, trustAnchors: webhooks.trustAnchors)
      var settings = HTTPClient.Settings()
      settings.allowsPlainHTTP = peers.allowsPlainHTTP
      settings.trustAnchors = peers.trustAnchors
      settings.timeout = timeout
      let client = clients[peers] ?? HTTPClient(settings)
      clients[peers] = client
      destinations[partner.id] = WebhookMessenger.Destination(
        url: url, secret: webhooks.secret, sender: WebhookSender(client: client, now: now))
    }
    let logger = Logger(label: "webhooks")
    return WebhookMessenger(destinations) { partner, failure in
      logger.warning("messenger failed", metadata: ["partner": "\(partner)", "reason": "\(failure)"])
    }
  }
  /// Tells partners that asynchronous calls have ended. Public and private receivers have clients of their own, because
  /// a client's open connections serve all its callers.
  static func completions(
    _ partners: [PartnerConfig], _ now: @escaping @Sendable () -> UnixTime
  ) -> CompletionSender {
    struct Peers: Hashable {
      let arePublic: Bool
      let trustAnchors: String?
    }
    var senders: [Peers: WebhookSender] = [:]
    func sender(_ peers: Peers) -> WebhookSender {
      if let sender = senders[peers] { return sender }
      var settings = HTTPClient.Settings()
      settings.publicAddressesOnly = peers.arePublic
      settings.allowsPlainHTTP = !peers.arePublic
      settings.trustAnchors = peers.trustAnchors
      // No pauses: further attempts are the store's to remember.
      let sender = WebhookSender(client: HTTPClient(settings), pauses: [], now: now)
      senders[peers] = sender
      return sender
    }
    var receivers: [PartnerID: CompletionSender.Receiver] = [:]
    for partner in partners {
      guard let webhooks = partner.webhooks, !webhooks.callbackOrigins.isEmpty else { continue }
      receivers[partner.id] = CompletionSender.Receiver(
        secret: webhooks.secret,
        origins: webhooks.callbackOrigins.map { origin in
          let peers = Peers(arePublic: !origin.allowsPrivateAddresses, trustAnchors: webhooks.trustAnchors)
          return (origin, sender(peers))
        })
    }
    return CompletionSender(receivers)
  }
}
