import SoleControl
import Throttling
import OAuth
import Testing
import TestSupport

extension StoreConformance {
  func throttling() async throws {
    let store = try makeStore()
    let alice = ThrottleKey.owner(ofName: "alice")
    let pair = ThrottleKey(.logInPair, "alice", "192.0.2.1", owner: alice)
    let name = ThrottleKey(.logInName, "alice", owner: alice)
    let address = ThrottleKey(.logInAddress, "192.0.2.1")
    #expect(try await store.read { try $0.throttleRecord(pair) } == .none)
    let record = ThrottleRecord(failures: 3, last: 10, until: 20, succeeded: 5)
    try await store.write { transaction in
      for key in [pair, name, address] { try transaction.put(record, key, expires: 5000) }
      try transaction.put(ThrottleRecord(failures: 4, last: 11, until: 21, succeeded: 6), name, expires: 40)
    }
    #expect(try await store.read { try $0.throttleRecord(pair) } == record)
    #expect(
      try await store.readOAuth { try $0.throttleRecord(name) }
        == ThrottleRecord(failures: 4, last: 11, until: 21, succeeded: 6))
    // The same text is something else under another kind.
    #expect(try await store.read { try $0.throttleRecord(ThrottleKey(.clientAddress, "192.0.2.1")) } == .none)
    try await store.writeOAuth { try $0.removeThrottling(expiredBefore: 41) }
    #expect(try await store.read { try $0.throttleRecord(name) } == .none)
    #expect(try await store.read { try $0.throttleRecord(pair) } == record)
    // Failures are forgotten, not where the owner is known.
    let strangers = ThrottleRecord(failures: 4, last: 11, until: 21, succeeded: 0)
    try await store.write { try $0.put(strangers, name, expires: 40) }
    #expect(try await store.write { try $0.removeThrottling(of: alice) } == 2)
    #expect(
      try await store.read { try $0.throttleRecord(pair) }
        == ThrottleRecord(failures: 0, last: 10, until: 0, succeeded: 5))
    #expect(try await store.read { try $0.throttleRecord(name) } == .none)
    #expect(try await store.read { try $0.throttleRecord(address) } == record)

    // Counting, from both sides of the store.
    for number in 1...5 {
      #expect(try await store.writeOAuth { try $0.count([pair], now: 1000) }.isEmpty, "\(number)")
      #expect(try await store.read { try $0.wait([pair], now: 1000) } == nil)
    }
    #expect(try await store.write { try $0.count([pair], now: 1000) } == [pair])
    #expect(try await store.read { try $0.wait([pair, name], now: 1010) } == 20)
    #expect(try await store.read { try $0.wait([pair], now: 1030) } == nil)
    // A wait beyond the rule's longest comes from a clock that was ahead: it is over once the clock is right again.
    #expect(try await store.read { try $0.wait([pair], now: 0) } == nil)
    try await store.write { try $0.succeed([pair, address], pair: pair, now: 1030) }
    #expect(
      try await store.read { try $0.throttleRecord(pair) }
        == ThrottleRecord(failures: 0, last: 0, until: 0, succeeded: 1030))
    #expect(try await store.read { try $0.throttleRecord(address).failures } == 2)
    // Old records are forgotten.
    try await store.write { _ = try $0.count([address], now: 10_000) }
    #expect(try await store.read { try $0.throttleRecord(address).failures } == 1)
  }
}
