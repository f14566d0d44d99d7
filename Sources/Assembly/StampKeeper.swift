import AuditLog
import HTTPGateway
import Logging
import ServiceLifecycle
import TimestampAuthority
import Vocabulary

/// Has a checkpoint of the audit log stamped each day while the service runs. Nothing waits for it.
struct StampKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.seconds(5)
  private static let pauseAfterFailure = Duration.seconds(60)

  private let stamper: CheckpointStamper
  private let health: LogHealth
  private let logger: Logger

  /// Those that the configuration asks for: one, or none.
  ///
  /// - Parameter now: UTC, seconds since 1970.
  static func all(
    _ config: Config, store: any StampStore, timestamps: TimestampService?, now: @escaping @Sendable () -> UnixTime,
    health: LogHealth, logger: Logger
  ) -> [any ServiceLifecycle.Service] {
    guard config.log.timestamps, let timestamps else { return [] }
    let stamper = CheckpointStamper(store, now: now) { imprint in
      guard let request = TimestampRequest(hash: .sha256, digest: imprint) else {
        throw TimestampError.fault("no digest")
      }
      return try await timestamps.token(for: request)
    }
    return [StampKeeper(stamper: stamper, health: health, logger: logger)]
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var isOutage = false
      repeat {
        do {
          if let stamp = try await stamper.stamp() {
            logger.notice("a checkpoint of the audit log is stamped", metadata: ["entries": "\(stamp.size ?? 0)"])
            health.outages.end(.stamps)
            isOutage = false
          }
        } catch {
          if !isOutage, !Task.isCancelled {
            logger.error(
              "no checkpoint of the audit log could be stamped today; it is tried again",
              metadata: ["reason": "\(error)"])
            health.outages.begin(.stamps, "\(error)")
          }
          isOutage = true
        }
      } while (try? await Task.sleep(for: isOutage ? Self.pauseAfterFailure : Self.pause)) != nil
    }
  }
}
