import ArgumentParser
import Assembly
import OperatorCommands
import WireJSON

/// A service for trying out. Never before real customers: its eID provider says yes to everybody.
///
/// The operator's commands are those of `countersign`, and also take the sandbox's own configuration.
@main
struct CountersignSandbox: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "countersign-sandbox", abstract: "A remote-signing gateway for trying out, with an eID of its own.",
    subcommands: [Sandbox.self, EIDSimulatorCommand.self] + operatorCommands, defaultSubcommand: Sandbox.self)

  static func main() async {
    await ConfigRules.$current.withValue(.sandbox) { await main(nil) }
  }
}

extension ConfigRules {
  /// A file may have what only a sandbox may have, if it says that it is one.
  static let sandbox = ConfigRules { members in
    members["sandbox"]?.bool == true ? "this is a sandbox: its signatures prove nothing" : nil
  }
}
