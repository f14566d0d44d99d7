import Foundation
import TransparencyLog

/// Times as commands print them: ISO 8601, UTC. What comes from a log or from a witness may be of no clock; such a
/// number is printed as it is.
enum TimeText {
  /// - Parameter seconds: since 1970.
  static func utc(seconds: Int64) -> String {
    guard (0...Cosignature.latestShown).contains(seconds) else { return "\(seconds) seconds since 1970" }
    return Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }

  /// - Parameter milliseconds: since 1970.
  static func utc(milliseconds: Int64) -> String {
    guard (0...Cosignature.latestShown * 1000).contains(milliseconds) else {
      return "\(milliseconds) milliseconds since 1970"
    }
    return Date(timeIntervalSince1970: TimeInterval(milliseconds) / 1000)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
