import Foundation
import Logging
import WireJSON

/// One JSON object a line, on standard error.
struct JSONLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  private let label: String

  static func bootstrap(level: Logger.Level) {
    signal(SIGPIPE, SIG_IGN)
    LoggingSystem.bootstrap { JSONLogHandler(label: $0, logLevel: level) }
  }

  init(label: String, logLevel: Logger.Level) {
    self.label = label
    self.logLevel = logLevel
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = JSONObject([
      ("time", .string(Date().formatted(.iso8601))), ("level", .string(event.level.rawValue)),
      ("from", .string(label)), ("message", .string("\(event.message)")),
    ])
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (name, value) in all.sorted(by: { $0.key < $1.key }) { line[name] = .string("\(value)") }
    // A log that cannot be written must not end the gateway.
    try? FileHandle.standardError.write(contentsOf: Data(JSONValue.object(line).compact() + [UInt8(ascii: "\n")]))
  }
}
