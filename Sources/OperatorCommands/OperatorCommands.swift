package import ArgumentParser

/// What the operator of a service can do. Each program that serves has these commands.
package let operatorCommands: [any ParsableCommand.Type] = [
  Serve.self, Initialise.self, ConfigCommand.self, AuditCommand.self, SignatureCommand.self, CredentialCommand.self,
  UserCommand.self, AttemptsCommand.self, ClockCommand.self, TimestampCommand.self,
]
