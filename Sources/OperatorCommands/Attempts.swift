import ArgumentParser
import Assembly
import HTTPGateway
import SoleControl
import Vocabulary

struct AttemptsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attempts", abstract: "Clear counters of failed attempts.", subcommands: [Forget.self])

  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Clear the failed attempts counted for a client or an address. The gateway may be running.",
      discussion: "For one user, use 'countersign user unlock'.")

    @OptionGroup var file: ConfigFile
    @Option(name: .long, help: "The OAuth client; for calls that name none, the partner's id.")
    var client: String?
    @Option(name: .long, help: "The IP address; for IPv6, its whole /64 network is cleared.")
    var address: String?

    func validate() throws {
      guard (client == nil) != (address == nil) else {
        throw ValidationError("give either --client or --address")
      }
      if let address, NetworkAddress.text(address) == nil { throw ValidationError("'\(address)' is not an IP address") }
    }

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      if let client {
        let count = try await service.soleControl.factors.resetThrottling(ofClient: ClientID(client))
        print("cleared \(count) attempt counters of client \(client)")
      } else if let network = address.flatMap(NetworkAddress.text) {
        let count = try await service.soleControl.factors.resetThrottling(ofAddress: network)
        print("cleared \(count) attempt counters of address \(network)")
      }
    }
  }
}
