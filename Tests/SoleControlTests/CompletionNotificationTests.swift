import Issuance
import AuditLog
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Telling partners that jobs have ended: once as a rule, at least once always.
@Suite("Notifications", .timeLimit(.minutes(2)))
struct CompletionNotificationTests {
  private static let uri = "https://portal.example/hook"

  @Test("each end of a job is told once, with what it was", arguments: [false, true])
  func once(fails: Bool) async throws {
    let store = MemoryStore()
    let notifier = StubNotifier()
    let fixture = JobFixture(store, device: ScriptedDevice(fails ? [.fault] : []), notifier: notifier)
    let (credential, sad) = try await fixture.authorized(count: 2)
    let job = try await fixture.submit(credential, sad, [digest("a")], responseURI: Self.uri)
    try await fixture.running {
      _ = try await fixture.ended(job)
      // No partner wants to hear of this one.
      _ = try await fixture.ended(fixture.submit(credential, sad, [digest("b")]))
      try await store.tellsAll(notifier)
    }
    let calls = notifier.calls
    #expect(calls.count == 1)
    #expect(calls[0].job == job && calls[0].uri == Self.uri && calls[0].partner == SigningFixture.partner)
    #expect(calls[0].isCompleted == !fails)
  }

  @Test("an address that the partner has not registered is refused, and nothing is spent")
  func notAccepted() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store, notifier: StubNotifier())
    let (credential, sad) = try await fixture.authorized()
    await #expect(throws: Refusal.responseURINotAllowed) {
      try await fixture.submit(credential, sad, [digest("a")], responseURI: "https://evil.example/hook")
    }
    #expect(store.operations.isEmpty && store.jobs.isEmpty)
    // Nor is there one without a receiver.
    let mute = JobFixture(store)
    await #expect(throws: Refusal.responseURINotAllowed) {
      try await mute.submit(credential, sad, [digest("a")], responseURI: Self.uri)
    }
    _ = try await fixture.submit(credential, sad, [digest("a")], responseURI: Self.uri)
  }

  @Test("a job that had ended before it was accepted is told too")
  func endedAtOnce() async throws {
    let store = MemoryStore()
    let notifier = StubNotifier()
    let fixture = JobFixture(store, notifier: notifier)
    let (credential, sad) = try await fixture.authorized()
    _ = try await fixture.signing.sign(credential, sad, [digest("a")])
    let job = try await fixture.submit(credential, sad, [digest("a")], responseURI: Self.uri)
    #expect(try await fixture.submit(credential, sad, [digest("a")], responseURI: Self.uri) == job)
    try await fixture.running { try await eventually { !notifier.calls.isEmpty } }
    #expect(notifier.calls.map(\.job) == [job])
  }

  @Test("a receiver that fails is tried again with growing pauses and the same id, and then given up")
  func retries() async throws {
    let store = MemoryStore()
    let notifier = StubNotifier(failures: 1000)
    let fixture = JobFixture(store, notifier: notifier)
    let (credential, sad) = try await fixture.authorized()
    _ = try await fixture.submit(credential, sad, [digest("a")], responseURI: Self.uri)
    var pauses: [Int64] = []
    let clock = fixture.signing.clock
    // Each attempt is due when the one before says, and not earlier.
    for attempt in 1...15 {
      guard attempt < 15 else { break }
      let notification = try await fixture.running {
        try await eventually { store.notifications.first?.attempts == attempt }
        try await store.looksForNotices()
        return store.notifications.first
      }
      #expect(notifier.calls.count == attempt)
      let due = try #require(notification?.due)
      pauses.append((due - clock.now * 1000) / 1000)
      clock.advance(pauses[attempt - 1])
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600])
    #expect(Set(notifier.calls.map(\.id)).count == 1)
    try await fixture.running { try await eventually { store.notifications.isEmpty } }
    #expect(notifier.calls.count == 15)
    // The job itself is not affected.
    #expect(store.count(.signatureMade) == 1)
  }

  @Test("what is accepted no more is given up at once")
  func dropped() async throws {
    let store = MemoryStore()
    let notifier = StubNotifier()
    let fixture = JobFixture(store, notifier: notifier)
    let (credential, sad) = try await fixture.authorized()
    _ = try await fixture.submit(credential, sad, [digest("a")], responseURI: Self.uri)
    notifier.accepted.withLock { $0 = "https://other.example" }
    try await fixture.running {
      try await eventually { store.jobs[0].state != .open && store.notifications.isEmpty }
    }
    #expect(notifier.calls.isEmpty)
  }

  /// Where the process stops: before the call, in it, or after it and before the store knows.
  @Test("a stop loses no notification; it repeats one only if the store had not heard", arguments: 0..<3)
  func restart(moment: Int) async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let gate = Gate()
    let first = StubNotifier(gate: moment == 1 ? gate : nil)
    let fixture = JobFixture(store, notifier: moment == 0 ? nil : first)
    let (credential, sad) = try await fixture.authorized()
    let accepting = JobFixture(store, notifier: first)
    _ = try await accepting.submit(credential, sad, [digest("a")], responseURI: Self.uri)
    _ = try await fixture.jobs.recover()
    try await fixture.running {
      try await eventually { !memory.notifications.isEmpty || !first.calls.isEmpty }
      if moment == 1 { try await gate.waitForArrivals(1) }
      if moment == 2 {
        store.failing.withLock { $0 = (write: 0, happens: false) }
        store.failsForGood.withLock { $0 = true }
        try await eventually { !first.calls.isEmpty }
      }
      if moment == 1 { await gate.open() }
    }
    let second = StubNotifier()
    let restarted = JobFixture(memory, notifier: second)
    _ = try await restarted.jobs.recover()
    try await restarted.running {
      try await eventually { memory.notifications.isEmpty }
    }
    let calls = first.calls + second.calls
    #expect(Set(calls.map(\.id)).count == 1 && !calls.isEmpty)
    if moment == 0 { #expect(calls.count == 1) }
    #expect(memory.notifications.isEmpty)
  }

  @Test("what the store said before a delivery ended does not repeat it")
  func staleAnswers() async throws {
    let memory = MemoryStore()
    let notifier = StubNotifier()
    let fixture = JobFixture(SlowAnswers(memory), notifier: notifier)
    let (credential, sad) = try await fixture.authorized(count: 10)
    try await fixture.running {
      for number in 0..<10 {
        _ = try await fixture.submit(credential, sad, [digest("\(number)")], responseURI: Self.uri)
      }
      try await eventually { notifier.calls.count >= 10 }
      try await memory.tellsAll(notifier)
    }
    #expect(notifier.calls.count == 10)
  }

  @Test("a partner whose receiver hangs does not keep the others waiting, nor take more than its share")
  func fairness() async throws {
    let store = MemoryStore()
    let gate = Gate()
    let notifier = StubNotifier(gate: gate, gated: SigningFixture.partner)
    let fixture = JobFixture(store, notifier: notifier)
    let slow = try await fixture.authorized("slow", count: 10)
    let other = PartnerID("other")
    let quick = try await fixture.authorized("quick", partner: other)
    let principal = fixture.signing.principal(partner: other)
    try await fixture.running {
      for number in 0..<10 {
        let job = try await fixture.submit(
          slow.credential, slow.sad, [digest("\(number)")], responseURI: StubNotifier.prefix + "/\(number)")
        _ = try await fixture.ended(job)
      }
      try await gate.waitForArrivals(4)
      _ = try await fixture.submit(
        quick.credential, quick.sad, [digest("a")], responseURI: StubNotifier.prefix + "/quick", as: principal)
      try await eventually { notifier.calls.contains { $0.partner == other } }
      try await store.looksForNotices()
      try await eventually {
        await gate.open()
        return store.notifications.isEmpty
      }
    }
    #expect(notifier.most[SigningFixture.partner] == 4)
    #expect(notifier.calls.count == 11 && Set(notifier.calls.map(\.id)).count == 11)
  }
}

