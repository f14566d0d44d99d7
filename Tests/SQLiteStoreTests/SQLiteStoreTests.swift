import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("The SQLite store", .timeLimit(.minutes(2)))
struct SQLiteStoreTests {
  /// SQLite rolls back by itself then, and what runs after it in the group must not be committed alone.
  @Test("a full disk fails whole groups and leaves the chain whole")
  func fullDisk() async throws {
    let path = try newPath()
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none, largestSize: 120)
    let filler = JSONValue.string(String(repeating: "x", count: 3000))
    let kept = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<300 {
        group.addTask {
          do {
            try await store.write { transaction in
              try transaction.append(AuditEvent(.keyMade, [("filler", filler)]))
            }
            return true
          } catch { return false }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(kept < 300)
    #expect(try await verify(path) == nil)
    let entries = Atomic(0)
    _ = try await SQLiteLogFile.readAudit(path: path) { _, _ in entries.add(1, ordering: .relaxed) }
    #expect(entries.load(ordering: .relaxed) == kept)
  }

  @Test("a missing database is not made by accident, and the error shows the way")
  func missingDatabase() throws {
    let error = #expect(throws: StoreOpenError.self) {
      try SQLiteFileStore(path: newPath(), mayCreate: false, rowMACs: .test, rowChecks: .none)
    }
    #expect(error?.description.contains("countersign init") == true)
  }

  @Test("text with U+0000 is not taken for the text before it, and is not written")
  func nullCharacters() async throws {
    let store = try SQLiteFileStore(path: try newPath(), mayCreate: true, rowMACs: .test, rowChecks: .none)
    let credential = try await SigningFixture(store: store).createCredential()
    let longer = CredentialID(credential.id.rawValue + "\0x")
    #expect(try await store.read { try $0.mac(of: credential.id) } != nil)
    #expect(try await store.read { try $0.mac(of: longer) } == nil)
    #expect(try await store.read { try $0.credential(longer) } == nil)
    #expect(try await store.read { try $0.credentials(of: SignerID("s\0"), after: nil, limit: 9) }.isEmpty)
    await #expect(throws: StoreError.unstorable) {
      try await store.write { try $0.put(.fresh, .pin, of: longer) }
    }
  }

  @Test("a SAD without its slots signs nothing, and it is written down; slots that were added are no slots of ours")
  func missingSlots() async throws {
    let path = try newPath()
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential, count: 2).sad
    _ = try await fixture.sign(credential, sad, [digest("a")])
    try await sql(path, "CREATE TABLE kept AS SELECT * FROM slots; DELETE FROM slots")
    await #expect(throws: InternalFault.rowIntegrity(credential.id)) {
      try await fixture.sign(credential, sad, [digest("b")])
    }
    await #expect(throws: InternalFault.rowIntegrity(credential.id)) {
      try await fixture.service.authorizations.extend(
        ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []), as: fixture.principal())
    }
    let found = try await run(
      "/usr/bin/sqlite3",
      [
        path,
        "SELECT count(*) FROM audit_entry WHERE CAST(substr(header, 11, 18) AS TEXT) = 'integrity.violated'",
      ])
    #expect(found.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2")
    try await sql(path, "INSERT INTO slots SELECT activation, states || x'00', row_mac FROM kept")
    await #expect(throws: StoreError.self) { try await fixture.sign(credential, sad, [digest("b")]) }
    try await sql(path, "DELETE FROM slots; INSERT INTO slots SELECT * FROM kept")
    _ = try await fixture.sign(credential, sad, [digest("b")])
  }

  @Test("a SAD that was extended stays dead when the column that says so is turned back")
  func turnedBack() async throws {
    let path = try newPath()
    let fixture = SigningFixture(
      store: try SQLiteFileStore(
        path: path, mayCreate: true, rowMACs: .test, rowChecks: .none))
    let credential = try await fixture.createCredential()
    let sad = try await fixture.authorize(credential).sad
    _ = try await fixture.service.authorizations.extend(
      ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []), as: fixture.principal())
    try await sql(path, "UPDATE activation SET replaced = 0")
    let error = await #expect(throws: StoreError.self) { try await fixture.sign(credential, sad, [digest("a")]) }
    guard case .edited(let row)? = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(row.table == "activation")
  }

  @Test("what was committed is there after the file is opened again")
  func reopening() async throws {
    let path = try newPath()
    let credential = try await SigningFixture(
      store: SQLiteFileStore(
        path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    )
    .createCredential()
    let again = try SQLiteFileStore(path: path, mayCreate: false, rowMACs: .test, rowChecks: .none)
    #expect(try await again.read { try $0.mac(of: credential.id) } != nil)
  }

  @Test("the log verifies after concurrent transactions, and an edited entry is named")
  func audit() async throws {
    let path = try newPath()
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          try await store.write { try $0.append(AuditEvent(.keyMade, [("n", .integer(Int64(number)))])) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await verify(path) == nil)
    try await sql(path, "UPDATE audit_entry SET payload = replace(payload, '\"n\":', '\"m\":') WHERE position = 17")
    #expect(try await verify(path) == .changed(position: 17))
  }

  @Test(
    "removing, swapping or cutting off entries is noticed",
    arguments: [
      ("DELETE FROM audit_entry WHERE position = 5", Damage.missing(5)),
      ("DELETE FROM audit_entry WHERE position > 8", .cut(expected: 10, found: 8)),
      (
        "UPDATE audit_entry SET position = -position WHERE position IN (3, 4); UPDATE audit_entry SET position = 7 + position WHERE position < 0",
        .moved(3)
      ),
    ])
  func damagedLog(damage: String, finding: Damage) async throws {
    let path = try newPath()
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    for number in 0..<10 {
      try await store.write { try $0.append(AuditEvent(.keyMade, [("n", .integer(Int64(number)))])) }
    }
    try await sql(path, damage)
    #expect(try await Damage(#require(verify(path))) == finding)
  }

  /// A finding without the name of the lane, which is random.
  enum Damage: Equatable {
    case missing(Int64)
    case moved(Int64)
    case cut(expected: Int64, found: Int64)
    case changed(Int64)

    init(_ finding: LaneVerifier.Finding) {
      switch finding {
      case .missing(let position): self = .missing(position)
      case .changed(let position): self = .changed(position)
      case .outOfOrder(let position, _): self = .moved(position)
      case .laneDiffers(_, let expected, let found): self = .cut(expected: expected, found: found)
      }
    }
  }

  @Test("numbers where the log has octets are a finding, and end no process", arguments: ["header", "payload", "salt"])
  func numbersInLog(column: String) async throws {
    let path = try newPath()
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
    for _ in 0..<3 { try await store.write { try $0.append(AuditEvent(.keyMade, [])) } }
    try await sql(path, "UPDATE audit_entry SET \(column) = 7 WHERE position = 3")
    #expect(try await verify(path) != nil)
  }

  private func verify(_ path: String) async throws -> LaneVerifier.Finding? {
    let verifier = Mutex(LaneVerifier())
    do {
      let lanes = try await SQLiteLogFile.readAudit(path: path) { entry, position in
        _ = try verifier.withLock { try $0.accept(entry, at: position) }
      }
      try verifier.withLock { try $0.finish(lanes) }
      return nil
    } catch let finding as LaneVerifier.Finding {
      return finding
    }
  }

  private func newPath() throws -> String { try temporaryFolder().appendingPathComponent("test.sqlite").path }

  /// Edits the file from outside, as somebody with access to it could.
  private func sql(_ path: String, _ statement: String) async throws {
    #expect(try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statement]).status == 0)
  }
}
