import AuditLog
import HTTPGateway
import Logging
import OpenSSLPKI
import OutboundHTTP
import ServiceLifecycle
import TimestampAuthority
import Vocabulary

/// Has a checkpoint of the audit log stamped each day while the service runs. Nothing waits for it.
struct StampKeeper: ServiceLifecycle.Service {
  private static let pause = Duration.seconds(5)
  private static let pauseAfterFailure = Duration.seconds(60)
  /// Seconds of one call of an authority elsewhere.
  private static let timeout = Duration.seconds(10)

  private let stamper: CheckpointStamper
  private let health: LogHealth
  private let logger: Logger

  init(stamper: CheckpointStamper, health: LogHealth, logger: Logger) {
    self.stamper = stamper
    self.health = health
    self.logger = logger
  }

  /// Those that the configuration asks for: one, or none.
  ///
  /// - Parameter now: UTC, seconds since 1970.
  static func all(
    _ config: Config, store: any StampStore, timestamps: TimestampService?, now: @escaping @Sendable () -> UnixTime,
    health: LogHealth, logger: Logger
  ) -> [any ServiceLifecycle.Service] {
    guard config.log.timestamps else { return [] }
    let token: @Sendable (TimestampRequest) async throws -> [UInt8]
    if let authority = config.log.timestampAuthority {
      token = ask(authority, now: now)
    } else if let timestamps {
      token = { try await timestamps.token(for: $0) }
    } else {
      return []
    }
    let stamper = CheckpointStamper(store, now: now) { imprint in
      guard let request = TimestampRequest(hash: .sha256, digest: imprint) else {
        throw TimestampError.fault("no digest")
      }
      return try await token(request)
    }
    return [StampKeeper(stamper: stamper, health: health, logger: logger)]
  }

  /// Asks an authority elsewhere, and verifies what it answers.
  private static func ask(
    _ authority: Config.StampAuthorityConfig, now: @escaping @Sendable () -> UnixTime
  ) -> @Sendable (TimestampRequest) async throws -> [UInt8] {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = authority.allowsPlainHTTP
    settings.trustAnchors = authority.trustAnchors
    settings.timeout = timeout
    settings.largestBody = TimestampQuery.longestAnswer
    let client = HTTPClient(settings)
    return { request in
      let begin = now()
      let query = try TimestampQuery(request)
      let answer = try await client.perform(
        HTTPClient.Request(
          url: authority.url, body: query.octets, headers: ["Content-Type: application/timestamp-query"]))
      guard answer.status == 200 else { throw StampFault.refused(status: answer.status) }
      let (token, time) = try query.token(in: answer.body, by: authority.verifier)
      guard isGood(time, askedAt: begin, now: now()) else { throw StampFault.anotherDay }
      return token
    }
  }

  /// Whether a token is of the day on which it was asked for: readers hold its day against that under which it is kept.
  /// After midnight it is kept under none, so that it is no fault of the authority.
  static func isGood(_ time: UnixTime, askedAt begin: UnixTime, now: UnixTime) -> Bool {
    time / 86400 == begin / 86400 || now / 86400 != begin / 86400
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var isOutage = false
      repeat {
        isOutage = await stamp(after: isOutage)
      } while (try? await Task.sleep(for: isOutage ? Self.pauseAfterFailure : Self.pause)) != nil
    }
  }

  /// - Parameter isOutage: whether it failed the last time.
  /// - Returns: whether it failed now.
  func stamp(after isOutage: Bool) async -> Bool {
    do {
      if let stamp = try await stamper.stamp() {
        logger.notice("a checkpoint of the audit log is stamped", metadata: ["entries": "\(stamp.size ?? 0)"])
      }
      // Nothing is due, if there was none.
      health.outages.end(.stamps)
      return false
    } catch {
      if !isOutage, !Task.isCancelled {
        logger.error(
          "no checkpoint of the audit log could be stamped today; it is tried again", metadata: ["reason": "\(error)"])
        health.outages.begin(.stamps, "\(error)")
      }
      return true
    }
  }
}

/// Reasons for which an authority's answer is no stamp of the day.
private enum StampFault: Error, CustomStringConvertible {
  /// HTTP's status of its answer.
  case refused(status: Int)
  case anotherDay

  var description: String {
    switch self {
    case .refused(let status): "the time-stamping authority answers with \(status)"
    case .anotherDay: "the time-stamping authority's token is of another day"
    }
  }
}
