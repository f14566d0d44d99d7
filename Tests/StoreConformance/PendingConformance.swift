import SoleControl
import Testing

extension StoreConformance {
  func pendingAuthorizations() async throws {
    let store = try makeStore()
    @Sendable func pending(
      _ id: String, _ number: UInt8, credential: String = "c", expires: Int64 = 50, hasLink: Bool = true,
      state: PendingState = .waiting(tries: 0)
    ) -> StoredPending {
      StoredPending(
        id: id, handle: [number], link: hasLink ? [number, 1] : nil, credential: CredentialID(credential),
        terms: SealedRow(text: [1, number], seal: [2, number]), expires: expires, state: state)
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
      .waiting(tries: 2), .approved(SealedRow(text: [], seal: [9])), .issued(sealed: [7, 8]), .waiting(tries: 0),
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

    try await store.write { try $0.removePending(expiredBefore: 50) }
    #expect(try await store.read { try $0.pending(handle: [1]) } != nil)
    #expect(try await store.read { try $0.pending(handle: [2]) } == nil)
    #expect(try await store.read { try $0.pending(handle: [4]) } == nil)
  }
}
