import Foundation
import OutboundHTTP
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import OpenIDClient

@Suite("A provider that does not answer", .timeLimit(.minutes(2)))
struct OutageTests {
  // MARK: Circuit breaker

  @Test("after failures in a row nobody calls; after the pause one tries, and its end decides for all")
  func breaker() {
    var breaker = CircuitBreaker(failures: 3, pause: 10)
    /// A call ends well (+), ends badly (-) or asks whether it may begin (?), and what that gives.
    for (step, time, result) in [
      ("-", 1, false), ("-", 1, false),
      // A success in between resets the count.
      ("+", 1, false), ("-", 2, false), ("-", 2, false), ("?", 2, true), ("-", 2, true), ("?", 11, false),
      // A call that was under way when it opened does not prolong the pause.
      ("-", 11, false), ("?", 12, true), ("?", 12, false), ("?", 99, false), ("-", 13, true), ("?", 22, false),
      ("?", 23, true), ("+", 23, true), ("?", 23, true), ("?", 23, true),
    ] as [(String, UnixTime, Bool)] {
      let now =
        switch step {
        case "?": breaker.admits(at: time)
        default: breaker.ended(isAlive: step == "+", at: time)
        }
      #expect(now == result, "\(step) at \(time)")
    }
  }

  @Test("how long it stays open is told while it is known")
  func breakerWait() {
    var breaker = CircuitBreaker(failures: 1, pause: 10)
    #expect(breaker.wait(at: 5) == nil)
    _ = breaker.ended(isAlive: false, at: 5)
    #expect([5, 6, 14, 15].map { breaker.wait(at: $0) } == [10, 9, 1, nil])
    // A pause by a clock that was ahead is over once the clock is right again.
    #expect(breaker.wait(at: 0) == nil)
    _ = breaker.admits(at: 15)
    #expect(breaker.isOpen(at: 15) && breaker.wait(at: 15) == nil)
  }

  // MARK: Documents

  private final class Source: Sendable {
    let answer = Mutex<Result<Int, EIDTokenError>>(.success(1))
    let readings = Mutex(0)
    func read() throws(EIDTokenError) -> Int {
      readings.withLock { $0 += 1 }
      return try answer.withLock { $0 }.get()
    }
    var count: Int { readings.withLock { $0 } }
  }

  private func document(_ source: Source, _ time: TestTime) -> PublishedDocument<Int> {
    PublishedDocument(DocumentLife(fresh: 100, kept: 1000, retry: 10), now: { time.now }, read: { try source.read() })
  }

  @Test("the last good document is used while the provider does not answer, but not for ever")
  func lastKnownGood() async throws {
    let (source, time) = (Source(), TestTime())
    let document = document(source, time)
    #expect(try await document.value() == 1)
    source.answer.withLock { $0 = .failure(.providerUnavailable()) }
    time.advance(99)
    #expect(try await document.value() == 1)
    #expect(source.count == 1)
    time.advance(1)
    for _ in 0..<5 { #expect(try await document.value() == 1) }
    // Asked once more, and then not again at each call.
    #expect(source.count == 2)
    time.advance(10)
    #expect(try await document.value() == 1)
    #expect(source.count == 3)
    time.advance(889)
    #expect(try await document.value() == 1)
    time.advance(1)
    await #expect(throws: EIDTokenError.providerUnavailable()) { try await document.value() }
    source.answer.withLock { $0 = .success(2) }
    #expect(try await document.value() == 2)
  }

  @Test("a document that must not be used takes the place of the good one")
  func badDocument() async throws {
    let (source, time) = (Source(), TestTime())
    let document = document(source, time)
    #expect(try await document.value() == 1)
    source.answer.withLock { $0 = .failure(.refused("ambiguous keys")) }
    time.advance(100)
    for _ in 0..<5 {
      await #expect(throws: EIDTokenError.refused("ambiguous keys")) { try await document.value() }
    }
    #expect(source.count == 2)
    source.answer.withLock { $0 = .failure(.providerUnavailable()) }
    time.advance(10)
    await #expect(throws: EIDTokenError.providerUnavailable()) { try await document.value() }
  }

  @Test("members that the document lacks are looked for again, not at each call; an outage is not taken for a lack")
  func lack() async throws {
    let (source, time) = (Source(), TestTime())
    let document = document(source, time)
    for _ in 0..<5 { #expect(try await document.value(where: { $0 == 2 }) == 1) }
    #expect(source.count == 1)
    time.advance(10)
    source.answer.withLock { $0 = .failure(.providerUnavailable()) }
    for seconds in [1, 10, 10] as [UnixTime] {
      await #expect(throws: EIDTokenError.providerUnavailable(ProviderOutage(retryAfter: seconds))) {
        try await document.value(where: { $0 == 2 })
      }
    }
    #expect(source.count == 2)
    #expect(try await document.value() == 1)
    // Also where the document is no longer fresh: an outage makes us call no more often.
    time.advance(200)
    for seconds in [1, 10, 10] as [UnixTime] {
      await #expect(throws: EIDTokenError.providerUnavailable(ProviderOutage(retryAfter: seconds))) {
        try await document.value(where: { $0 == 2 })
      }
    }
    #expect(source.count == 3)
    time.advance(10)
    source.answer.withLock { $0 = .success(2) }
    #expect(try await document.value(where: { $0 == 2 }) == 2)
  }

