import Contracts
import Foundation
import SQLiteStore
import SoleControl
import StoreConformance
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Rows of contracts", .timeLimit(.minutes(1)))
struct ContractRowsTests {
  private static func conformance(_ kind: StoreKind, _ file: StoreFile) -> ContractConformance {
    ContractConformance {
      guard kind != .memory else { return MemoryStore() }
      return SQLiteContracts(
        try SQLiteFileStore(
          path: try file.new(), mayCreate: true, rowMACs: .test, rowChecks: .none, largestSize: nil,
          rehearses: kind == .repeated))
    }
  }

  @Test("a store keeps contracts, and counts all that was done to rows", arguments: StoreKind.allCases, [0, 1, 2])
  func promises(kind: StoreKind, number: Int) async throws {
    let file = StoreFile()
    let conformance = Self.conformance(kind, file)
    switch number {
    case 0: try await conformance.rowsAreKept()
    case 1: try await conformance.changesAreKept()
    default: try await conformance.aFailedActLeavesNothing()
    }
    guard kind != .memory else { return }
    try SQLiteFileStore(path: file.path, mayCreate: false, rowMACs: .test, rowChecks: .all).close()
  }

  @Test("a client that is added by SQL is none, and with one that was edited nothing goes on")
  func addedByHand() async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .all)
    let contracts = SQLiteContracts(store)
    let record = ContractRecord(JSONObject([("id", "app")]), sealed: nil)
    let mine = StoredClient(id: ClientID("app"), partner: PartnerID("p"), record: record)
    try await contracts.writeContracts { try $0.put(mine) }
    let added = try await run(
      "/usr/bin/sqlite3",
      [
        "-cmd", ".timeout 10000", path,
        """
        INSERT INTO partner_client SELECT 'mine', partner, state, body, sealed, row_mac FROM partner_client;
        INSERT INTO operator VALUES ('mallory', 'registrar approver', x'00', 'active', 0, zeroblob(32));
        """,
      ])
    #expect(added.status == 0)
    #expect(try await contracts.readContracts { try $0.storedClients() } == [mine])
    #expect(try await contracts.readContracts { try $0.operators() }.isEmpty)
    await #expect(throws: StoreError.self) {
      try await contracts.readContracts { try $0.storedClient(ClientID("mine")) }
    }
    // An edit of one that was there stops all changes.
    let edited = try await run(
      "/usr/bin/sqlite3",
      ["-cmd", ".timeout 10000", path, "UPDATE partner_client SET partner = 'mine' WHERE id = 'app'"])
    #expect(edited.status == 0)
    #expect(try await contracts.readContracts { try $0.storedClients() }.isEmpty)
    await #expect(throws: StoreError.self) { try await contracts.writeContracts { try $0.put(contractRevision: 1) } }
  }
}
