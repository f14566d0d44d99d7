import ArgumentParser
import Assembly
import AuditLog
import SoleControl
import WireJSON

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Read and verify the audit log.",
    subcommands: [
      Verify.self, List.self, Key.self, Prove.self, Timestamps.self, AcceptRestored.self, AcceptRows.self,
    ])

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

  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the key with which the log's checkpoints are verified (C2SP signed-note, \"vkey\").",
      discussion: "Hand it to those who are to verify the log or a receipt, over another way than the log itself.")

    @OptionGroup var file: ConfigFile

    func run() async throws { print(try Service.logKey(try file.load())) }
  }

  struct AcceptRows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have the service go on with rows that somebody else put back, removed or added.",
      discussion: """
        A gateway that finds such rows signs nothing, and does not start. Find out first who wrote the database, and \
        what: a credential that was disabled may be enabled again, a spent authorization good once more. If the right \
        database can be put back, do that. The log records that the rows were taken as they are.
        """)

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false, rowChecks: .none)
      let tables = try await service.store.acceptRows()
      guard !tables.isEmpty else {
        return print("the rows are as the gateways left them; there is nothing to accept")
      }
      print("accepted; not as the gateways left them were: \(tables.joined(separator: " "))")
    }
  }

  struct AcceptRestored: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let the gateway start although its database is an older copy than the log's newest checkpoint.",
      discussion: """
        For a database that was put back from a backup knowingly. What happened since then is lost: signatures that \
        were made, and that their authorizations are spent. The log records it; those who have a newer checkpoint see it, \
        and will say that the log was cut off. Stop the gateway first.
        """)

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      guard let (lost, kept) = try await service.acceptRestoredDatabase() else {
        return print("the database leads to its newest checkpoint; there is nothing to accept")
      }
      print("accepted; the checkpoint of \(lost) entries is kept as \(kept)")
    }
  }
}
