import ArgumentParser
import Assembly
import Contracts

struct OperatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator", abstract: "Say who may change contracts; each change of it takes two operators.",
    subcommands: [Add.self, List.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Propose a new operator. 'countersign init' has the first ones.")

    @OptionGroup var file: ConfigFile
    @OptionGroup var acting: ActingOperator
    @Argument(help: "The operator's name here, for good: it stands in the log.")
    var name: String
    @Option(name: .long, help: "The new operator's public key (PEM, P-256).")
    var key: String
    @Option(name: .long, help: "Roles, with commas: registrar, technician, approver, auditor.")
    var roles: String

    func run() async throws {
      let names = roles.split(separator: ",").map(String.init)
      let known = Set(names.compactMap(Operator.Role.init(rawValue:)))
      guard !known.isEmpty, known.count == names.count else {
        throw ValidationError("--roles must list some of registrar, technician, approver, auditor")
      }
      guard Operator.isID(name) else { throw ContractRefusal.badName(name) }
      let publicKey = try OperatorKeyFile(path: key).key
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      try await service.contracts.perform(.addOperator(id: name, key: publicKey, roles: known), acting.sign())
        .report("operator \(name) with key \(publicKey.fingerprint)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the operators, also those that were removed.")

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      for person in try await service.contracts.operators() {
        let roles = person.roles.map(\.rawValue).sorted().joined(separator: ",")
        print("\(person.id) \(person.state.rawValue) \(roles) \(person.key.fingerprint)")
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Propose that an operator is one no more.")

    @OptionGroup var file: ConfigFile
    @OptionGroup var acting: ActingOperator
    @Argument(help: "The operator's name.")
    var name: String

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      try await service.contracts.perform(.removeOperator(id: name), acting.sign()).report("operator \(name) removed")
    }
  }
}
