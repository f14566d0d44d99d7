public import AuditLog
public import Enrolment
public import Issuance
public import OAuth
public import SoleControl
import Testing
import Vocabulary
import WireJSON
import TestSupport

/// The promises of every store. Each store's test target runs `promises` as the arguments of one test.
public struct StoreConformance: Sendable {
  public typealias Store = any (SoleControlStore & IssuanceStore & OAuthStore)

  /// Reads a store's log.
  public typealias ReadAudit = @Sendable (Store) async throws -> (entries: [AuditEntry], lanes: [Lane])

  let makeStore: @Sendable () throws -> Store
  let readAudit: ReadAudit
  let enrolment: @Sendable (Store) throws -> any EnrolmentStore

  /// - Parameters:
  ///   - makeStore: makes a store with nothing in it.
  ///   - enrolment: the store of enrolment over the same rows.
  public init(
    _ makeStore: @escaping @Sendable () throws -> Store, readAudit: @escaping ReadAudit,
    enrolment: @escaping @Sendable (Store) throws -> any EnrolmentStore
  ) {
    self.makeStore = makeStore
    self.readAudit = readAudit
    self.enrolment = enrolment
  }

  // MARK: Credentials and factors

  static func credential(_ id: String, signer: String = "s1") -> Credential {
    Credential(
      id: CredentialID(id), partner: PartnerID("p"), signer: SignerID(signer), description: "d",
      keyType: .ec(.p256), wrappedKey: WrappedKey([2]),
      certificate: Certificate(
        chain: [[3]], notBefore: 0, notAfter: 1, subject: "CN=x", issuer: "CN=y", organization: nil, commonName: "x",
        serialNumber: "01", publicKey: [1]), mode: .explicit, expression: .factor(.pin), authenticators: [], scal: .one,
      multisign: 1,
      isEnabled: true)
  }

  static func put(_ store: Store, _ credential: Credential, mac: [UInt8] = [9]) async throws {
    try await store.write { try $0.put(ProtectedRow(text: credential.canonical(), mac: mac), of: credential) }
  }

