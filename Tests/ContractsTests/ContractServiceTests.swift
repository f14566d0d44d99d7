import AuditLog
import Contracts
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Contracts", .timeLimit(.minutes(1)))
struct ContractServiceTests {
  private let store = MemoryStore()
  private let clock = TestClock()
  private let anna, bert, carl: TestOperator

  init() throws {
    anna = try TestOperator("anna")
    bert = try TestOperator("bert")
    carl = try TestOperator("carl")
  }

  private static let bank = PartnerID("bank")
  private static let record = ContractRecord(JSONObject([("id", "bank"), ("name", "Bank")]), sealed: [1, 2])

  private func service(approvals: Int = 2, name: String = "test") -> ContractService {
    var rules = ContractService.Rules(service: name)
    rules.approvals = approvals
    let clock = clock
    return ContractService(store: store, rules: rules, now: { clock.now })
  }

  private func founded(approvals: Int = 2) async throws -> ContractService {
    let service = service(approvals: approvals)
    try await service.found([(anna.id, anna.key), (bert.id, bert.key)])
    return service
  }

  private func add(_ person: TestOperator, roles: Set<Operator.Role> = [.registrar]) -> ContractAct {
    .addOperator(id: person.id, key: person.key, roles: roles)
  }

  private func events(_ kind: AuditEvent.Kind) -> [JSONObject] {
    store.audit.entries.filter { EntryHeader(octets: $0.header)?.kind == kind.rawValue }.compactMap(\.object)
  }

  // MARK: One person