extension MemoryStore {
  /// Waits until the store was asked once more what is due, and everything found was begun: who ends the workers
  /// then waits for what they had begun, so nothing comes later.
  fileprivate func looksForNotices() async throws {
    // The first may have been asked before; the third is asked after what the second found was begun.
    let before = noticeQuestions
    try await eventually { noticeQuestions >= before + 3 }
  }

  /// Waits until all notifications were delivered, and would have been delivered again.
  fileprivate func tellsAll(_ notifier: StubNotifier) async throws {
    try await eventually { notifications.isEmpty && !notifier.calls.isEmpty }
    try await looksForNotices()
  }
}

/// Reads at once and answers later, as a store may whose caller has other things to do first.
private final class SlowAnswers: SoleControlStore, IssuanceStore {
  private let real: MemoryStore
  init(_ real: MemoryStore) { self.real = real }

  func read<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Output
  ) async throws -> Output {
    let output = try await real.read(reading: keys(), body)
    try await Task.sleep(for: .milliseconds(5))
    return output
  }

  func write<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Output
  ) async throws -> Output { try await real.write(reading: keys(), body) }

  func readIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey], _ body: @escaping @Sendable (any IssuanceSnapshot) throws -> Output
  ) async throws -> Output { try await real.readIssuance(reading: keys(), body) }

  func writeIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey],
    _ body: @escaping @Sendable (any IssuanceTransaction) throws -> Output
  ) async throws -> Output { try await real.writeIssuance(reading: keys(), body) }
}

/// Records what it is told to deliver.
final class StubNotifier: CompletionNotifier {
  static let prefix = "https://portal.example"

  let accepted = Mutex(StubNotifier.prefix)
  private let failures: Mutex<Int>
  private let state = Mutex<[CompletionNotification]>([])
  private let underWay = Mutex<(now: [PartnerID: Int], most: [PartnerID: Int])>(([:], [:]))
  private let gate: Gate?
  private let gated: PartnerID?

  /// - Parameters:
  ///   - failures: how many of the next attempts fail.
  ///   - gate: holds every call, or those of one partner, until it is opened.
  init(failures: Int = 0, gate: Gate? = nil, gated: PartnerID? = nil) {
    self.failures = Mutex(failures)
    self.gate = gate
    self.gated = gated
  }

  var calls: [CompletionNotification] { state.withLock(\.self) }
  /// Calls to each partner that were under way at once, at most.
  var most: [PartnerID: Int] { underWay.withLock(\.most) }

  func accepts(_ uri: String, of partner: PartnerID) -> Bool { uri.hasPrefix(accepted.withLock(\.self)) }

  func deliver(_ notification: CompletionNotification) async throws(DeliveryFailure) {
    guard accepts(notification.uri, of: notification.partner) else { throw .notAccepted }
    state.withLock { $0.append(notification) }
    change(notification.partner, by: 1)
    defer { change(notification.partner, by: -1) }
    if let gate, gated == nil || gated == notification.partner { await gate.pass() }
    let fails = failures.withLock { failures in
      failures -= 1
      return failures >= 0
    }
    if fails { throw .failed("as the test wants it") }
  }

  private func change(_ partner: PartnerID, by difference: Int) {
    underWay.withLock { calls in
      let now = calls.now[partner, default: 0] + difference
      calls.now[partner] = now
      calls.most[partner] = max(calls.most[partner, default: 0], now)
    }
  }
}
