import ArgumentParser
import Assembly
import OAuth
import SoleControl
import Vocabulary

struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Unlock users after wrong passwords or factors.", subcommands: [Unlock.self])

  struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Clear the wrong passwords and factors counted for a user. The gateway may be running.",
      discussion: "Locked factors of a credential stay locked; 'countersign credential unlock' unlocks them.")

    @OptionGroup var file: ConfigFile
    @Option(name: .long, help: "The user's name at the partner.")
    var user: String
    @Option(name: .long, help: "The partner whose user it is.")
    var partner: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      guard let signer = try await service.tokens.signer(named: user, of: partner) else {
        throw ValidationError("partner \(partner) has no user \(user)")
      }
      let names = try await service.tokens.unlock(username: user)
      let signers = try await service.soleControl.factors.unlock(SignerID(signer), of: PartnerID(partner))
      print("cleared \(names + signers) attempt counters of \(user)")
    }
  }
}
