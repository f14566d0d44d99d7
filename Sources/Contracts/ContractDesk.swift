internal import AuditLog
internal import Octets
internal import Vocabulary
internal import WireJSON

/// Acts in a transaction: everything that is looked at, and everything that changes.
struct ContractDesk: Sendable {
  let rules: ContractService.Rules
  let now: UnixTime

  /// The operator whose act it is.
  ///
  /// - Throws: `ContractRefusal` unless the signature is over this act, at the revision of now.
  func confirmed(
    _ proof: OperatorProof, act: String, subject: String, digest: [UInt8], as role: Operator.Role,
    in transaction: any ContractReading
  ) throws -> Operator {
    let person = try signer(proof, act: act, subject: subject, digest: digest, in: transaction)
    guard person.acts(as: role) else { throw ContractRefusal.roleMissing(role) }
    return person
  }

  private func signer(
    _ proof: OperatorProof, act: String, subject: String, digest: [UInt8], in transaction: any ContractReading
  ) throws -> Operator {
    let statement = proof.statement
    let people = try transaction.operators()
    guard !people.isEmpty else { throw ContractRefusal.noOperators }
    guard statement.service == rules.service, statement.act == act, statement.subject.isSame(as: subject),
      statement.digest == digest, proof.key.isRight(proof.signature, of: statement.octets),
      let person = people.first(where: { $0.state == .active && $0.key == proof.key })
    else { throw ContractRefusal.unknownOperator }
    guard (now - rules.statementLife...now + rules.statementLife).contains(statement.time) else {
      throw ContractRefusal.statementTooOld
    }
    guard try transaction.contractRevision() == statement.revision else { throw ContractRefusal.outdated }
    return person
  }

  // MARK: Two persons

  func propose(
    _ act: ContractAct, id: String, by person: Operator, _ proof: OperatorProof, in transaction: any ContractWriting
  ) throws -> Change {
    try check(act, in: transaction)
    guard try transaction.changes(limit: rules.mostChanges).filter({ $0.isOpen(at: now) }).count < rules.mostChanges
    else { throw ContractRefusal.tooManyChanges }
    let change = Change(
      id: id, act: act, proposedBy: person.id, proposed: now, expires: now + rules.changeLife)
    try transaction.put(change)
    try next(transaction)
    try transaction.append(event(.changeProposed, change, by: person, proof))
    return change
  }

  func decide(
    _ id: String, approves: Bool, _ proof: OperatorProof, in transaction: any ContractWriting
  ) throws -> Change {
    guard var change = try transaction.change(id) else { throw ContractRefusal.unknown(id) }
    let act = ContractService.decision(approves)
    let person = try signer(proof, act: act, subject: id, digest: change.act.digest, in: transaction)
    let isOwn = person.id == change.proposedBy
    if !(isOwn && !approves) {
      guard person.acts(as: .approver) else { throw ContractRefusal.roleMissing(.approver) }
      guard !isOwn else { throw ContractRefusal.samePerson }
    }
    guard change.isOpen(at: now) else { throw ContractRefusal.decided }
    change.state = approves ? .approved : .rejected
    change.decidedBy = person.id
    try transaction.put(change)
    try transaction.append(event(approves ? .changeApproved : .changeRejected, change, by: person, proof))
    guard approves else {
      try next(transaction)
      return change
    }
    // One who is an operator no more has nothing carried out.
    guard let proposer = try transaction.operators().first(where: { $0.id == change.proposedBy }),
      proposer.acts(as: .registrar)
    else { throw ContractRefusal.proposerGone(change.proposedBy) }
    _ = try carryOut(change.act, by: proposer, approvedBy: person, proof, in: transaction)
    return change
  }

  // MARK: Carrying out

  /// - Returns: the registry's revision afterwards.
  func carryOut(
    _ act: ContractAct, by person: Operator, approvedBy second: Operator?, _ proof: OperatorProof,
    in transaction: any ContractWriting
  ) throws -> Int64 {
    try check(act, in: transaction)
    let revision = try next(transaction)
    let (before, after) = try apply(act, revision: revision, in: transaction)
    let outcome: [(String, JSONValue)] = [
      ("revision", .integer(revision)), ("before", Self.text(before)), ("after", Self.text(after)),
      ("operator", .string(person.id)), ("approvedBy", second.map { .string($0.id) } ?? .null),
    ]
    let fields = Self.fields(of: act) + outcome + proof.fields
    try transaction.append(AuditEvent(.configurationChanged, partner: act.partner?.rawValue, fields))
    return revision
  }

  func found(_ founders: [(id: String, key: OperatorKey)], in transaction: any ContractWriting) throws {
    guard try transaction.operators().isEmpty else { throw ContractRefusal.alreadyFounded }
    if let wrong = founders.first(where: { !Operator.isID($0.id) }) { throw ContractRefusal.badName(wrong.id) }
    let people = founders.map { Operator(id: $0.id, roles: [.registrar, .approver], key: $0.key, added: now) }
    guard Set(people.map(\.id)).count == people.count else { throw ContractRefusal.idTaken("a name") }
    guard Set(people.map(\.key)).count == people.count else { throw ContractRefusal.keyTaken }
    guard canGoOn(people) else { throw ContractRefusal.tooFewOperators }
    let revision = try next(transaction)
    for person in people {
      try transaction.put(person)
      try transaction.append(
        AuditEvent(
          .configurationChanged,
          [
            ("act", .string("operator.found")), ("subject", .string(person.id)), ("revision", .integer(revision)),
            ("before", .null), ("after", Self.text(Self.digest(person))), ("operator", .null), ("approvedBy", .null),
            ("key", .string(person.key.fingerprint)),
          ]))
    }
  }

