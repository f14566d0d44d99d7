import AuditLog
import Enrolment
import Foundation
import SQLiteStore
import SoleControl
import StoreConformance
import Synchronization
import TestSupport
import Testing

/// A kind of store, all of which promise the same.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
  case memory, sqlite
  /// With every body run twice.
  case repeated

  var testDescription: String { rawValue }

  /// - Parameter file: gets the path of the file, if there is one.
  func conformance(_ file: StoreFile) -> StoreConformance {
    switch self {
    case .memory:
      StoreConformance {
        MemoryStore()
      } readAudit: { store in
        let audit = try #require(store as? MemoryStore).audit
        return (audit.entries, [audit.lane])
      } enrolment: { store in
        try #require(store as? MemoryStore)
      }
    case .sqlite: Self.sqliteConformance(file, rehearses: false)
    case .repeated: Self.sqliteConformance(file, rehearses: true)
    }
  }

  private static func sqliteConformance(_ file: StoreFile, rehearses: Bool) -> StoreConformance {
    StoreConformance {
      try SQLiteFileStore(
        path: try file.new(), mayCreate: true, rowMACs: .test, rowChecks: .none, largestSize: nil, rehearses: rehearses)
    } readAudit: { _ in
      let entries = Mutex<[AuditEntry]>([])
      let lanes = try await SQLiteLogFile.readAudit(path: file.path) { entry, _ in
        entries.withLock { $0.append(entry) }
      }
      return (entries.withLock { $0 }, lanes)
    } enrolment: { store in
      SQLiteEnrolment(try #require(store as? SQLiteFileStore))
    }
  }
}

/// Where a promise's store is.
final class StoreFile: Sendable {
  private let last = Mutex("")
  var path: String { last.withLock { $0 } }

  func new() throws -> String {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    last.withLock { $0 = path }
    return path
  }
}

@Suite("Stores", .timeLimit(.minutes(2)))
struct StorePromisesTests {
  @Test("a store keeps its promises", arguments: StoreKind.allCases, StoreConformance.promises)
  func promises(kind: StoreKind, promise: StoreConformance.Promise) async throws {
    let file = StoreFile()
    try await kind.conformance(file).keeps(promise)
    // All that was done to rows is counted.
    if kind != .memory {
      try SQLiteFileStore(path: file.path, mayCreate: false, rowMACs: .test, rowChecks: .all).close()
    }
  }

  @Test("a store that rehearses runs each body of a write twice", arguments: [false, true])
  func rehearsal(_ rehearses: Bool) async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(
      path: path, mayCreate: true, rowMACs: .test, rowChecks: .none, largestSize: nil, rehearses: rehearses)
    let runs = Atomic(0)
    try await store.write { _ in _ = runs.add(1, ordering: .relaxed) }
    #expect(runs.load(ordering: .relaxed) == (rehearses ? 2 : 1))
  }
}
