import Foundation
import SQLiteStore
import SoleControl
import TestSupport
import Testing

@Suite("Database files of other builds", .timeLimit(.minutes(1)))
struct ForeignFileTests {
  private let path: String

  init() throws { path = try temporaryFolder().appendingPathComponent("store.sqlite").path }

  @Test("a file of an unreleased build is refused by every way to open it, and stays as it is")
  func unreleased() async throws {
    try await UnreleasedDatabase.make(at: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    for mayCreate in [false, true] {
      expectsWay(
        #expect(throws: StoreOpenError.self) {
          try SQLiteFileStore(path: path, mayCreate: mayCreate, rowMACs: .test, rowChecks: .none)
        })
    }
    expectsWay(#expect(throws: StoreOpenError.self) { try SQLiteFileStore.refuseForeign(path: path) })
    expectsWay(
      await #expect(throws: StoreOpenError.self) { try await SQLiteLogFile.readAudit(path: path) { _, _ in } })
    expectsWay(
      await #expect(throws: StoreOpenError.self) {
        try await SQLiteFileStore.readBinding(path: path, activation: Array(repeating: 0, count: 32))
      })
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  private func expectsWay(_ error: StoreOpenError?) {
    let text = error?.description ?? ""
    #expect(text.contains(path) && text.contains("unreleased build") && text.contains("countersign init"), "\(text)")
  }

  @Test("a file of a newer build is refused with other words; a missing one, and one of this build, are none of these")
  func others() async throws {
    try SQLiteFileStore.refuseForeign(path: path)
    try SQLiteFileStore(path: path, mayCreate: true, rowMACs: .test, rowChecks: .none).close()
    try SQLiteFileStore.refuseForeign(path: path)
    try await UnreleasedDatabase.addNewerMigration(at: path)
    let error = #expect(throws: StoreOpenError.self) {
      try SQLiteFileStore(path: path, mayCreate: false, rowMACs: .test, rowChecks: .none)
    }
    #expect(error?.description.contains("newer build") == true)
  }
}
