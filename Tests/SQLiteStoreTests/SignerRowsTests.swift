import AuditLog
import Enrolment
import Foundation
import RecordedCalls
import OAuth
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("Rows of signers in the database", .timeLimit(.minutes(2)))
struct SignerRowsTests {
  private static let partner = PartnerID("p")
  private let path: String

  init() throws { path = try temporaryFolder().appendingPathComponent("test.sqlite").path }

  private func opened(_ checks: RowChecks = .none) throws -> SQLiteFileStore {
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: checks)
  }

  private func sql(_ statement: String) async throws -> String {
    let result = try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statement])
    #expect(result.status == 0, "\(result.output)")
    return result.output
  }

  private static func signer(_ number: Int) -> Signer {
    Signer(
      id: SignerID("s\(number)"), partner: partner, kind: .person, representative: nil, created: Int64(number),
      dataKey: WrappedKey([UInt8(number)]), state: .open, locale: "de", external: nil, sealed: [1], revision: 1)
  }

  /// Ids of all signers, page by page of one.
  private func listed(_ store: SQLiteEnrolment) async throws -> [String] {
    var selection = SignerSelection(limit: 1)
    var found: [String] = []
    for _ in 0..<10 {
      let page = try await store.readEnrolment(reading: [.signers(of: Self.partner)]) { [selection] in
        try $0.signers(of: Self.partner, selection)
      }
      found += page.signers.map(\.id.rawValue)
      guard let next = page.next else { break }
      selection.after = next
    }
    return found
  }

  @Test(
    "a list goes on after a signer whose row or key was edited, or whose key was erased",
    arguments: [
      "UPDATE signer SET locale = 'fr' WHERE id = 's2'", "UPDATE signer_key SET wrapped = x'09' WHERE signer = 's2'",
      "DELETE FROM signer_key WHERE signer = 's2'",
    ])
  func badRow(edit: String) async throws {
    let file = try opened()
    let store = SQLiteEnrolment(file)
    try await store.writeEnrolment(reading: []) { for number in 1...3 { try $0.add(Self.signer(number)) } }
    #expect(try await listed(store) == ["s1", "s2", "s3"])
    _ = try await sql(edit)
    #expect(try await listed(store) == ["s1", "s3"])
    let isErased = edit.hasPrefix("DELETE")
    let read: @Sendable () async throws -> Signer? = {
      try await store.readEnrolment(reading: []) { try $0.signer(SignerID("s2"), of: Self.partner) }
    }
    if isErased {
      #expect(try await read() == nil)
    } else {
      await #expect(throws: StoreError.self) { try await read() }
    }
  }

  @Test("so many calls that are over are removed at once, and the next time the others")
  func removal() async throws {
    let store = SQLiteEnrolment(try opened())
    try await store.writeEnrolment(reading: []) { transaction in
      for number in 0..<250 {
        let name = CallKey(client: ClientID("c"), digest: [UInt8(number)])
        try transaction.put(
          RecordedCall(call: IncomingCall(name: name, fingerprint: [1]), answer: [2], expires: Int64(number)))
      }
    }
    for left in ["50", "1", "1"] {
      try await store.writeEnrolment(reading: []) { try $0.removeCalls(expiredBefore: 249) }
      let count = try await sql("SELECT count(*) FROM recorded_call")
      #expect(count.filter { !$0.isWhitespace } == left)
    }
  }

  @Test("a database of the build before the partner API, with rows and entries, is whole in this one and takes signers")
  func earlierBuild() async throws {
    var file = try opened(.all)
    let token = TokenFixture.token
    try await file.writeOAuth { try $0.put(token) }
    try await file.write { try $0.append(AuditEvent(.keyMade, [])) }
    try file.close()
    // Without that which migration 0009 adds: tables with their indices, and its name.
    _ = try await sql(
      """
      DROP TABLE signer; DROP TABLE signer_key; DROP TABLE recorded_call;
      DELETE FROM grdb_migrations WHERE identifier = '0009';
      """)
    file = try opened(.all)
    #expect(try await file.readOAuth { try $0.token(token.digest) } == token)
    try await SQLiteEnrolment(file).writeEnrolment(reading: []) { try $0.add(Self.signer(1)) }
    try file.close()
    file = try opened(.all)
    #expect(try await listed(SQLiteEnrolment(file)) == ["s1"])
    #expect(try await sql("SELECT count(*) FROM grdb_migrations WHERE identifier = '0009'").hasPrefix("1"))
    try file.close()
  }
}

private enum TokenFixture {
  static let token = TokenRecord(
    digest: [1], kind: .access, partner: "portal", signer: "alice", grant: "g", expires: 9)
}