  @Test("a registrar registers a partner and its client; both are there at once, and the log has who, before and after")
  func registers() async throws {
    let service = try await founded()
    #expect(try await anna.does(.addPartner(Self.bank, Self.record), at: service) == .done(revision: 2))
    let client = ContractAct.addClient(ClientID("app"), of: Self.bank, Self.record)
    #expect(try await anna.does(client, at: service) == .done(revision: 3))
    let all = try await service.contracts()
    #expect(
      all
        == Contracts(
          revision: 3,
          partners: [StoredPartner(id: Self.bank, revision: 2, isSuspended: false, record: Self.record)],
          clients: [StoredClient(id: ClientID("app"), partner: Self.bank, record: Self.record)]))
    let added = try #require(events(.configurationChanged).first { $0["act"] == "partner.add" })
    #expect(added["operator"] == "anna" && added["approvedBy"] == .null && added["subject"] == "bank")
    #expect(added["before"] == .null && added["after"]?.string?.count == 64)
    // An auditor has the signature and what was signed.
    let text = try #require(added["statement"]?.string)
    #expect(text.contains(#""act":"partner.add""#) && text.contains(#""service":"test""#))
  }

  @Test("a partner is suspended and resumed once each; before and after differ")
  func suspends() async throws {
    let service = try await founded()
    try await anna.does(.addPartner(Self.bank, Self.record), at: service)
    let suspend = ContractAct.suspendPartner(Self.bank, reason: "unpaid")
    try await anna.does(suspend, at: service)
    #expect(try await service.contracts().partners[0].isSuspended)
    await #expect(throws: ContractRefusal.nothingToDo("bank")) { try await anna.does(suspend, at: service) }
    // To resume takes two.
    try await anna.does(.resumePartner(Self.bank, reason: "paid"), at: service, changeID: "c")
    #expect(try await service.contracts().partners[0].isSuspended)
    try await bert.decides("c", at: service)
    #expect(try await !service.contracts().partners[0].isSuspended)
    let acts = events(.configurationChanged).suffix(2)
    #expect(acts.first?["before"] == acts.last?["after"] && acts.first?["after"] == acts.last?["before"])
    #expect(acts.first?["reason"] == "unpaid")
  }

  @Test("ids are taken once, and nothing hangs on what is not there")
  func ids() async throws {
    let service = try await founded()
    let client = ContractAct.addClient(ClientID("app"), of: Self.bank, Self.record)
    await #expect(throws: ContractRefusal.unknown("bank")) { try await anna.does(client, at: service) }
    try await anna.does(.addPartner(Self.bank, Self.record), at: service)
    await #expect(throws: ContractRefusal.idTaken("bank")) {
      try await anna.does(.addPartner(Self.bank, Self.record), at: service)
    }
    try await anna.does(client, at: service)
    await #expect(throws: ContractRefusal.idTaken("app")) { try await anna.does(client, at: service) }
    await #expect(throws: ContractRefusal.unknown("app")) {
      try await anna.does(.removeClient(ClientID("app"), of: PartnerID("other")), at: service)
    }
    try await anna.does(.removeClient(ClientID("app"), of: Self.bank), at: service)
    #expect(try await service.contracts().clients.map(\.isRemoved) == [true])
    // Tokens that it had must not be another one's.
    await #expect(throws: ContractRefusal.idTaken("app")) { try await anna.does(client, at: service) }
    await #expect(throws: ContractRefusal.unknown("app")) {
      try await anna.does(.removeClient(ClientID("app"), of: Self.bank), at: service)
    }
  }

  // MARK: Two persons

  @Test("pitfall 56: who operates, clients with rights and statements that stand alone take two persons, others one")
  func needsTwo() {
    func client(_ scopes: JSONValue?, of kind: String = "trustedScopes") -> Bool {
      var members = JSONObject([("id", "app")])
      members[kind] = scopes
      return ContractAct.addClient(ClientID("app"), of: Self.bank, ContractRecord(members, sealed: nil)).needsTwo
    }
    func partner(_ statements: JSONValue?) -> Bool {
      var members = JSONObject([("id", "bank")])
      members["statements"] = statements
      return ContractAct.addPartner(Self.bank, ContractRecord(members, sealed: nil)).needsTwo
    }
    #expect(client(["credential-creation"]) && client("credential-creation") && !client([]) && !client(nil))
    #expect(client(["partner.read"], of: "partnerScopes") && !client([], of: "partnerScopes"))
    #expect(partner(["standsAlone": true]) && partner(["standsAlone": 1]))
    #expect(!partner(["standsAlone": false]) && !partner([:]) && !partner(nil))
    #expect(add(carl).needsTwo && ContractAct.removeOperator(id: "anna").needsTwo)
    #expect(!ContractAct.suspendPartner(Self.bank, reason: "x").needsTwo)
    #expect(ContractAct.resumePartner(Self.bank, reason: "x").needsTwo)
  }

  @Test("what takes two persons waits, is not approved by the one who proposed it, and is done by the second")
  func twoPersons() async throws {
    let service = try await founded()
    guard case .proposed(let change) = try await anna.does(add(carl), at: service, changeID: "c1") else {
      Issue.record("done by one person")
      return
    }
    #expect(change.proposedBy == "anna" && change.expires == clock.now + 7 * 86400)
    #expect(try await service.operators().map(\.id) == ["anna", "bert"])
    await #expect(throws: ContractRefusal.samePerson) { try await anna.decides("c1", at: service) }
    // One who is not an operator yet.
    await #expect(throws: ContractRefusal.unknownOperator) { try await carl.decides("c1", at: service) }
    #expect(events(.accessRefused).map { $0["reason"] } == ["same-person", "unknown"])
    let decided = try await bert.decides("c1", at: service)
    #expect(decided.state == .approved && decided.decidedBy == "bert")
    #expect(try await service.operators().map(\.id) == ["anna", "bert", "carl"])
    let changed = try #require(events(.configurationChanged).last)
    #expect(changed["operator"] == "anna" && changed["approvedBy"] == "bert")
    await #expect(throws: ContractRefusal.decided) { try await bert.decides("c1", at: service) }
    // Carl is a registrar and no approver.
    try await carl.does(.removeOperator(id: "anna"), at: service, changeID: "c2")
    try await anna.does(.removeOperator(id: "carl"), at: service, changeID: "c3")
    await #expect(throws: ContractRefusal.roleMissing(.approver)) { try await carl.decides("c3", at: service) }
    try await bert.decides("c2", at: service)
    // Nothing is carried out for one who is an operator no more.
    await #expect(throws: ContractRefusal.proposerGone("anna")) { try await bert.decides("c3", at: service) }
    await #expect(throws: ContractRefusal.unknownOperator) {
      try await anna.does(.addPartner(Self.bank, Self.record), at: service)
    }
    // Her name is not given again.
    await #expect(throws: ContractRefusal.idTaken("anna")) {
      try await carl.does(.addOperator(id: "anna", key: try TestOperator("anna").key, roles: []), at: service)
    }
  }

  @Test("a change is rejected by another one, withdrawn by its own proposer, and over after a week")
  func rejects() async throws {
    let service = try await founded()
    for id in ["c1", "c2", "c3"] { try await anna.does(add(carl), at: service, changeID: id) }
    #expect(try await bert.decides("c1", approves: false, at: service).state == .rejected)
    #expect(try await anna.decides("c2", approves: false, at: service).decidedBy == "anna")
    clock.advance(7 * 86400)
    await #expect(throws: ContractRefusal.decided) { try await bert.decides("c3", at: service) }
    #expect(try await service.operators().count == 2)
    #expect(events(.changeRejected).count == 2)
  }

  @Test("enough operators remain to change anything, and a service where one person may do all needs no second")
  func remaining() async throws {
    let service = try await founded()
    await #expect(throws: ContractRefusal.tooFewOperators) {
      try await anna.does(.removeOperator(id: "bert"), at: service)
    }
    let alone = self.service(approvals: 1)
    #expect(try await anna.does(.removeOperator(id: "bert"), at: alone) == .done(revision: 2))
    await #expect(throws: ContractRefusal.tooFewOperators) {
      try await anna.does(.removeOperator(id: "anna"), at: alone)
    }
  }

  @Test("the first operators are two at least, of different names and keys, and are put in once")
  func founding() async throws {
    let service = service()
    await #expect(throws: ContractRefusal.tooFewOperators) { try await service.found([(anna.id, anna.key)]) }
    await #expect(throws: ContractRefusal.keyTaken) { try await service.found([("a", anna.key), ("b", anna.key)]) }
    await #expect(throws: ContractRefusal.badName("A")) { try await service.found([("A", anna.key), ("b", bert.key)]) }
    await #expect(throws: ContractRefusal.noOperators) { try await anna.does(add(carl), at: service) }
    try await service.found([(anna.id, anna.key), (bert.id, bert.key)])
    await #expect(throws: ContractRefusal.alreadyFounded) { try await service.found([("carl", carl.key)]) }
  }

  // MARK: Proofs

  @Test("a proof is good for its act, its service, its moment and once")
  func proofs() async throws {
    let service = try await founded()
    let act = ContractAct.addPartner(Self.bank, Self.record)
    let statement = try await service.statement(of: act)
    let proof = try anna.sign(statement)
    // By a key that no operator has.
    await #expect(throws: ContractRefusal.unknownOperator) {
      try await service.perform(act, carl.sign(statement), changeID: "c")
    }
    // For another act of the same kind, and for another partner.
    let others = [
      ContractAct.addPartner(Self.bank, ContractRecord(JSONObject([("id", "bank")]), sealed: nil)),
      .addPartner(PartnerID("other"), Self.record), .suspendPartner(Self.bank, reason: "x"),
    ]
    for other in others {
      await #expect(throws: ContractRefusal.unknownOperator) {
        try await service.perform(other, proof, changeID: "c")
      }
    }
    // At another service of the same operators.
    await #expect(throws: ContractRefusal.unknownOperator) {
      try await self.service(name: "other").perform(act, proof, changeID: "c")
    }
    // A signature by somebody else under the name of her key.
    let forged = OperatorProof(
      key: anna.key, statement: statement, signature: try carl.sign(statement).signature)
    await #expect(throws: ContractRefusal.unknownOperator) { try await service.perform(act, forged, changeID: "c") }
    clock.advance(301)
    await #expect(throws: ContractRefusal.statementTooOld) { try await service.perform(act, proof, changeID: "c") }
    clock.advance(-301)
    _ = try await service.perform(act, proof, changeID: "c")
    await #expect(throws: ContractRefusal.outdated) { try await service.perform(act, proof, changeID: "c") }
    #expect(events(.accessRefused).count == 7)
  }

  @Test("the one who approves is shown all that an act does, but no secret")
  func shown() throws {
    let person = add(carl, roles: [.approver]).shown.object
    #expect(person?["fingerprint"] == .string(carl.key.fingerprint) && person?["roles"] == ["approver"])
    let partner = ContractAct.addPartner(Self.bank, Self.record)
    let shown = try #require(partner.shown.object)
    #expect(shown["record"]?.object?["name"] == "Bank" && shown["hasSecret"] == true)
    #expect(!String(decoding: partner.shown.compact(), as: UTF8.self).contains("sealed"))
    #expect(shown["digest"]?.string?.count == 64)
  }

  @Test("an act is read back from its text as it was, and from no other")
  func texts() throws {
    let acts = [
      add(carl, roles: [.auditor, .approver]), .removeOperator(id: "carl"), .addPartner(Self.bank, Self.record),
      .suspendPartner(Self.bank, reason: "r"), .resumePartner(Self.bank, reason: "r"),
      .addClient(ClientID("app"), of: Self.bank, ContractRecord(JSONObject([("id", "app")]), sealed: nil)),
      .removeClient(ClientID("app"), of: Self.bank),
    ]
    for act in acts {
      #expect(ContractAct(text: act.text) == act)
      #expect(ContractAct(text: Array(act.text.dropLast())) == nil)
    }
    #expect(Set(acts.map(\.digest)).count == acts.count)
    #expect(ContractAct(text: Array(#"{"kind":"partner.add","subject":"bank"}"#.utf8)) == nil)
  }
}