  func rowsAreKept() async throws {
    let store = try makeStore()
    let credential = Self.credential("c1")
    #expect(try await store.read { try $0.credential(credential.id) } == nil)
    try await Self.put(store, credential)
    #expect(
      try await store.read { try $0.credential(credential.id) } == ProtectedRow(text: credential.canonical(), mac: [9]))
    #expect(try await store.read { try $0.mac(of: credential.id) } == [9])
    try await Self.put(store, credential, mac: [8])
    #expect(try await store.read { try $0.mac(of: credential.id) } == [8])
  }

  func listsAreInOrder() async throws {
    let store = try makeStore()
    for id in ["c3", "c1", "c2"] { try await Self.put(store, Self.credential(id)) }
    try await Self.put(store, Self.credential("c4", signer: "s2"))
    func ids(after: String?, limit: Int) async throws -> [String] {
      try await store.read {
        try $0.credentials(of: SignerID("s1"), after: after.map { CredentialID($0) }, limit: limit)
      }
      .map { Credential(canonical: $0.text)?.id.rawValue ?? "?" }
    }
    #expect(try await ids(after: nil, limit: 10) == ["c1", "c2", "c3"])
    #expect(try await ids(after: "c1", limit: 1) == ["c2"])
    #expect(try await ids(after: "c3", limit: 10).isEmpty)
  }

  func factorStatesAreKept() async throws {
    let store = try makeStore()
    let id = CredentialID("c")
    #expect(try await store.read { try $0.factorState(.pin, of: id) } == .fresh)
    try await store.write { try $0.put(FactorState(failures: 3, lastStep: 7), .pin, of: id) }
    #expect(try await store.read { try $0.factorState(.pin, of: id) } == FactorState(failures: 3, lastStep: 7))
    #expect(try await store.read { try $0.factorState(.otp, of: id) } == .fresh)
  }

  // MARK: Ledger

  static let name = ActivationDigest([UInt8](repeating: 5, count: 32))

  static func operation(_ id: String, request: UInt8 = 1, instance: String = "i") -> SigningOperation {
    SigningOperation(
      id: id, activation: name, requestDigest: [request], instance: instance, state: .reserved,
      work: [request, 10, 0, 255], signatures: [])
  }

  static func withSlots(_ store: Store, _ count: Int) async throws {
    try await store.write { try $0.add(Activation(digest: name, binding: [1, 2], expires: 50), slots: count) }
  }

  func slotsFollowTheirOperation() async throws {
    let store = try makeStore()
    try await Self.withSlots(store, 3)
    #expect(
      try await store.read { try $0.activation(Self.name) }
        == Activation(digest: Self.name, binding: [1, 2], expires: 50))
    #expect(try await store.read { try $0.slots(Self.name) } == [.authorized, .authorized, .authorized])
    try await store.write { try $0.reserve([2, 0], for: Self.operation("o1")) }
    #expect(try await store.read { try $0.slots(Self.name) } == [.reserved, .authorized, .reserved])
    let signatures: [[UInt8]] = [[], [1], Array(repeating: 7, count: 512)]
    try await store.write { try $0.complete(Self.operation("o1"), signatures: signatures) }
    #expect(try await store.read { try $0.slots(Self.name) } == [.consumed, .authorized, .consumed])
    let found = try await store.read { try $0.operation(Self.name, requestDigest: [1]) }
    #expect(found?.state == .completed && found?.signatures == signatures && found?.work == [1, 10, 0, 255])
    #expect(try await store.read { try $0.operation(Self.name, requestDigest: [2]) } == nil)
  }

  func releasedSlotsAreFreeAgain() async throws {
    let store = try makeStore()
    try await Self.withSlots(store, 1)
    try await store.write { try $0.reserve([0], for: Self.operation("o1")) }
    try await store.write { try $0.release(Self.operation("o1")) }
    #expect(try await store.read { try $0.slots(Self.name) } == [.released])
    #expect(try await store.read { try $0.operation(Self.name, requestDigest: [1]) } == nil)
    try await store.write { try $0.reserve([0], for: Self.operation("o2")) }
    try await store.write { try $0.complete(Self.operation("o2"), signatures: [[4]]) }
    #expect(try await store.read { try $0.operation(Self.name, requestDigest: [1]) }?.signatures == [[4]])
  }

  func settlingTwiceIsRefused() async throws {
    let store = try makeStore()
    try await Self.withSlots(store, 1)
    try await store.write { try $0.reserve([0], for: Self.operation("o1")) }
    try await store.write { try $0.complete(Self.operation("o1"), signatures: [[1]]) }
    await #expect(throws: StoreError.corrupt) { try await store.write { try $0.release(Self.operation("o1")) } }
    #expect(try await store.read { try $0.slots(Self.name) } == [.consumed])
  }

  func onlyTheOwnInstanceBecomesUnknown() async throws {
    let store = try makeStore()
    try await Self.withSlots(store, 2)
    try await store.write { try $0.reserve([0], for: Self.operation("mine", request: 1, instance: "a")) }
    try await store.write { try $0.reserve([1], for: Self.operation("other", request: 2, instance: "b")) }
    #expect(try await store.write { try $0.markUnknown(instance: "a") }.map(\.id) == ["mine"])
    #expect(try await store.write { try $0.markUnknown(instance: "a") }.isEmpty)
    #expect(try await store.read { try $0.slots(Self.name) } == [.reserved, .reserved])
    #expect(try await store.read { try $0.operation(Self.name, requestDigest: [1]) }?.state == .unknown)
    #expect(try await store.read { try $0.operation(Self.name, requestDigest: [2]) }?.state == .reserved)
  }

  // MARK: Transactions

  struct Deliberate: Error {}

  func aThrownErrorLeavesNothing() async throws {
    let store = try makeStore()
    let before = try await store.write { transaction in
      try transaction.append(AuditEvent(.serviceStarted, []))
      return try transaction.slots(Self.name)
    }
    #expect(before.isEmpty)
    await #expect(throws: Deliberate.self) {
      try await store.write { transaction in
        try transaction.add(Activation(digest: Self.name, binding: [], expires: 1), slots: 2)
        try transaction.append(AuditEvent(.signatureIntended, []))
        throw Deliberate()
      }
    }
    #expect(try await store.read { try $0.activation(Self.name) } == nil)
    #expect(try await store.read { try $0.slots(Self.name) }.isEmpty)
    // The chain goes on as if the failed body had never been.
    try await store.write { try $0.append(AuditEvent(.serviceStarted, [])) }
  }

  func challengesAreTakenOnce() async throws {
    let store = try makeStore()
    @Sendable func challenge(_ number: UInt8, _ credential: String = "c") -> Challenge {
      Challenge(digest: [number], credential: CredentialID(credential), factor: .eid, expires: 9)
    }
    try await store.write { try $0.add(challenge(1), keep: 2) }
    #expect(try await store.read { try $0.challenge([1]) } == challenge(1))
    #expect(try await store.write { try $0.take(challenge: [1]) })
    #expect(try await store.write { try $0.take(challenge: [1]) } == false)
    try await store.write { try $0.add(challenge(9, "other"), keep: 2) }
    for number in [UInt8(2), 3, 4] { try await store.write { try $0.add(challenge(number), keep: 2) } }
    #expect(try await store.read { try $0.challenge([2]) } == nil)
    #expect(try await store.read { try $0.challenge([4]) } == challenge(4))
    #expect(try await store.read { try $0.challenge([9]) } != nil)
    let open = try await store.read { try $0.challenges(.eid, of: CredentialID("c")) }
    #expect(open == [challenge(3), challenge(4)])
    #expect(try await store.read { try $0.challenges(.sms, of: CredentialID("c")) } == [])
    #expect(try await store.write { try $0.take(challenge: [3]) })
    #expect(try await store.read { try $0.challenges(.eid, of: CredentialID("c")) } == [challenge(4)])
    // Those that were taken do not count: a slow customer keeps the challenge while others come and go.
    for number in [UInt8(5), 6, 7, 8] {
      try await store.write { try $0.add(challenge(number), keep: 2) }
      _ = try await store.write { try $0.take(challenge: [number]) }
    }
    #expect(try await store.read { try $0.challenges(.eid, of: CredentialID("c")) } == [challenge(4)])
  }

  func auditChainIsWhole() async throws {
    let store = try makeStore()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await store.write { transaction in
            try transaction.append(AuditEvent(.keyMade, [("number", .integer(Int64(number)))]))
            if number.isMultiple(of: 7) { throw Deliberate() }
          }
        }
      }
      while let result = await group.nextResult() {
        if case .failure(let error) = result, !(error is Deliberate) { throw error }
      }
    }
    let (entries, lanes) = try await readAudit(store)
    #expect(entries.count == 42)
    var verifier = LaneVerifier()
    for entry in entries { try verifier.accept(entry, at: verifier.count + 1) }
    try verifier.finish(lanes)
  }

  /// 50 callers want one of 10 slots each: exactly 10 get one, and no slot is given twice.
  func concurrentReservationsNeverOverlap() async throws {
    let store = try makeStore()
    try await Self.withSlots(store, 10)
    let won = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await store.write { transaction in
            guard let free = try transaction.slots(Self.name).firstIndex(of: .authorized) else { return false }
            try transaction.reserve([free], for: Self.operation("o\(number)", request: UInt8(number)))
            return true
          }
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 10)
    #expect(try await store.read { try $0.slots(Self.name) }.allSatisfy { $0 == .reserved })
  }
}
