import Logging
import OpenIDClient
import OutboundHTTP
import Registry
import SoleControl
import Vocabulary
import Webhooks

/// The adapters that call partners, or read what partners publish. Each asks the directory at every use.
struct PartnerCalls {
  let partners: any PartnerDirectory
  let now: @Sendable () -> UnixTime

  /// Seconds of one attempt to hand over a message, of which a caller waits for three at most, and for keys.
  private static let timeout = Duration.seconds(5)

  var messenger: WebhookMessenger {
    var settings = HTTPClient.Settings()
    settings.timeout = Self.timeout
    let logger = Logger(label: "webhooks")
    return WebhookMessenger(partners, settings: settings, now: now) { partner, failure in
      logger.warning("messenger failed", metadata: ["partner": "\(partner)", "reason": "\(failure)"])
    }
  }

  /// Tells partners that asynchronous calls have ended.
  var completions: CompletionSender { CompletionSender(partners, now: now) }

  /// Verifies the statements of those partners that make any.
  ///
  /// - Parameter audience: the service's public URL.
  func statements(audience: String) -> PartnerStatements {
    let clients = HTTPClients(capacity: 64)
    let now = now
    return PartnerStatements(audience: audience, now: now) { partner, rules in
      StatementKeys(rules, now: now, client: { clients.client(Self.keySettings($0)) }) { failure in
        Logger(label: "partner-keys").warning("\(failure.rawValue)", metadata: ["partner": "\(partner.id)"])
      }
    }
  }

  private static func keySettings(_ peers: PeerRules) -> HTTPClient.Settings {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = peers.allowsPlainHTTP
    settings.trustAnchors = peers.trustAnchors
    settings.timeout = timeout
    settings.connectTimeout = timeout
    return settings
  }
}