  @Test("many who need a document at once wait for one reading")
  func oneReading() async throws {
    let source = Source()
    let (gate, opening) = AsyncStream<Void>.makeStream()
    let document = PublishedDocument(DocumentLife(fresh: 1, kept: 1, retry: 1), now: { 0 }) {
      for await _ in gate { break }
      return try source.read()
    }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 { group.addTask { try await document.value() } }
      opening.yield()
      for try await value in group { #expect(value == 1) }
    }
    #expect(source.count == 1)
  }

  // MARK: Calls

  private static var client: HTTPClient {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    return HTTPClient(settings)
  }

  @Test("a place that was left is free again")
  func places() {
    var queue = ProviderCallQueue(most: 2, waiting: 1)
    let first = (0..<3).map { _ in queue.enter() }
    #expect(first == [true, true, false])
    queue.leave()
    let again = queue.enter()
    #expect(again && queue.underWay == 2 && queue.countWaiting == 0)
  }

  @Test("so many calls are under way and so many wait; who comes then is refused at once, the others are served")
  func bounds() async throws {
    let gate = Gate()
    try await LocalServer.with(gate) { base in
      var limits = CallLimits()
      (limits.underWay, limits.waiting) = (2, 3)
      // Without settings a thousand may wait.
      #expect(CallLimits().underWay + CallLimits().waiting >= 1000)
      let calls = ProviderCalls(Self.client, limits, now: { 0 }, report: { _ in })
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<5 { group.addTask { try await calls.perform(.init(url: base + "/gate")).status } }
        try await gate.waitForArrivals(2)
        try await eventually { await calls.countWaiting == 3 }
        await #expect(throws: EIDTokenError.providerUnavailable()) {
          try await calls.perform(.init(url: base + "/gate"))
        }
        let opening = Task {
          while !Task.isCancelled {
            await gate.open()
            try await Task.sleep(for: .milliseconds(5))
          }
        }
        defer { opening.cancel() }
        for try await status in group { #expect(status == 200) }
      }
      #expect(await calls.countUnderWay == 0)
      #expect(await calls.countWaiting == 0)
    }
  }

  @Test("a dead provider is called a few times, then not until the pause is over; it is told when it answers again")
  func deadProvider() async throws {
    let time = TestTime()
    let events = Mutex<[ProviderEvent]>([])
    let calls = ProviderCalls(
      Self.client, CallLimits(), now: { time.now }, report: { event in events.withLock { $0.append(event) } })
    let forge = Forge()
    forge.isBroken.withLock { $0 = true }
    try await forge.with { _, issuer, _ in
      let keys = HTTPClient.Request(url: issuer + "/jwks")
      func expectOutage(for seconds: UnixTime) async {
        await #expect(throws: EIDTokenError.providerUnavailable(ProviderOutage(retryAfter: seconds))) {
          try await calls.perform(keys)
        }
      }
      for _ in 0..<4 { await expectOutage(for: 1) }
      for _ in 0..<16 { await expectOutage(for: 10) }
      #expect(forge.readings.withLock { $0 } == 5)
      #expect(events.withLock { $0 } == [.stopped(pause: 10)])
      time.advance(9)
      await expectOutage(for: 1)
      time.advance(1)
      await expectOutage(for: 10)
      await expectOutage(for: 10)
      #expect(forge.readings.withLock { $0 } == 6)
      forge.isBroken.withLock { $0 = false }
      time.advance(10)
      let good = try await calls.perform(keys).status
      #expect(good == 200)
      // A refusal by the provider shows that it lives.
      for _ in 0..<20 {
        let missing = try await calls.perform(.init(url: issuer + "/none")).status
        #expect(missing == 404)
      }
      #expect(events.withLock { $0 }.last == .answersAgain && events.withLock { $0.count } == 3)
    }
  }

  @Test("the last good keys serve while the provider is down, and a new key id is not called unknown")
  func outage() async throws {
    let forge = Forge()
    let key = forge.keys.withLock { $0.es256 }
    try await forge.with({ $0.keptLife = 900 }) { provider, issuer, time in
      func text(_ kid: String) throws -> String {
        var claims = Forge.claims(issuer: issuer)
        claims["exp"] = Forge.now + 10_000
        return try Forge.token(header: ["alg": "ES256", "kid": kid], claims: claims, key: key)
      }
      _ = try await provider.verify(idToken: text("k1"))
      forge.isBroken.withLock { $0 = true }
      time.advance(899)
      _ = try await provider.verify(idToken: text("k1"))
      for _ in 0..<3 {
        await #expect(throws: EIDTokenError.providerUnavailable(ProviderOutage(retryAfter: 10))) {
          try await provider.verify(idToken: text("k2"))
        }
      }
      time.advance(1)
      await #expect(throws: EIDTokenError.providerUnavailable()) { try await provider.verify(idToken: text("k1")) }
      forge.isBroken.withLock { $0 = false }
      time.advance(20)
      _ = try await provider.verify(idToken: text("k1"))
    }
  }
}
