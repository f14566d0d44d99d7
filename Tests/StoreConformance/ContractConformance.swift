import AuditLog
public import Contracts
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// The promises of a store of contracts.
public struct ContractConformance: Sendable {
  private let makeStore: @Sendable () throws -> any ContractStore

  /// - Parameter makeStore: makes a store with nothing in it.
  public init(_ makeStore: @escaping @Sendable () throws -> any ContractStore) { self.makeStore = makeStore }

  private static func record(_ name: String, sealed: [UInt8]? = nil) -> ContractRecord {
    ContractRecord(JSONObject([("name", .string(name)), ("list", [1, ["a": .null]])]), sealed: sealed)
  }

  /// Operators, partners, clients and the revision are kept and replaced, in the order of their ids.
  public func rowsAreKept() async throws {
    let store = try makeStore()
    #expect(try await store.readContracts { try $0.contractRevision() } == 0)
    let (bert, anna) = (try TestOperator("bert"), try TestOperator("anna"))
    @Sendable func person(_ one: TestOperator, _ state: Operator.State = .active) -> Operator {
      Operator(id: one.id, roles: [.registrar, .auditor], key: one.key, state: state, added: 7)
    }
    @Sendable func partner(_ id: String, revision: Int64 = 1, isSuspended: Bool = false) -> StoredPartner {
      StoredPartner(
        id: PartnerID(id), revision: revision, isSuspended: isSuspended, record: Self.record(id, sealed: [0, 1, 255]))
    }
    @Sendable func client(_ id: String, of partner: String = "b") -> StoredClient {
      StoredClient(id: ClientID(id), partner: PartnerID(partner), record: Self.record(id))
    }
    try await store.writeContracts { transaction in
      try transaction.put(contractRevision: 1)
      for one in [bert, anna] { try transaction.put(person(one)) }
      for id in ["b", "a"] { try transaction.put(partner(id)) }
      for id in ["d", "c"] { try transaction.put(client(id)) }
    }
    #expect(try await store.readContracts { try $0.contractRevision() } == 1)
    #expect(try await store.readContracts { try $0.operators() } == [person(anna), person(bert)])
    #expect(try await store.readContracts { try $0.storedPartners() } == [partner("a"), partner("b")])
    #expect(try await store.readContracts { try $0.storedClients() } == [client("c"), client("d")])
    try await store.writeContracts { transaction in
      try transaction.put(contractRevision: 2)
      try transaction.put(person(anna, .removed))
      try transaction.put(partner("a", revision: 2, isSuspended: true))
      try transaction.put(client("c", of: "a"))
    }
    #expect(try await store.readContracts { try $0.contractRevision() } == 2)
    #expect(try await store.readContracts { try $0.operators() } == [person(anna, .removed), person(bert)])
    #expect(
      try await store.readContracts { try $0.storedPartner(PartnerID("a")) }
        == partner("a", revision: 2, isSuspended: true))
    #expect(try await store.readContracts { try $0.storedClient(ClientID("c")) } == client("c", of: "a"))
    let removed = StoredClient(
      id: ClientID("c"), partner: PartnerID("a"), record: Self.record("c"), isRemoved: true)
    try await store.writeContracts { try $0.put(removed) }
    #expect(try await store.readContracts { try $0.storedClient(ClientID("c")) } == removed)
    #expect(try await store.readContracts { try $0.storedClients() } == [removed, client("d")])
    #expect(try await store.readContracts { try $0.storedClient(ClientID("none")) } == nil)
    #expect(try await store.readContracts { try $0.storedPartner(PartnerID("none")) } == nil)
  }

  /// Changes are kept with their acts, the last ones first.
  public func changesAreKept() async throws {
    let store = try makeStore()
    @Sendable func change(_ id: String, _ proposed: UnixTime, _ state: Change.State = .proposed) -> Change {
      Change(
        id: id, act: .addPartner(PartnerID("p"), Self.record(id, sealed: [9])), proposedBy: "anna", proposed: proposed,
        expires: proposed + 10, state: state, decidedBy: state == .proposed ? nil : "bert")
    }
    try await store.writeContracts { transaction in
      for one in [change("2", 5), change("1", 5), change("3", 6)] { try transaction.put(one) }
    }
    #expect(
      try await store.readContracts { try $0.changes(limit: 9) } == [change("3", 6), change("1", 5), change("2", 5)])
    #expect(try await store.readContracts { try $0.changes(limit: 1) } == [change("3", 6)])
    try await store.writeContracts { try $0.put(change("2", 5, .approved)) }
    #expect(try await store.readContracts { try $0.change("2") } == change("2", 5, .approved))
    #expect(try await store.readContracts { try $0.change("4") } == nil)
  }

  /// An act that fails leaves nothing, and its revision is the old one.
  public func aFailedActLeavesNothing() async throws {
    struct Failure: Error {}
    let store = try makeStore()
    await #expect(throws: Failure.self) {
      try await store.writeContracts { transaction in
        try transaction.put(contractRevision: 1)
        try transaction.append(AuditEvent(.configurationChanged, []))
        throw Failure()
      }
    }
    #expect(try await store.readContracts { try $0.contractRevision() } == 0)
  }
}
