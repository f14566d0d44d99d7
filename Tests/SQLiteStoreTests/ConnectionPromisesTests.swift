import Foundation
import SQLiteStore
import SoleControl
import TestSupport
import Testing

@Suite("What a connection to the database is promised to have", .timeLimit(.minutes(2)))
struct ConnectionPromisesTests {
  private static let meddling = [
    ("synchronous", "NORMAL"), ("synchronous", "OFF"), ("secure_delete", "FAST"), ("secure_delete", "OFF"),
    ("foreign_keys", "OFF"), ("busy_timeout", "0"), ("fullfsync", "OFF"), ("checkpoint_fullfsync", "OFF"),
    ("temp_store", "FILE"),
  ]

  @Test("a store whose connection lost a promise on the way is not opened, and the error names it")
  func meddling() throws {
    for (name, value) in Self.meddling + [("journal_mode", "DELETE")] {
      let error = #expect(throws: StoreOpenError.self, "\(name) = \(value)") {
        try SQLiteFileStore(
          path: temporaryFolder().appendingPathComponent("test.sqlite").path, mayCreate: true, rowMACs: .test,
          rowChecks: .none,
          largestSize: nil,
          meddling: (["PRAGMA \(name) = \(value)"], []))
      }
      #expect(error?.description.contains("\(name) is ") == true)
    }
  }

  @Test("the same of the connections that only read")
  func meddlingWithReaders() throws {
    for (name, value) in Self.meddling + [("query_only", "OFF")] {
      let error = #expect(throws: StoreOpenError.self, "\(name) = \(value)") {
        try SQLiteFileStore(
          path: temporaryFolder().appendingPathComponent("test.sqlite").path, mayCreate: true, rowMACs: .test,
          rowChecks: .none,
          largestSize: nil,
          meddling: ([], ["PRAGMA \(name) = \(value)"]))
      }
      #expect(error?.description.contains("\(name) is ") == true)
    }
  }
}
