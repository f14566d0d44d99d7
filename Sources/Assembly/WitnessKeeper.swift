import AuditLog
import HTTPGateway
import Logging
import OutboundHTTP
import ServiceLifecycle
import TransparencyLog

/// Has one witness cosign checkpoints while the service runs. Each witness has a keeper of its own, and neither the
/// tree nor another witness waits for it: it takes the newest checkpoint when it is ready for one.
struct WitnessKeeper: ServiceLifecycle.Service {
  /// Seconds of one call.
  private static let timeout = Duration.seconds(10)
  private static let longestPause = Duration.seconds(300)

  private let name: String
  private let caller: WitnessCaller
  private let interval: Duration
  private let health: LogHealth
  private let logger: Logger

  /// One for each witness of the configuration.
  static func all(_ config: Config, store: Stores.Store, health: LogHealth, logger: Logger) -> [any ServiceLifecycle
    .Service]
  {
    config.log.witnesses.map { witness in
      WitnessKeeper(
        name: witness.name,
        caller: WitnessCaller(witness.key, store: store, send: send(to: witness)),
        interval: .seconds(config.log.witnessInterval), health: health, logger: logger)
    }
  }

  private static func send(to witness: Config.WitnessConfig) -> WitnessCaller.Send {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = witness.allowsPlainHTTP
    settings.trustAnchors = witness.trustAnchors
    settings.timeout = timeout
    settings.largestBody = AddCheckpoint.longestAnswer
    let client = HTTPClient(settings)
    let url = witness.url + AddCheckpoint.path
    return { body in
      let answer = try await client.perform(
        HTTPClient.Request(url: url, body: body, headers: ["Content-Type: text/plain; charset=utf-8"]))
      return (answer.status, answer.body)
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var failures = 0
      repeat {
        do {
          if try await caller.offer() != nil {
            health.outages.end(.witness(name))
            if failures > 0 { logger.notice("a witness cosigns the audit log again", metadata: ["witness": "\(name)"]) }
            failures = 0
          }
        } catch let fault as WitnessFault where fault.isFork {
          health.stop(fault)
          health.outages.begin(.witness(name), "\(fault)")
          logger.critical(
            "a witness has seen another audit log than this: was the database put back to an older copy? The service is not ready",
            metadata: ["witness": "\(name)", "reason": "\(fault)"])
          // To return would end the process.
          while (try? await Task.sleep(for: .seconds(3600))) != nil {}
        } catch {
          if failures == 0, !Task.isCancelled {
            logger.error(
              "a witness does not cosign the audit log; it is asked again",
              metadata: ["witness": "\(name)", "reason": "\(error)"])
          }
          if !Task.isCancelled { health.outages.begin(.witness(name), "\(error)") }
          failures += 1
        }
      } while (try? await Task.sleep(for: pause(after: failures))) != nil
    }
  }

  /// Doubles with each failure, up to five minutes.
  private func pause(after failures: Int) -> Duration {
    max(interval, min(interval * (1 << min(failures, 10)), Self.longestPause))
  }
}
