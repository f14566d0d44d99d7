import ArgumentParser
import Assembly
import Contracts
import Foundation
import Vocabulary
import WireJSON

struct PartnerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partner", abstract: "Change contracts with partners. The gateways may be running.",
    subcommands: [Add.self, Show.self, List.self, Suspend.self, Resume.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Register a partner.",
      discussion: """
        FILE is an object as in the configuration's "partners", without "clients". Contents of the files that it names \
        are kept in the database.
        """)

    @OptionGroup var file: ConfigFile
    @OptionGroup var acting: ActingOperator
    @Argument(help: "The partner's file (JSON).")
    var partner: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      try await service.contracts.addPartner(partner, acting.sign()) { print("weak: \($0)") }
        .report("the partner of \(partner) is registered")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the partners in the database, each with its state and its clients.")

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      let all = try await service.contracts.all()
      for partner in all.partners {
        let clients = all.clients.filter { $0.partner == partner.id && !$0.isRemoved }.map(\.id.rawValue)
        print(([partner.id.rawValue, partner.isSuspended ? "suspended" : "active"] + clients).joined(separator: " "))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a partner's contract and its clients as JSON, without secrets.")

    @OptionGroup var file: ConfigFile
    @Argument(help: "The partner's id.")
    var partner: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      let all = try await service.contracts.all()
      guard let found = all.partners.first(where: { $0.id == PartnerID(partner) }) else {
        throw ContractRefusal.unknown(partner)
      }
      let clients = all.clients.filter { $0.partner == found.id && !$0.isRemoved }
        .map { JSONValue.object($0.record.members) }
      let value: JSONValue = [
        "state": .string(found.isSuspended ? "suspended" : "active"), "revision": .integer(found.revision),
        "contract": .object(found.record.members), "clients": .array(clients),
      ]
      print(String(decoding: value.indented(), as: UTF8.self))
    }
  }

  struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have nothing more signed for a partner's customers. Looking, deleting and revoking go on.")

    @OptionGroup var change: PartnerChange

    func run() async throws {
      try await change.run("suspended") { .suspendPartner($0, reason: $1) }
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Propose that a suspended partner's contract is in force again.")

    @OptionGroup var change: PartnerChange

    func run() async throws {
      try await change.run("in force again") { .resumePartner($0, reason: $1) }
    }
  }
}

/// A partner's state, and why it becomes another one.
struct PartnerChange: ParsableArguments {
  @OptionGroup var file: ConfigFile
  @OptionGroup var acting: ActingOperator
  @Argument(help: "The partner's id.")
  var partner: String
  @Option(name: .long, help: "Why. Stands in the log; no names of people.")
  var reason: String

  func run(_ what: String, _ act: (PartnerID, String) -> ContractAct) async throws {
    guard 1...200 ~= reason.count else { throw ValidationError("--reason has 1 to 200 characters") }
    let service = try await Service(try file.load(), mayCreateDatabase: false)
    try await service.contracts.perform(act(PartnerID(partner), reason), acting.sign())
      .report("partner \(partner) is \(what)")
  }
}
