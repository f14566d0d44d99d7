import Foundation
package import Logging
import Synchronization
import WireJSON

/// One JSON object a line, on standard error, written by a thread of its own.
package struct JSONLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  private let label: String
  private let writer: LogWriter
  /// Nil for loggers that follow the process's level.
  private var ownLevel: Logger.Level?

  /// Of every logger that was given none of its own. Can be changed while the process runs.
  static var commonLevel: Logger.Level {
    get { common.withLock { $0 } }
    set { common.withLock { $0 = newValue } }
  }
  private static let common = Mutex(Logger.Level.info)

  /// Octets of a message, or of one value with it; a longer one is cut.
  static let longestValue = 4096

  package static func bootstrap(level: Logger.Level) {
    signal(SIGPIPE, SIG_IGN)
    commonLevel = level
    LoggingSystem.bootstrap { JSONLogHandler(label: $0) }
  }

  init(label: String, writer: LogWriter = .standard) {
    self.label = label
    self.writer = writer
  }

  package var logLevel: Logger.Level {
    get { ownLevel ?? Self.commonLevel }
    set { ownLevel = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    writer.append(
      Self.line(
        level: event.level, label: label, message: "\(event.message)",
        metadata: metadata.merging(event.metadata ?? [:]) { $1 }))
  }

  /// With the line feed at its end.
  static func line(level: Logger.Level, label: String, message: String, metadata: Logger.Metadata) -> [UInt8] {
    var line = JSONObject([
      ("time", .string(Date().formatted(.iso8601))), ("level", .string(level.rawValue)),
      ("from", .string(label)), ("message", .string(cut(message))),
    ])
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { line[name] = .string(cut("\(value)")) }
    return JSONValue.object(line).compact() + [UInt8(ascii: "\n")]
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > longestValue else { return text }
    return String(decoding: text.utf8.prefix(longestValue), as: UTF8.self) + "…"
  }
}
