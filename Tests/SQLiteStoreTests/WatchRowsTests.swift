import AuditLog
import Foundation
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import Throttling
import Vocabulary

/// Numbers that an operator's page shows.
@Suite("What an operator watches in the SQLite store", .timeLimit(.minutes(2)))
struct WatchRowsTests {
  private let store: SQLiteFileStore
  private var watch: SQLiteWatch { SQLiteWatch(store) }

  init() throws {
    store = try SQLiteFileStore(
      path: try temporaryFolder().appendingPathComponent("store.sqlite").path, mayCreate: true, rowMACs: .test,
      rowChecks: .none)
  }

  @Test("the log's number of entries, and its headers from any place on")
  func log() async throws {
    #expect(try await watch.logState() == LogState(entries: 0, checkpoint: [], time: 0))
    try await store.write(reading: []) { transaction in
      for _ in 0..<5 { try transaction.append(AuditEvent(.keyMade, [])) }
    }
    let state = try await watch.logState()
    #expect(state.entries == 5 && state.size == 0)
    let first = try #require(try await watch.headers(after: 0, limit: 1).first)
    #expect(state.waitingSince == EntryHeader(octets: first.octets)?.time)
    #expect(try await watch.headers(after: 2, limit: 2).map(\.position) == [3, 4])
    #expect(try await watch.headers(after: 5, limit: 2).isEmpty)
    let header = try #require(try await watch.headers(after: 0, limit: 1).first.map { EntryHeader(octets: $0.octets) })
    #expect(header?.kind == "key.made")
  }

  @Test("locked factors and waits are counted, and no others")
  func holds() async throws {
    let tries = ["PIN": 5, "SMS": 3]
    #expect(try await watch.holdCounts(tries: tries, now: 100) == HoldCounts())
    try await store.write(reading: []) { transaction in
      for (number, failures) in [5, 4, 0, 9].enumerated() {
        try transaction.put(
          FactorState(failures: failures, lastStep: 0), .pin, of: CredentialID("c\(number)"))
      }
      try transaction.put(FactorState(failures: 3, lastStep: 0), .sms, of: CredentialID("c0"))
      // Of a factor that is not asked about.
      try transaction.put(FactorState(failures: 99, lastStep: 0), .otp, of: CredentialID("c0"))
      for (number, until) in ([101, 100, 0, 5000, 1_000_000] as [Int64]).enumerated() {
        try transaction.put(
          ThrottleRecord(failures: 30, last: 90, until: until, succeeded: 0),
          ThrottleKey(.logInName, "user \(number)"), expires: 10_000_000)
      }
      try transaction.put(
        ThrottleRecord(failures: 30, last: 90, until: 200, succeeded: 0), ThrottleKey(.logInAddress, "1.2.3.4"),
        expires: 1000)
    }
    let counts = try await watch.holdCounts(tries: tries, now: 100)
    #expect(counts.lockedFactors == 3)
    #expect(counts.waiting == [.logInName: 2, .logInAddress: 1])
  }

  @Test("what is counted in part says so")
  func cut() async throws {
    func hold(_ numbers: Range<Int>) async throws {
      try await store.write(reading: []) { transaction in
        for number in numbers {
          try transaction.put(
            ThrottleRecord(failures: 30, last: 90, until: 200, succeeded: 0),
            ThrottleKey(number % 2 == 0 ? .logInName : .logInAddress, "\(number)"), expires: 1000)
        }
      }
    }
    try await hold(0..<HoldCounts.most - 1)
    #expect(try await !watch.holdCounts(tries: [:], now: 100).isCut)
    try await hold(HoldCounts.most..<HoldCounts.most + 100)
    let counts = try await watch.holdCounts(tries: [:], now: 100)
    #expect(counts.isCut && counts.waiting.values.reduce(0, +) == HoldCounts.most)
  }
}
