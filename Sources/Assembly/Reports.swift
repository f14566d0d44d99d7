import Foundation
import HTTPGateway
import Logging
import OpenIDClient
import OutboundHTTP
import Vocabulary

// Parts outside that fail and work again: told in the log once, and kept for the operator's page.
extension Service {
  static func providers(
    _ config: Config, _ now: @escaping @Sendable () -> UnixTime, _ outages: OutageBook
  ) -> TrustedProviders {
    var providers: [String: OpenIDProvider] = [:]
    for provider in config.eidProviders {
      var settings = HTTPClient.Settings()
      settings.allowsPlainHTTP = provider.allowsPlainHTTP
      settings.trustAnchors = provider.trustAnchors
      settings.timeout = .seconds(provider.timeout)
      settings.connectTimeout = .seconds(provider.connectTimeout)
      settings.identity = provider.authentication.identity
      providers[provider.settings.issuer] = OpenIDProvider(
        provider.settings, client: HTTPClient(settings), now: now, report: report(on: provider.settings.issuer, outages)
      )
    }
    return TrustedProviders(providers)
  }

  static func report(on issuer: String, _ outages: OutageBook) -> @Sendable (ProviderEvent) -> Void {
    let logger = Logger(label: "eid")
    return { event in
      switch event {
      case .stopped(let pause):
        outages.begin(.provider(issuer), "it does not answer")
        logger.warning(
          "an eID provider does not answer; calls to it pause",
          metadata: ["issuer": "\(issuer)", "seconds": "\(pause)"])
      case .answersAgain:
        outages.end(.provider(issuer))
        logger.notice("an eID provider answers again", metadata: ["issuer": "\(issuer)"])
      }
    }
  }

  static func report(_ event: ProcessClock.Event, _ outages: OutageBook) {
    let logger = Logger(label: "clock")
    switch event {
    case .stepped(let seconds): logger.warning("the clock was set", metadata: ["seconds": "\(seconds)"])
    case .behind(let seconds):
      outages.begin(.clock, "it is \(seconds) s behind a time that was seen before")
      logger.critical(
        "the clock is behind a time that was seen before; signing has stopped until it has caught up",
        metadata: ["seconds": "\(seconds)"])
    case .caughtUp:
      outages.end(.clock)
      logger.notice("the clock has caught up; signing goes on")
    case .believed:
      outages.end(.clock)
      logger.notice("the clock that was set ahead is accepted; expired rows are deleted again")
    }
  }
}
