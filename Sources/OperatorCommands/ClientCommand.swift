import ArgumentParser
import Assembly
import Contracts
import Vocabulary

struct ClientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client", abstract: "Register software of partners. The gateways may be running.",
    subcommands: [Add.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Register a client of a partner in the database.",
      discussion: """
        FILE is an object as in a partner's "clients". A secret that it needs and does not name is made, and printed \
        once. A client with trusted scopes takes a second operator.
        """)

    @OptionGroup var file: ConfigFile
    @OptionGroup var acting: ActingOperator
    @Argument(help: "The partner's id.")
    var partner: String
    @Argument(help: "The client's file (JSON).")
    var client: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      let (outcome, secret) = try await service.contracts.addClient(
        client, of: PartnerID(partner), acting.sign(), warn: { print("weak: \($0)") })
      outcome.report("the client of \(client) is registered for \(partner)")
      if let secret { print("secret: \(secret)") }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a client away. Its tokens are good for nothing from then on, and its id is not given again.")

    @OptionGroup var file: ConfigFile
    @OptionGroup var acting: ActingOperator
    @Argument(help: "The partner's id.")
    var partner: String
    @Argument(help: "The client's id.")
    var client: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      try await service.contracts.perform(.removeClient(ClientID(client), of: PartnerID(partner)), acting.sign())
        .report("client \(client) of \(partner) is removed")
    }
  }
}
