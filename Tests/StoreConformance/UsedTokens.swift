import SoleControl
import Testing
import TestSupport

extension StoreConformance {
  func tokensAreUsedOnce() async throws {
    let store = try makeStore()
    @Sendable func use(_ number: UInt8, until time: Int64) async throws -> Bool {
      try await store.write { try $0.use(once: [number, 0, 255], until: time) }
    }
    #expect(try await store.read { try $0.isUsed([1, 0, 255]) } == false)
    #expect(try await use(1, until: 50))
    #expect(try await store.read { try $0.isUsed([1, 0, 255]) })
    #expect(try await store.read { try $0.isUsed([2, 0, 255]) } == false)
    #expect(try await use(1, until: 50) == false)
    // A later time does not make it good again, nor prolong it.
    #expect(try await use(1, until: 90) == false)
    #expect(try await use(2, until: 60))
    try await store.write { try $0.removeUsed(until: 49) }
    #expect(try await use(1, until: 50) == false)
    try await store.write { try $0.removeUsed(until: 50) }
    #expect(try await use(1, until: 70))
    #expect(try await use(2, until: 70) == false)
    // A failed write has used nothing.
    await #expect(throws: Deliberate.self) {
      try await store.write { transaction in
        #expect(try transaction.use(once: [3], until: 50))
        throw Deliberate()
      }
    }
    #expect(try await store.write { try $0.use(once: [3], until: 50) })
  }

  /// 50 callers bring the same token at once: one may use it.
  func oneOfManyUsesAToken() async throws {
    let store = try makeStore()
    let won = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<50 { group.addTask { try await store.write { try $0.use(once: [7], until: 50) } } }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 1)
  }
}
