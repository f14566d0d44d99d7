import ArgumentParser
import Assembly
import SoleControl
import Vocabulary

struct CredentialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential", abstract: "Unlock factors of credentials.", subcommands: [Unlock.self])

  struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Unlock a factor that was locked by wrong attempts. The gateway may be running.")

    @OptionGroup var file: ConfigFile
    @Option(name: .long, help: "The credential's id.")
    var credential: String
    @Option(name: .long, help: "PIN, OTP, SMS or PAGE.")
    var factor: String
    @Option(name: .long, help: "The partner whose credential it is.")
    var partner: String

    func run() async throws {
      guard let factor = FactorID(rawValue: factor) else {
        throw ValidationError("--factor must be PIN, OTP, SMS or PAGE, in capitals")
      }
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      do {
        let wasWrong = try await service.soleControl.credentials.unlock(
          factor, of: CredentialID(credential), as: Principal(partner: PartnerID(partner), signer: nil))
        print("\(factor.rawValue) of \(credential) " + (wasWrong ? "is unlocked" : "had no wrong attempts"))
      } catch Refusal.unknownCredential {
        throw ValidationError("partner \(partner) has no credential \(credential)")
      } catch Refusal.unknownFactor {
        throw ValidationError("the credential \(credential) has no factor \(factor.rawValue)")
      }
    }
  }
}
