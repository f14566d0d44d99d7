import AuditLog
import Crypto
import Foundation
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import TransparencyLog
import WireJSON

@Suite("Cosignatures and MACs of the log in the SQLite store", .timeLimit(.minutes(2)))
struct CosignatureRowsTests {
  private static let secret = P256.Signing.PrivateKey()
  private static let witness = Curve25519.Signing.PrivateKey()
  private let path: String
  private let store: SQLiteFileStore
  private var log: SQLiteLog { SQLiteLog(store) }

  init() throws {
    path = try temporaryFolder().appendingPathComponent("store.sqlite").path
    store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none)
  }

  private static func key() throws -> NoteKey {
    try NoteKey(name: "example.com/log", kind: .ecdsaP256, publicKey: Array(secret.publicKey.derRepresentation))
  }

  private static func witnessKey() throws -> NoteKey {
    try NoteKey(name: "witness", kind: .cosignature, publicKey: Array(witness.publicKey.rawRepresentation))
  }

  private func append(_ count: Int) async throws {
    try await store.write {
      for number in 0..<count { try $0.append(AuditEvent(.keyMade, [("n", .integer(Int64(number)))])) }
    }
  }

  private func sequence() async throws {
    let environment = Sequencer.Environment(
      origin: "example.com/log", key: try Self.key(),
      sign: { Array(try Self.secret.signature(for: $0).derRepresentation) }, milliseconds: { 5 })
    let sequencer = try await Sequencer(log, environment)
    while try await sequencer.step() > 0 {}
  }

  /// Of the newest checkpoint.
  private func cosignature(at time: UInt64 = 9) async throws -> KeptCosignature {
    let checkpoint = try #require(try await log.checkpoint())
    let message = try #require(Cosignature.message(text: SignedNote(checkpoint).text, time: time))
    let signature = try #require(Cosignature(time: time, signature: Array(try Self.witness.signature(for: message))))
    return KeptCosignature(
      witness: try Self.witnessKey().vkey, checkpoint: checkpoint, signature: signature.octets)
  }

  @Test("of two cosignatures of one checkpoint the later one stays")
  func later() async throws {
    try await append(3)
    try await sequence()
    for (time, stays) in [(9, 9), (12, 12), (10, 12), (12, 12)] as [(UInt64, UInt64)] {
      try await log.keep(try await cosignature(at: time))
      #expect(try await log.cosignatures().map(\.time) == [stays])
    }
  }

  private func stamp(_ token: UInt8 = 1) async throws -> KeptStamp {
    let signed = try #require(try await log.signedCheckpoint())
    #expect(signed.time == 5)
    return KeptStamp(day: 0, checkpoint: signed.octets, token: [token])
  }

  private func inspected(_ rowMACs: RowMACs? = nil) async throws -> LogInspection.Result {
    let inspection = try LogInspection(key: try Self.key(), witnesses: [try Self.witnessKey()])
    return try inspection.finish(try await SQLiteLogFile.readLog(path: path, inspection.readers, rowMACs: rowMACs))
  }

  private func edit(_ statement: String) async throws {
    #expect(try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", path, statement]).status == 0)
  }

  @Test("the newest cosignature of a witness is kept, also when an older one comes later, and read after a start")
  func newest() async throws {
    try await append(10)
    try await sequence()
    let first = try await cosignature()
    try await log.keep(first)
    try await append(10)
    try await sequence()
    let second = try await cosignature()
    try await log.keep(second)
    try await log.keep(first)
    #expect(try await log.cosignatures() == [second])
    #expect(try await inspected().witnessed.map(\.size) == [20])
    let next = try SQLiteFileStore(path: path, mayCreate: false, rowMACs: .test, rowChecks: .none)
    #expect(try await SQLiteLog(next).cosignatures() == [second])
  }

  @Test("a cosignature that was edited is not served, is found offline, and the next one takes its place")
  func edited() async throws {
    try await append(10)
    try await sequence()
    let cosignature = try await cosignature()
    try await log.keep(cosignature)
    try await edit("UPDATE audit_cosignature SET signature = CAST(zeroblob(72) AS BLOB)")
    #expect(try await log.cosignatures() == [])
    await #expect(throws: LogVerifier.Finding.cosignature(witness: cosignature.witness)) { try await inspected() }
    try await log.keep(cosignature)
    #expect(try await log.cosignatures() == [cosignature])
    _ = try await inspected(.test)
  }

  @Test("a day has one time-stamp, the first; one that was edited is replaced")
  func stamps() async throws {
    #expect(try await log.signedCheckpoint() == nil)
    try await append(10)
    try await sequence()
    try await log.keep(try await stamp())
    try await log.keep(try await stamp(2))
    #expect(try await log.hasStamp(of: 0))
    #expect(try await !log.hasStamp(of: 1))
    #expect(try await keptStamps().map(\.token) == [[1]])
    try await edit("UPDATE audit_stamp SET token = zeroblob(1)")
    #expect(try await !log.hasStamp(of: 0))
    try await log.keep(try await stamp(2))
    #expect(try await keptStamps() == [try await stamp(2)])
  }

  private func keptStamps() async throws -> [KeptStamp] {
    let stamps = Mutex<[KeptStamp]>([])
    var readers = LogReaders { _, _ in }
    readers.stamp = { stamp in stamps.withLock { $0.append(stamp) } }
    _ = try await SQLiteLogFile.readLog(path: path, readers)
    return stamps.withLock(\.self)
  }

  @Test(
    "with the device's MACs a row of the log that somebody else wrote is found, though everything fits",
    arguments: [
      "UPDATE audit_lane SET row_mac = zeroblob(32)", "UPDATE audit_progress SET row_mac = zeroblob(32)",
      "UPDATE audit_tree SET time = time + 1", "UPDATE audit_cosignature SET row_mac = zeroblob(32)",
      "UPDATE audit_stamp SET token = zeroblob(1)",
    ])
  func device(_ statement: String) async throws {
    try await append(10)
    try await sequence()
    try await log.keep(try await cosignature())
    try await log.keep(try await stamp())
    _ = try await inspected(.test)
    try await edit(statement)
    _ = try await inspected()
    await #expect(throws: StoreError.self) { try await inspected(.test) }
  }
}
