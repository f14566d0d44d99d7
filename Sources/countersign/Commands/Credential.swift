import ArgumentParser
import SoleControl

struct CredentialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credential", abstract: "Operate on credentials.", subcommands: [Unlock.self])

  struct Unlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Open a factor that was locked by wrong tries. The gateway may be running.")

    @OptionGroup var file: ConfigFile
    @Option(name: .long, help: "The credential's id.")
    var credential: String
    @Option(name: .long, help: "PIN, OTP, SMS or PAGE.")
    var factor: String
    @Option(name: .long, help: "The partner that asked for it.")
    var partner: String

    func run() async throws {
      guard let factor = FactorID(rawValue: factor) else {
        throw ValidationError("the factor is PIN, OTP, SMS or PAGE")
      }
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      do {
        let wasWrong = try await service.signing.unlock(
          factor, of: CredentialID(credential), as: Principal(partner: PartnerID(partner), signer: nil))
        print("\(factor.rawValue) of \(credential) " + (wasWrong ? "is open again" : "had no wrong tries"))
      } catch Refusal.unknownCredential {
        throw ValidationError("partner \(partner) has no credential \(credential)")
      } catch Refusal.unknownFactor {
        throw ValidationError("the credential \(credential) has no factor \(factor.rawValue)")
      }
    }
  }
}
