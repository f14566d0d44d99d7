internal import AuditLog
public import Vocabulary
internal import WireJSON

/// Changes contracts at the word of operators. Each act is signed by the operator's own key, one that takes two persons
/// waits for the second, and the log has who, before and after.
public struct ContractService: Sendable {
  public struct Rules: Sendable {
    /// Name of the service, which statements have.
    public var service: String
    /// Persons for an act that one alone must not do: 2, or 1 where a service signs for no one's real customers.
    public var approvals = 2
    /// Seconds that a change waits for its second person.
    public var changeLife: UnixTime = 7 * 86400
    /// Seconds by which a statement's time may differ from the gateway's.
    public var statementLife: UnixTime = 300
    /// Changes that may wait at a time.
    public var mostChanges = 200

    public init(service: String) { self.service = service }
  }

  public enum Outcome: Sendable, Equatable {
    /// In force; the registry's revision is this one now.
    case done(revision: Int64)
    /// Waits for a second person.
    case proposed(Change)
  }

  let store: any ContractStore
  let rules: Rules
  let now: @Sendable () -> UnixTime

  public init(store: any ContractStore, rules: Rules, now: @escaping @Sendable () -> UnixTime) {
    self.store = store
    self.rules = rules
    self.now = now
  }

  // MARK: Looking

  public func revision() async throws -> Int64 {
    try await store.readContracts(reading: [.registry()]) { try $0.contractRevision() }
  }

  /// All partners and clients of one revision.
  public func contracts() async throws -> Contracts {
    try await store.readContracts(reading: [.registry()]) { reader in
      Contracts(
        revision: try reader.contractRevision(), partners: try reader.storedPartners(),
        clients: try reader.storedClients())
    }
  }

  public func operators() async throws -> [Operator] {
    try await store.readContracts(reading: [.registry()]) { try $0.operators() }
  }

  /// The last ones first.
  public func changes(limit: Int = 1000) async throws -> [Change] {
    try await store.readContracts(reading: [.registry()]) { try $0.changes(limit: limit) }
  }

  // MARK: Acting

  /// The statement that an operator signs for an act, at the registry's revision of now.
  public func statement(of act: ContractAct) async throws -> ContractStatement {
    statement(act.kind, act.subject, act.digest, revision: try await revision())
  }

  /// The same for the decision on a change.
  ///
  /// - Throws: `ContractRefusal.unknown`.
  public func statement(ofDecision approves: Bool, on id: String) async throws -> ContractStatement {
    let (revision, change) = try await store.readContracts(reading: [.registry()]) { reader in
      (try reader.contractRevision(), try reader.change(id))
    }
    guard let change else { throw ContractRefusal.unknown(id) }
    return statement(Self.decision(approves), id, change.act.digest, revision: revision)
  }

  private func statement(_ act: String, _ subject: String, _ digest: [UInt8], revision: Int64) -> ContractStatement {
    ContractStatement(
      service: rules.service, act: act, subject: subject, digest: digest, revision: revision, time: now())
  }

  static func decision(_ approves: Bool) -> String { approves ? "change.approve" : "change.reject" }

  /// Carries out an act, or has it wait for a second person.
  ///
  /// - Parameters:
  ///   - proof: a registrar's, over `statement(of:)`.
  ///   - id: random, for a change that waits.
  /// - Throws: `ContractRefusal`.
  public func perform(_ act: ContractAct, _ proof: OperatorProof, changeID id: String) async throws -> Outcome {
    let desk = ContractDesk(rules: rules, now: now())
    return try await recordingRefusals(of: proof, act.kind, act.subject, act.partner) {
      try await store.writeContracts(reading: [.registry(.exclusive)]) { transaction -> Outcome in
        let person = try desk.confirmed(
          proof, act: act.kind, subject: act.subject, digest: act.digest, as: .registrar, in: transaction)
        guard act.needsTwo, rules.approvals > 1 else {
          let revision = try desk.carryOut(act, by: person, approvedBy: nil, proof, in: transaction)
          return .done(revision: revision)
        }
        return .proposed(try desk.propose(act, id: id, by: person, proof, in: transaction))
      }
    }
  }

  /// Approves a change, which is in force then, or rejects it. Its own proposer may reject it.
  ///
  /// - Parameter proof: over `statement(ofDecision:on:)`; an approver's.
  /// - Throws: `ContractRefusal`.
  public func decide(_ id: String, approves: Bool, _ proof: OperatorProof) async throws -> Change {
    let desk = ContractDesk(rules: rules, now: now())
    return try await recordingRefusals(of: proof, Self.decision(approves), id, nil) {
      try await store.writeContracts(reading: [.registry(.exclusive)]) { transaction in
        try desk.decide(id, approves: approves, proof, in: transaction)
      }
    }
  }

  /// Puts the first operators in, who may propose and approve. For the ceremony that makes the service's keys.
  ///
  /// - Throws: `ContractRefusal.alreadyFounded` if there was ever one; `tooFewOperators`.
  public func found(_ founders: [(id: String, key: OperatorKey)]) async throws {
    let desk = ContractDesk(rules: rules, now: now())
    try await store.writeContracts(reading: [.registry(.exclusive)]) { try desk.found(founders, in: $0) }
  }

  /// Tells the log of those who wanted to do what they may not.
  private func recordingRefusals<Output>(
    of proof: OperatorProof, _ act: String, _ subject: String, _ partner: PartnerID?,
    _ body: () async throws -> Output
  ) async throws -> Output {
    do { return try await body() } catch let refusal as ContractRefusal where refusal.isOfAccess {
      let event = AuditEvent(
        .accessRefused, partner: partner?.rawValue,
        [
          ("act", .string(act)), ("subject", .string(String(subject.prefix(255)))), ("reason", .string(refusal.code)),
          ("key", .string(proof.key.fingerprint)),
        ])
      try await store.writeContracts(reading: []) { try $0.append(event) }
      throw refusal
    }
  }
}

/// The contracts of one moment.
public struct Contracts: Sendable, Equatable {
  public let revision: Int64
  /// In order of their ids.
  public let partners: [StoredPartner]
  public let clients: [StoredClient]

  public init(revision: Int64, partners: [StoredPartner], clients: [StoredClient]) {
    self.revision = revision
    self.partners = partners
    self.clients = clients
  }
}
