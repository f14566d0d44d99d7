import AuditLog
import Foundation
import SQLiteStore
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

  var conformance: StoreConformance {
    switch self {
    case .memory:
      StoreConformance {
        MemoryStore()
      } readAudit: { store in
        let audit = try #require(store as? MemoryStore).audit
        return (audit.entries, [audit.lane])
      }
    case .sqlite: Self.sqliteConformance(rehearses: false)
    case .repeated: Self.sqliteConformance(rehearses: true)
    }
  }

  private static func sqliteConformance(rehearses: Bool) -> StoreConformance {
    let path = Mutex("")
    return StoreConformance {
      let new = try temporaryFolder().appendingPathComponent("test.sqlite").path
      path.withLock { $0 = new }
      return try SQLiteFileStore(
        path: new, mayCreate: true, rowMACs: .test, largestSize: nil, rehearses: rehearses)
    } readAudit: { _ in
      let entries = Mutex<[AuditEntry]>([])
      let lanes = try await SQLiteFileStore.readAudit(path: path.withLock { $0 }) { entry, _ in
        entries.withLock { $0.append(entry) }
      }
      return (entries.withLock { $0 }, lanes)
    }
  }
}

@Suite("Stores", .timeLimit(.minutes(2)))
struct StorePromisesTests {
  @Test("a store keeps its promises", arguments: StoreKind.allCases, StoreConformance.promises)
  func promises(kind: StoreKind, promise: StoreConformance.Promise) async throws {
    try await kind.conformance.keeps(promise)
  }

  @Test("a store that rehearses runs each body of a write twice", arguments: [false, true])
  func rehearsal(_ rehearses: Bool) async throws {
    let path = try temporaryFolder().appendingPathComponent("test.sqlite").path
    let store = try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, largestSize: nil, rehearses: rehearses)
    let runs = Atomic(0)
    try await store.write { _ in _ = runs.add(1, ordering: .relaxed) }
    #expect(runs.load(ordering: .relaxed) == (rehearses ? 2 : 1))
  }
}
