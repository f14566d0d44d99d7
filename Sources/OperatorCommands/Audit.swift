import ArgumentParser
import Assembly
import AuditLog
import Synchronization

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read and verify the audit log.", subcommands: [Verify.self, List.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify the complete log offline; a copy of the database is enough.",
      discussion: "Names the first entry that was changed, removed or reordered, and exits with 1.")

    @Option(name: .long, help: "The database file.")
    var database: String

    func run() async throws {
      let verifier = Mutex(AuditVerifier())
      do {
        let head = try await Stores.readAudit(database) { entry in
          try verifier.withLock { try $0.accept(entry) }
        }
        try verifier.withLock { try $0.finish(head) }
        print("the audit log is whole: \(head.count) entries")
      } catch let finding as AuditVerifier.Finding {
        print("the audit log is NOT whole: \(Self.text(finding))")
        throw ExitCode.failure
      }
    }

    static func text(_ finding: AuditVerifier.Finding) -> String {
      switch finding {
      case .changed(let sequence): "entry \(sequence) was changed"
      case .missingOrReordered(let sequence): "entry \(sequence) is missing or was moved"
      case .headDiffers(let expected, let found): "it should have \(expected) entries and has \(found)"
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print entries, one JSON object a line.")

    @Option(name: .long, help: "The database file.")
    var database: String
    @Option(name: .long, help: "Start after this entry.")
    var after: Int64 = 0

    func run() async throws {
      let after = after
      _ = try await Stores.readAudit(database) { entry in
        if entry.sequence > after { print(String(decoding: entry.body, as: UTF8.self)) }
      }
    }
  }
}
