import ArgumentParser
import HTTPGateway
import SoleControl

struct AttemptsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attempts", abstract: "Operate on what is counted against guessing.", subcommands: [Forget.self])

  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forget the failures that were counted for a client or an address. The gateway may be running.",
      discussion: "For one user, 'countersign user unlock' does it.")

    @OptionGroup var file: ConfigFile
    @Option(name: .long, help: "An OAuth client; a partner's name for calls without one.")
    var client: String?
    @Option(name: .long, help: "An address; of IPv6 its whole /64 network is meant.")
    var address: String?

    func validate() throws {
      guard (client == nil) != (address == nil) else { throw ValidationError("give either --client or --address") }
      if let address, NetworkAddress.text(address) == nil { throw ValidationError("'\(address)' is no IP address") }
    }

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      if let client {
        let count = try await service.signing.forgetAttempts(ofClient: ClientID(client))
        print("forgot \(count) counters of the client \(client)")
      } else if let network = address.flatMap(NetworkAddress.text) {
        let count = try await service.signing.forgetAttempts(ofAddress: network)
        print("forgot \(count) counters of the address \(network)")
      }
    }
  }
}
