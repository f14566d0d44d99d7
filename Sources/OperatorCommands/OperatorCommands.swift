package import ArgumentParser

/// Commands for the operator of a service. Each program that serves has these.
package let operatorCommands: [any ParsableCommand.Type] = [
  Serve.self, Initialise.self, ConfigCommand.self, AuditCommand.self, SignatureCommand.self, ReceiptCommand.self,
  CredentialCommand.self, UserCommand.self, AttemptsCommand.self, ClockCommand.self, TimestampCommand.self,
  OperatorCommand.self, PartnerCommand.self, ClientCommand.self, ChangeCommand.self,
]
