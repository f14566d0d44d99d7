import AuditLog
import Foundation
import OpenSSLPKI
import SQLiteStore
import SoleControl
import Synchronization
import TransparencyLog
import WireJSON

/// Measures the audit log: recording, its tree, and its verification.
struct LogBench {
  /// Entries that share a commit: the log is measured, not the disk.
  private static let inCommit = 1000

  let stand: TestStand
  /// Number of entries.
  let entries: Int

  func run() async throws {
    let size = try await stand.logSize()
    if size.signatures > 0 {
      print(
        "audit log of the pairs above: \(size.octets / size.signatures) octets for each signature, with its authorization"
      )
    }
    let path = stand.path("log.sqlite")
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: stand.rowMACs, rowChecks: .none)
    let recorded = try await time {
      for _ in 0..<entries / Self.inCommit {
        try await store.write(reading: []) { transaction in
          for number in 0..<Self.inCommit { try transaction.append(Self.event(number)) }
        }
      }
    }
    report("recorded", recorded)
    let sequencer = try await Sequencer(SQLiteLog(store), try stand.logEnvironment())
    let sequenced = try await time { while try await sequencer.step() > 0 {} }
    report("put into the tree, checkpoints signed", sequenced)
    try store.close()
    let inspection = try LogInspection(key: try stand.logEnvironment().key)
    let verified = try await time {
      let result = try inspection.finish(try await SQLiteLogFile.readLog(path: path, inspection.readers))
      guard result.inTree == UInt64(entries / Self.inCommit * Self.inCommit) else { throw Wrong() }
    }
    report("verified", verified)
    print("")
  }

  private struct Wrong: Error {}

  private func report(_ what: String, _ seconds: Double) {
    print("  \(what): \(Int(Double(entries) / seconds)) entries/s, \(entries) in \(String(format: "%.1f", seconds)) s")
  }

  private func time(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start).seconds
  }

  /// As large as the entry of a signature, and without a meaning that would contradict others.
  private static func event(_ number: Int) -> AuditEvent {
    AuditEvent(
      .keyMade, partner: "portal",
      [
        ("operation", .string("0123456789abcdef0123456789abcdef")), ("count", .integer(Int64(number))),
        ("signatures", .string(String(repeating: "a", count: 64))),
      ])
  }
}

extension TestStand {
  /// Octets of the audit log's entries, and the number of signatures of which it tells.
  func logSize() async throws -> (octets: Int, signatures: Int) {
    let size = Mutex((octets: 0, signatures: 0))
    _ = try await SQLiteLogFile.readAudit(path: path("bench.sqlite")) { entry, _ in
      let made = entry.object.flatMap { $0["kind"] == "signature.made" ? $0["count"]?.integer : nil } ?? 0
      size.withLock {
        $0.octets += entry.header.count + entry.salt.count + (entry.payload?.count ?? 0)
        $0.signatures += Int(made)
      }
    }
    return size.withLock(\.self)
  }
}
