import ArgumentParser
import Assembly
import AuditLog
import Foundation

extension AuditCommand {
  struct Timestamps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the time-stamps of the log's checkpoints, one a line.",
      discussion: """
        With --out it writes DAY.checkpoint and DAY.token for each: the octets that were stamped, and the time-stamp token \
        (RFC 3161), which 'openssl ts -verify -token_in' checks. 'countersign audit verify --tsa-ca' checks them with the log.
        """)

    @Option(name: .long, help: "The database file.")
    var database: String
    @Option(name: .long, help: "A folder to write checkpoints and tokens into.")
    var out: String?

    func run() async throws {
      let folder = out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      var readers = LogReaders { _, _ in throw Read() }
      readers.stamp = { stamp in
        let day = Self.text(stamp.day)
        print("\(day) \(stamp.size.map(String.init) ?? "?") entries")
        guard let folder else { return }
        try Data(stamp.checkpoint).write(to: folder.appendingPathComponent("\(day).checkpoint"))
        try Data(stamp.token).write(to: folder.appendingPathComponent("\(day).token"))
      }
      do { _ = try await Stores.readLog(database, readers) } catch is Read {}
    }

    /// Ends the reading: time-stamps come before entries.
    private struct Read: Error {}

    /// ISO 8601.
    static func text(_ day: Int64) -> String {
      Date(timeIntervalSince1970: TimeInterval(day) * 86400).formatted(.iso8601.year().month().day())
    }
  }
}
