import Logging
import OutboundHTTP
import SoleControl
import Webhooks

/// How the gateway calls one partner. Every member is optional but the secret.
struct PartnerWebhooks {
  /// Signs every call. In the file: `secretFile`, a path to a file whose first line is the secret.
  var secret: WebhookSecret
  /// URL of the partner's messenger, which sends one-time codes and links to customers. Absent: credentials that need
  /// messages cannot be authorized.
  var messenger: String?
  /// Origins below which `response_uri` may lie.
  var callbackOrigins: [String]
  /// Plain HTTP, for a receiver on the same machine. Default: false.
  var allowsPlainHTTP: Bool
  /// PEM file of the roots to trust for these calls. Default: the system's.
  var trustAnchors: String?

  init(_ reader: ConfigReader) throws {
    secret = WebhookSecret(try ConfigReader.firstLine(of: reader.file("secretFile")))
    messenger = try reader.optionalString("messenger")
    callbackOrigins = try reader.optionalStrings("callbackOrigins") ?? []
    allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
    trustAnchors = try reader.optionalString("trustAnchors")
    for (name, url) in [("messenger", messenger)] + callbackOrigins.map({ ("callbackOrigins", $0) }) {
      guard let url, !url.hasPrefix("https://"), !(allowsPlainHTTP && url.hasPrefix("http://")) else { continue }
      throw reader.error(name, "must begin with https://")
    }
    try reader.finish()
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
}
