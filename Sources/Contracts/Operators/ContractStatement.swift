internal import Octets
public import Vocabulary
internal import WireJSON

/// The statement that an operator signs for each act: what it is, of which service, and after which change. Good once,
/// since each act makes the registry's revision another one.
public struct ContractStatement: Sendable, Equatable {
  /// Name of the service, so that a statement is good at no other one.
  public let service: String
  /// A kind of `ContractAct`, `change.approve` or `change.reject`.
  public let act: String
  /// Id of what it is about.
  public let subject: String
  /// SHA-256 of the act's text; of a decision, of the text of the act that it is about.
  public let digest: [UInt8]
  /// Revision of the registry that the operator saw.
  public let revision: Int64
  /// Seconds since 1970.
  public let time: UnixTime

  public init(service: String, act: String, subject: String, digest: [UInt8], revision: Int64, time: UnixTime) {
    self.service = service
    self.act = act
    self.subject = subject
    self.digest = digest
    self.revision = revision
    self.time = time
  }

  /// Octets that are signed: canonical JSON. Stand in the log, where an auditor verifies them with the operator's key.
  public var octets: [UInt8] {
    let value: JSONValue = [
      "act": .string(act), "digest": .string(Hex.encode(digest)), "revision": .integer(revision),
      "service": .string(service), "subject": .string(subject), "time": .integer(time),
      "type": "countersign operator v1",
    ]
    return value.canonical()
  }
}

/// An operator's signature over a statement.
public struct OperatorProof: Sendable, Equatable {
  public let key: OperatorKey
  public let statement: ContractStatement
  /// DER, over the statement's octets.
  public let signature: [UInt8]

  public init(key: OperatorKey, statement: ContractStatement, signature: [UInt8]) {
    self.key = key
    self.statement = statement
    self.signature = signature
  }

  /// Fields of the log: the statement as it was signed, and the signature.
  var fields: [(String, JSONValue)] {
    [
      ("statement", .string(String(decoding: statement.octets, as: UTF8.self))),
      ("signature", .string(Base64.encode(signature))), ("key", .string(key.fingerprint)),
    ]
  }
}
