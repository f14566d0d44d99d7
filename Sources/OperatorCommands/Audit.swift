import ArgumentParser
import Assembly
import AuditLog
import Octets
import Synchronization
import WireJSON

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
      let verifier = Mutex(LaneVerifier())
      do {
        let lanes = try await Stores.readAudit(database) { entry, position in
          _ = try verifier.withLock { try $0.accept(entry, at: position) }
        }
        try verifier.withLock { try $0.finish(lanes) }
        print("the audit log is whole: \(verifier.withLock { $0.count }) entries")
      } catch let finding as LaneVerifier.Finding {
        print("the audit log is NOT whole: \(Self.text(finding))")
        throw ExitCode.failure
      }
    }

    static func text(_ finding: LaneVerifier.Finding) -> String {
      switch finding {
      case .missing(let position): "entry \(position) is missing"
      case .changed(let position): "entry \(position) was changed"
      case .outOfOrder(let position, let lane):
        "entry \(position) does not follow from those before in lane \(name(lane)): one is missing, was added or moved"
      case .laneDiffers(let lane, let expected, let found):
        "lane \(name(lane)) should have \(expected) entries and has \(found), or another last one"
      }
    }

    private static func name(_ lane: Int64) -> String { Hex.encode(withUnsafeBytes(of: lane.bigEndian) { Array($0) }) }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print entries, one JSON object a line.")

    @Option(name: .long, help: "The database file.")
    var database: String
    @Option(name: .long, help: "Start after this entry.")
    var after: Int64 = 0

    func run() async throws {
      let after = after
      _ = try await Stores.readAudit(database) { entry, position in
        guard position > after, let object = entry.object(at: position) else { return }
        print(String(decoding: JSONValue.object(object).canonical(), as: UTF8.self))
      }
    }
  }
}
