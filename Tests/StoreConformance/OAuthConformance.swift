import OAuth
import Registry
import SoleControl
import Testing
import TestSupport

extension StoreConformance {
  func revokedIsKept() async throws {
    let store = try makeStore()
    let name = ActivationDigest([7])
    try await store.write { try $0.add(Activation(digest: name, binding: [1], expires: 5), slots: 1) }
    #expect(try await store.read { try $0.activation(name)?.isRevoked } == false)
    try await store.write { try $0.revoke(name) }
    #expect(
      try await store.read { try $0.activation(name) }
        == Activation(digest: name, binding: [1], expires: 5, isRevoked: true))
  }

  func tokens() async throws {
    let store = try makeStore()
    func record(_ number: UInt8, _ grant: String) -> TokenRecord {
      TokenRecord(
        digest: [number], kind: .access, partner: "p", signer: number == 1 ? nil : "s", client: number == 2 ? "c" : nil,
        grant: grant, expires: Int64(number))
    }
    func token(_ number: UInt8) async throws -> TokenRecord? { try await store.readOAuth { try $0.token([number]) } }
    let records = [record(1, "g"), record(2, "g"), record(3, "h"), record(4, "g")]
    try await store.writeOAuth { store in for record in records { try store.put(record) } }
    #expect(try await token(1) == records[0])
    #expect(try await token(2) == records[1])
    try await store.writeOAuth { try $0.removeToken([2]) }
    #expect(try await token(2) == nil)
    var replaced = records[2]
    replaced.kind = .replaced
    let changed = replaced
    try await store.writeOAuth { try $0.put(changed) }
    #expect(try await token(3) == changed)
    try await store.writeOAuth { try $0.removeGrant("g") }
    #expect(try await token(1) == nil)
    #expect(try await token(4) == nil)
    #expect(try await token(3) != nil)
    try await store.writeOAuth { try $0.removeTokens(expiredBefore: 3) }
    #expect(try await token(3) != nil)
    try await store.writeOAuth { try $0.removeTokens(expiredBefore: 4) }
    #expect(try await token(3) == nil)
    let partner = TokenRecord(
      digest: [5], kind: .partner, partner: "p", signer: nil, client: "c", grant: "i", expires: 9,
      scopes: [.read, .identify])
    try await store.writeOAuth { try $0.put(partner) }
    #expect(try await token(5) == partner)
    #expect(try await !store.read { try $0.hasAccessToken([5]) })
  }

  func accountsAndEntries() async throws {
    let store = try makeStore()
    let account = Account(username: "u", passwordHash: "h", partner: "p", signer: "s")
    #expect(try await store.readOAuth { try $0.account("u") } == nil)
    try await store.writeOAuth { try $0.put(account) }
    #expect(try await store.readOAuth { try $0.account("u") } == account)

    func entry(_ kind: OAuthEntry.Kind) async throws -> OAuthEntry? {
      try await store.readOAuth { try $0.entry(kind, [1]) }
    }
    let code = OAuthEntry(kind: .code, digest: [1], expires: 5, body: [2, 0])
    try await store.writeOAuth { try $0.put(code) }
    #expect(try await entry(.code) == code)
    // The same digest of another kind is another entry.
    #expect(try await entry(.transaction) == nil)
    let changed = OAuthEntry(kind: .code, digest: [1], expires: 6, body: [])
    try await store.writeOAuth { try $0.put(changed) }
    #expect(try await entry(.code) == changed)
    await #expect(throws: StoreError.corrupt) {
      try await store.writeOAuth { store in
        try store.removeEntry(.code, [1])
        throw StoreError.corrupt
      }
    }
    #expect(try await entry(.code) == changed)
    try await store.writeOAuth { try $0.removeEntry(.code, [1]) }
    #expect(try await entry(.code) == nil)
    try await store.writeOAuth { try $0.put(changed) }
    try await store.writeOAuth { try $0.removeEntries(expiredBefore: 7) }
    #expect(try await entry(.code) == nil)
  }

  func keptRequests() async throws {
    let store = try makeStore()
    func put(_ number: UInt8, for client: String?, _ kind: OAuthEntry.Kind = .transaction) async throws {
      let entry = OAuthEntry(
        kind: kind, digest: [number], expires: 100 + Int64(number), body: [UInt8](repeating: 1, count: 10),
        keptFor: client)
      try await store.writeOAuth { try $0.put(entry) }
      #expect(try await store.readOAuth { try $0.entry(kind, [number]) } == entry)
    }
    func left(_ kind: OAuthEntry.Kind = .transaction) async throws -> [UInt8] {
      try await store.readOAuth { store in try (1...9).filter { try store.entry(kind, [$0]) != nil } }
    }
    for number in [4, 2, 5, 3] as [UInt8] { try await put(number, for: "c") }
    try await put(1, for: "other")
    try await put(6, for: nil)
    try await put(1, for: "c", .pushedRequest)
    try await store.writeOAuth { try $0.limit(.transaction, keptFor: "c", to: 4, octets: 40) }
    #expect(try await left() == [1, 2, 3, 4, 5, 6])
    try await store.writeOAuth { try $0.limit(.transaction, keptFor: "c", to: 3, octets: 40) }
    #expect(try await left() == [1, 3, 4, 5, 6])
    try await store.writeOAuth { try $0.limit(.transaction, keptFor: "c", to: 3, octets: 29) }
    #expect(try await left() == [1, 4, 5, 6])
    // Entries of people who have logged in are not counted as kept for a client.
    try await put(4, for: nil)
    try await store.writeOAuth { try $0.limit(.transaction, keptFor: "c", to: 0, octets: 0) }
    #expect(try await left() == [1, 4, 6])
    #expect(try await left(.pushedRequest) == [1])
  }
}
