import ArgumentParser
import Assembly
import Contracts
import Foundation

struct ChangeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "change", abstract: "Decide on changes that take a second operator.",
    subcommands: [List.self, Approve.self, Reject.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the last changes, the newest first.")

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      let now = Int64(Date().timeIntervalSince1970)
      for change in try await service.contracts.changes() {
        let state = change.state == .proposed && !change.isOpen(at: now) ? "expired" : change.state.rawValue
        let decided = change.decidedBy.map { " by \($0)" } ?? ""
        print(
          "\(change.id) \(state)\(decided): \(change.act.kind) \(change.act.subject), proposed by \(change.proposedBy)"
        )
      }
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Approve a change that another operator has proposed; it is in force then.")

    @OptionGroup var decision: Decision

    func run() async throws { try await decision.run(approves: true) }
  }

  struct Reject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reject a change, or withdraw one's own.")

    @OptionGroup var decision: Decision

    func run() async throws { try await decision.run(approves: false) }
  }
}

/// An operator's word on a change.
struct Decision: ParsableArguments {
  @OptionGroup var file: ConfigFile
  @OptionGroup var acting: ActingOperator
  @Argument(help: "The change's id.")
  var change: String

  func run(approves: Bool) async throws {
    let service = try await Service(try file.load(), mayCreateDatabase: false)
    let decided = try await service.contracts.decide(change, approves: approves, acting.sign())
    print("\(decided.state.rawValue): \(decided.act.kind) \(decided.act.subject)")
  }
}
