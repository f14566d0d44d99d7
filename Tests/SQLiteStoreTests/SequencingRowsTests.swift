import AuditLog
import Crypto
import Foundation
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import TransparencyLog
import WireJSON

@Suite("The log's tree in the SQLite store", .timeLimit(.minutes(2)))
struct SequencingRowsTests {
  private static let key = P256.Signing.PrivateKey()
  private let path: String
  private let store: SQLiteFileStore

  init() throws {
    path = try temporaryFolder().appendingPathComponent("store.sqlite").path
    store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
  }

  private static func noteKey() throws -> NoteKey {
    try NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: Array(key.publicKey.derRepresentation))
  }

  private func sequencer(_ store: SQLiteFileStore? = nil) async throws -> Sequencer {
    let environment = Sequencer.Environment(
      origin: "example.com/log", key: try Self.noteKey(),
      sign: { Array(try Self.key.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
    return try await Sequencer(SQLiteLog(store ?? self.store), environment)
  }

  private func append(_ count: Int, _ store: SQLiteFileStore? = nil) async throws {
    try await (store ?? self.store).write {
      for number in 0..<count { try $0.append(AuditEvent(.keyMade, [("n", .integer(Int64(number)))])) }
    }
  }

  private func inspected() async throws -> LogInspection.Result {
    let inspection = try LogInspection(key: try Self.noteKey())
    return try inspection.finish(try await SQLiteLogFile.readLog(path: path, inspection.readers))
  }

  @Test("entries of two processes get into one tree; a reader of the file finds it whole, also with entries behind it")
  func growth() async throws {
    let other = try SQLiteFileStore(path: path, mayCreate: false, rowMACs: .test, rowChecks: .none)
    let sequencer = try await sequencer()
    for count in [1, 254, 1, 600] {
      try await append(count)
      try await append(count, other)
      #expect(try await sequencer.step() == 2 * count)
      #expect(try await sequencer.step() == 0)
    }
    try await append(3)
    #expect(try await inspected() == LogInspection.Result(entries: 1715, inTree: 1712))
    #expect(try await SQLiteLog(store).checkpoint() == sequencer.checkpoint)
    // The next process goes on with both lanes.
    let next = try await self.sequencer(other)
    #expect(try await next.step() == 3)
    try await append(1)
    await #expect(throws: SequencingFault.overtaken) { try await sequencer.step() }
    #expect(try await inspected() == LogInspection.Result(entries: 1716, inTree: 1715))
    #expect(try await next.step() == 1)
    await #expect(throws: SequencingFault.overtaken) { try await sequencer.step() }
  }

  @Test(
    "what is edited in a log that is in the tree is found by who has its key",
    arguments: [
      ("UPDATE audit_entry SET payload = CAST('{}' AS BLOB) WHERE position = 7", "entry 7 was changed"),
      ("DELETE FROM audit_entry WHERE position = 7", "entry 7 is missing"),
      ("UPDATE audit_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND number = 0", "tile/0/000"),
      ("DELETE FROM audit_tile WHERE level = 1", "tile/1/000 is missing"),
      ("INSERT INTO audit_tile VALUES (3, 0, zeroblob(32))", "tile/3/000"),
      ("UPDATE audit_progress SET count = count - 1", "in the tree, lane "),
      ("DELETE FROM audit_progress", "in the tree, lane "),
      ("DELETE FROM audit_tree; DELETE FROM audit_tile", "there is no stored checkpoint"),
      ("UPDATE audit_tree SET checkpoint = zeroblob(200)", "the stored checkpoint is no checkpoint"),
      ("DELETE FROM audit_entry WHERE position > 500; DELETE FROM audit_lane", "of 600 entries, which the log has not"),
    ])
  func edited(_ edit: String, _ told: String) async throws {
    try await append(600)
    while try await sequencer().step() > 0 {}
    _ = try await inspected()
    #expect(try await run("/usr/bin/sqlite3", [path, edit]).status == 0)
    let error = await #expect(throws: LogVerifier.Finding.self) { try await inspected() }
    let text = try #require(error).description
    #expect(text.contains(told), "\(text)")
  }

  @Test("a tree that is put back with its MAC to an older row does not fit its tiles")
  func putBack() async throws {
    let sequencer = try await sequencer()
    try await append(10)
    _ = try await sequencer.step()
    #expect(try await run("/usr/bin/sqlite3", [path, "CREATE TABLE kept AS SELECT * FROM audit_tree"]).status == 0)
    try await append(10)
    _ = try await sequencer.step()
    let back = """
      UPDATE audit_tree SET (checkpoint, time, fence, row_mac) = (SELECT checkpoint, time, fence, row_mac FROM kept)
      """
    #expect(try await run("/usr/bin/sqlite3", [path, back]).status == 0)
    try await append(10)
    await #expect(throws: SequencingFault.overtaken) { try await sequencer.step() }
    await #expect(throws: LogVerifier.Finding.self) { try await inspected() }
    // The progress of the lanes is ahead of it.
    let next = try await self.sequencer()
    let fault = await #expect(throws: SequencingFault.self) { try await next.step() }
    guard case .entries(.outOfOrder(position: 11, _))? = fault else {
      Issue.record("\(fault as Any)")
      return
    }
  }
}
