import ArgumentParser
import Assembly
import Contracts
import Foundation
import WireJSON

struct ChangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "change", abstract: "Decide on changes that take a second operator.",
    subcommands: [List.self, Show.self, Approve.self, Reject.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the last changes, the newest first.")

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      let now = Int64(Date().timeIntervalSince1970)
      for change in try await service.contracts.changes() {
        let state = change.state == .proposed && !change.isOpen(at: now) ? "expired" : change.state.rawValue
        let decided = change.decidedBy.map { " by \($0)" } ?? ""
        var what = "\(change.act.kind) \(change.act.subject)"
        if case .addOperator(_, let key, let roles) = change.act {
          what += " (\(roles.map(\.rawValue).sorted().joined(separator: ",")), key \(key.fingerprint))"
        }
        print(
          "\(change.id) \(state)\(decided): \(what), proposed by \(change.proposedBy), "
            + "until \(TimeText.utc(seconds: change.expires))")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print all that a change would do, as JSON, with the digest that its approval names.",
      discussion:
        "Compare it with what you know from elsewhere, such as a new operator's fingerprint: a name says little.")

    @OptionGroup var file: ConfigFile
    @Argument(help: "The change's id.")
    var change: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      guard let found = try await service.contracts.changes().first(where: { $0.id == change }) else {
        throw ContractRefusal.unknown(change)
      }
      print(String(decoding: found.act.shown.indented(), as: UTF8.self))
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Approve a change that another operator has proposed; it is in force then.")

    @OptionGroup var decision: Decision
    @Option(name: .long, help: "The digest of the act that was read, as 'countersign change show' prints it.")
    var digest: String

    func run() async throws { try await decision.run(approves: true, digest: digest) }
  }

  struct Reject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reject a change, or withdraw one's own.")

    @OptionGroup var decision: Decision

    func run() async throws { try await decision.run(approves: false, digest: nil) }
  }
}

/// An operator's word on a change.
struct Decision: ParsableArguments {
  @OptionGroup var file: ConfigFile
  @OptionGroup var acting: ActingOperator
  @Argument(help: "The change's id.")
  var change: String

  func run(approves: Bool, digest: String?) async throws {
    let service = try await Service(try file.load(), mayCreateDatabase: false)
    let decided = try await service.contracts.decide(
      change, approves: approves, digest: digest, acting.sign())
    print("\(decided.state.rawValue): \(decided.act.kind) \(decided.act.subject)")
  }
}