  /// Whether the act makes sense as things are.
  private func check(_ act: ContractAct, in transaction: any ContractReading) throws {
    switch act {
    case .addOperator(let id, let key, _):
      let people = try transaction.operators()
      guard Operator.isID(id) else { throw ContractRefusal.badName(id) }
      guard !people.contains(where: { $0.id == id }) else { throw ContractRefusal.idTaken(id) }
      guard !people.contains(where: { $0.key == key }) else { throw ContractRefusal.keyTaken }
    case .removeOperator(let id):
      let people = try transaction.operators()
      guard people.contains(where: { $0.id == id && $0.state == .active }) else { throw ContractRefusal.unknown(id) }
      guard canGoOn(people.filter { $0.id != id }) else { throw ContractRefusal.tooFewOperators }
    case .addPartner(let id, _):
      guard try transaction.storedPartner(id) == nil else { throw ContractRefusal.idTaken(id.rawValue) }
    case .suspendPartner(let id, _), .resumePartner(let id, _):
      guard let partner = try transaction.storedPartner(id) else { throw ContractRefusal.unknown(id.rawValue) }
      let suspends = if case .suspendPartner = act { true } else { false }
      guard partner.isSuspended != suspends else { throw ContractRefusal.nothingToDo(id.rawValue) }
    case .addClient(let id, let partner, _):
      guard try transaction.storedPartner(partner) != nil else { throw ContractRefusal.unknown(partner.rawValue) }
      guard try transaction.storedClient(id) == nil else { throw ContractRefusal.idTaken(id.rawValue) }
    case .removeClient(let id, let partner):
      guard let client = try transaction.storedClient(id), client.partner == partner, !client.isRemoved
      else { throw ContractRefusal.unknown(id.rawValue) }
    }
  }

  /// Whether these operators can still change who operates.
  private func canGoOn(_ people: [Operator]) -> Bool {
    let registrars = people.filter { $0.acts(as: .registrar) }.map(\.id)
    guard rules.approvals > 1 else { return !registrars.isEmpty }
    let approvers = people.filter { $0.acts(as: .approver) }.map(\.id)
    return registrars.contains { registrar in approvers.contains { $0 != registrar } }
  }

  /// - Returns: digests of what was there and of what is there now.
  private func apply(
    _ act: ContractAct, revision: Int64, in transaction: any ContractWriting
  ) throws -> (before: [UInt8]?, after: [UInt8]?) {
    switch act {
    case .addOperator(let id, let key, let roles):
      let person = Operator(id: id, roles: roles, key: key, added: now)
      try transaction.put(person)
      return (nil, Self.digest(person))
    case .removeOperator(let id):
      guard var person = try transaction.operators().first(where: { $0.id == id }) else { return (nil, nil) }
      let before = Self.digest(person)
      person.state = .removed
      try transaction.put(person)
      return (before, Self.digest(person))
    case .addPartner(let id, let record):
      let partner = StoredPartner(id: id, revision: revision, isSuspended: false, record: record)
      try transaction.put(partner)
      return (nil, partner.digest)
    case .suspendPartner(let id, _), .resumePartner(let id, _):
      guard var partner = try transaction.storedPartner(id) else { return (nil, nil) }
      let before = partner.digest
      partner.isSuspended.toggle()
      partner.revision = revision
      try transaction.put(partner)
      return (before, partner.digest)
    case .addClient(let id, let partner, let record):
      let client = StoredClient(id: id, partner: partner, record: record)
      try transaction.put(client)
      return (nil, client.digest)
    case .removeClient(let id, _):
      guard let client = try transaction.storedClient(id) else { return (nil, nil) }
      try transaction.put(client.removed)
      return (client.digest, nil)
    }
  }

  @discardableResult
  private func next(_ transaction: any ContractWriting) throws -> Int64 {
    let revision = try transaction.contractRevision() + 1
    try transaction.put(contractRevision: revision)
    return revision
  }

  // MARK: The log

  private func event(
    _ kind: AuditEvent.Kind, _ change: Change, by person: Operator, _ proof: OperatorProof
  ) -> AuditEvent {
    let named: [(String, JSONValue)] = [("change", .string(change.id)), ("operator", .string(person.id))]
    return AuditEvent(
      kind, partner: change.act.partner?.rawValue, named + Self.fields(of: change.act) + proof.fields)
  }

  private static func fields(of act: ContractAct) -> [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [
      ("act", .string(act.kind)), ("subject", .string(act.subject)), ("digest", .string(Hex.encode(act.digest))),
    ]
    if let partner = act.partner { fields.append(("partner", .string(partner.rawValue))) }
    switch act {
    case .suspendPartner(_, let reason), .resumePartner(_, let reason): fields.append(("reason", .string(reason)))
    case .addOperator(_, let key, let roles):
      fields.append(("operatorKey", .string(key.fingerprint)))
      fields.append(("roles", .array(roles.map(\.rawValue).sorted().map { .string($0) })))
    default: break
    }
    return fields
  }

  private static func text(_ digest: [UInt8]?) -> JSONValue { digest.map { .string(Hex.encode($0)) } ?? .null }

  private static func digest(_ person: Operator) -> [UInt8] {
    let value: JSONValue = [
      "id": .string(person.id), "key": .string(Hex.encode(person.key.octets)),
      "roles": .array(person.roles.map(\.rawValue).sorted().map { .string($0) }),
      "state": .string(person.state.rawValue),
    ]
    return OctetDigest.sha256(value.canonical())
  }
}
