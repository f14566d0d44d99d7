import ArgumentParser
import Assembly
import AuditLog
import Foundation
import TransparencyLog

extension AuditCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify the complete log offline; a copy of the database is enough.",
      discussion: """
        Reads every entry, holds it against those before in its lane, computes the tree and compares it with what is \
        stored and with checkpoints. Names the first fault, and exits with 1. Without --log-key the signatures of \
        checkpoints are not looked at, and who wrote the log again could have written them too.
        """)

    @Option(name: .long, help: "The database file.")
    var database: String
    @Option(name: .long, help: "The log's key: what 'countersign audit key' prints, or a file with it.")
    var logKey: String?
    @Option(name: .long, help: "A file with a checkpoint from before, to which the log must lead. May be repeated.")
    var checkpoint: [String] = []

    func run() async throws {
      do {
        print(try await verified())
      } catch let finding as LogVerifier.Finding {
        print("the audit log is NOT whole: \(finding)")
        throw ExitCode.failure
      }
    }

    private func verified() async throws -> String {
      let key = try logKey.map { try LogKeyText.read($0, option: "--log-key") }
      let known = try checkpoint.map { path in
        (name: path, checkpoint: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      let inspection = try LogInspection(key: key, known: known)
      let progress = Progress()
      defer { progress.end() }
      var readers = inspection.readers
      let accept = readers.entry
      readers.total = { progress.begin($0) }
      readers.entry = { entry, position in
        try accept(entry, position)
        progress.reached(position)
      }
      let result = try inspection.finish(try await Stores.readLog(database, readers))
      return """
        the audit log is whole: \(result.entries) entries, \(result.inTree) of them in the tree\
        \(key == nil ? "; no signature of a checkpoint was verified (--log-key)" : "")
        """
    }
  }
}
