import ArgumentParser
import OperatorCommands

/// Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed,
/// 64 wrong usage.
@main
struct Countersign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "countersign", abstract: "A remote-signing gateway that speaks the CSC API.",
    subcommands: operatorCommands)
}
