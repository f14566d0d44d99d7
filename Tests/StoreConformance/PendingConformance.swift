import SoleControl
import Testing
import TestSupport
import Vocabulary

extension StoreConformance {
  func pendingAuthorizations() async throws {
    let store = try makeStore()
    @Sendable func pending(
      _ id: String, _ number: UInt8, credential: String = "c", expires: Int64 = 50, hasLink: Bool = true,
      state: PendingState = .waiting(tries: 0)
    ) -> StoredPending {
      StoredPending(
        id: id, handle: [number], link: hasLink ? [number, 1] : nil, credential: CredentialID(credential),
        request: ProtectedRow(text: [1, number], mac: [2, number]), expires: expires, state: state)
    }
    @Sendable func waiting(_ credential: String = "c", at time: Int64) async throws -> [Int64] {
      try await store.read { try $0.waiting(CredentialID(credential), at: time) }
    }
    #expect(try await store.read { try $0.pending(handle: [1]) } == nil)
    try await store.write { transaction in
      try transaction.add(pending("a", 1))
      try transaction.add(pending("b", 2, expires: 40, hasLink: false))
      try transaction.add(pending("x", 3, credential: "other"))
      try transaction.add(pending("y", 4, expires: 45, state: .ended(.denied)))
    }
    #expect(try await store.read { try $0.pending(handle: [1]) } == pending("a", 1))
    #expect(try await store.read { try $0.pending(link: [1, 1]) } == pending("a", 1))
    #expect(try await store.read { try $0.pending(handle: [2]) } == pending("b", 2, expires: 40, hasLink: false))
    #expect(try await store.read { try $0.pending(link: [2, 1]) } == nil)
    #expect(try await waiting(at: 39) == [40, 50])
    #expect(try await waiting(at: 40) == [50])
    #expect(try await waiting("other", at: 0) == [50])

    var states: [PendingState] = [
      .waiting(tries: 2), .approved(ProtectedRow(text: [], mac: [9])), .issued(sealed: [7, 8]), .waiting(tries: 0),
    ]
    states += PendingState.End.allCases.map { .ended($0) }
    for state in states {
      try await store.write { try $0.put(state, ofPending: "a") }
      #expect(try await store.read { try $0.pending(handle: [1]) } == pending("a", 1, state: state))
    }
    #expect(try await waiting(at: 0) == [40])
    await #expect(throws: StoreError.corrupt) {
      try await store.write { try $0.put(.waiting(tries: 0), ofPending: "unknown") }
    }

    // Waiting ones are overdue at once, approved ones later, and only those.
    @Sendable func overdue(_ time: Int64, _ approved: Int64, _ limit: Int = 9) async throws -> [String] {
      try await store.read { try $0.overdue(by: time, approved: approved, limit: limit).map(\.id) }
    }
    try await store.write { transaction in
      try transaction.put(.approved(ProtectedRow(text: [5], mac: [6])), ofPending: "a")
    }
    #expect(try await overdue(39, 39) == [])
    #expect(try await overdue(40, 39) == ["b"])
    #expect(try await overdue(50, 49) == ["b", "x"])
    #expect(try await overdue(60, 50) == ["b", "a", "x"])
    #expect(try await overdue(60, 50, 2) == ["b", "a"])

    @Sendable func request(_ id: String, _ number: UInt8) -> StoredBackchannelRequest {
      StoredBackchannelRequest(
        pending: id, request: [number, 7], row: ProtectedRow(text: [3, number], mac: [4, number]), sealed: [5, number],
        schedule: PollSchedule(interval: 5, due: 20))
    }
    try await store.write { transaction in
      try transaction.add(request("a", 1))
      try transaction.add(request("b", 2))
      try transaction.put(PollSchedule(interval: 10, due: 0, lease: 77), ofPending: "b")
      try transaction.put(PollSchedule(interval: 1, due: 1), ofPending: "unknown")
    }
    var changed = request("b", 2)
    changed.schedule = PollSchedule(interval: 10, due: 0, lease: 77)
    #expect(try await store.read { try $0.backchannelRequest(ofPending: "a") } == request("a", 1))
    let read = changed
    #expect(try await store.read { try $0.backchannelRequest([2, 7]) } == read)
    #expect(try await store.read { try $0.backchannelRequest([9, 9]) } == nil)
    #expect(try await store.read { try $0.backchannelRequest(ofPending: "unknown") } == nil)

    try await store.write { try $0.removePending(expiredBefore: 50) }
    #expect(try await store.read { try $0.backchannelRequest(ofPending: "b") } == nil)
    #expect(try await store.read { try $0.backchannelRequest([1, 7]) } != nil)
    #expect(try await store.read { try $0.pending(handle: [1]) } != nil)
    #expect(try await store.read { try $0.pending(handle: [2]) } == nil)
    #expect(try await store.read { try $0.pending(handle: [4]) } == nil)
  }
}
