internal import OutboundHTTP
internal import SoleControl
public import Vocabulary

/// Limits for calls to a provider, so that a slow or dead one holds up only those who need it, and those not long.
public struct CallLimits: Sendable, Equatable {
  /// Calls under way at once: as many connections at the provider, and open files here.
  public var underWay = 256
  /// Calls that wait for one of those to end, each a continuation. Further ones are refused at once.
  public var waiting = 1024
  /// Calls without an answer, one after the other, after which the provider is not called for `pause`.
  public var failures = 5
  /// Seconds. Then one call tries.
  public var pause: UnixTime = 10

  public init() {}
}

/// An event worth telling the operator of the gateway.
public enum ProviderEvent: Sendable, Equatable {
  /// The provider does not answer and is not called for `pause` seconds.
  case stopped(pause: UnixTime)
  case answersAgain
}

/// All calls to one provider.
actor ProviderCalls {
  private let client: HTTPClient
  private let limits: CallLimits
  private let now: @Sendable () -> UnixTime
  private let report: @Sendable (ProviderEvent) -> Void
  private var queue: ProviderCallQueue
  private var breaker: CircuitBreaker

  init(
    _ client: HTTPClient, _ limits: CallLimits, now: @escaping @Sendable () -> UnixTime,
    report: @escaping @Sendable (ProviderEvent) -> Void
  ) {
    self.client = client
    self.limits = limits
    self.now = now
    self.report = report
    queue = ProviderCallQueue(most: limits.underWay, waiting: limits.waiting)
    breaker = CircuitBreaker(failures: limits.failures, pause: limits.pause)
  }

  var countUnderWay: Int { queue.underWay }
  var countWaiting: Int { queue.countWaiting }

  /// - Throws: `EIDTokenError.providerUnavailable`, with the rest of the pause, if there is no answer, the answer is a
  ///   server's error (5xx), the queue is full, or the provider did not answer lately.
  func perform(_ request: HTTPClient.Request) async throws(EIDTokenError) -> HTTPClient.Response {
    guard !breaker.isOpen(at: now()) else { throw outage() }
    if !queue.enter() {
      guard queue.countWaiting < queue.mostWaiting else { throw outage() }
      await withCheckedContinuation { queue.wait($0) }
    }
    defer { queue.leave() }
    // A caller that waited learns here how those before it fared.
    guard breaker.admits(at: now()) else { throw outage() }
    let result: Result<HTTPClient.Response, HTTPClientError>
    do { result = .success(try await client.perform(request)) } catch { result = .failure(error) }
    let isAlive = if case .success(let response) = result { response.status < 500 } else { false }
    if breaker.ended(isAlive: isAlive, at: now()) { report(isAlive ? .answersAgain : .stopped(pause: limits.pause)) }
    switch result {
    case .success(let response) where isAlive: return response
    // A gateway before the provider that waited in vain for it.
    case .success(let response): throw outage(mayHaveArrived: response.status == 504)
    case .failure(let error): throw outage(mayHaveArrived: error.mayHaveArrived)
    }
  }

  private func outage(mayHaveArrived: Bool = false) -> EIDTokenError {
    .providerUnavailable(
      ProviderOutage(retryAfter: breaker.wait(at: now()) ?? 1, mayHaveArrived: mayHaveArrived))
  }
}

extension HTTPClientError {
  /// Whether the server may have the request.
  fileprivate var mayHaveArrived: Bool {
    switch self {
    case .badAddress, .badHeader, .forbiddenAddress, .unreachable, .untrusted: false
    case .lost, .timedOut, .tooLarge, .stopped: true
    }
  }
}
