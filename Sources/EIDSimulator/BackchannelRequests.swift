internal import Foundation

/// Requests to people in the simulated provider's app (OpenID Connect CIBA Core 1.0).
actor BackchannelRequests {
  struct Request: Sendable {
    enum State: Sendable {
      case waiting
      case approved(Simulator.Person, level: String, time: Date)
      case denied
      /// By the control of tests.
      case ended(error: String)
    }

    let id: String
    /// Number by which the app and the control of tests know it; the other one is the client's secret.
    let number: Int
    let person: Simulator.Person
    let bindingMessage, scope: String
    let acrValues: [String]
    let notificationToken: String?
    let expires: Date
    var state = State.waiting
    var lastPoll: Date?
    /// Polls that get `slow_down`, whenever they come.
    var slowDowns = 0
    /// Number of times that the client asked.
    var polls = 0
  }

  enum Redemption: Sendable {
    case error(String)
    case tokens(Simulator.Person, level: String, time: Date)
  }

  /// Seconds between two polls.
  let interval: TimeInterval
  private var requests: [String: Request] = [:]
  private var count = 0

  init(interval: TimeInterval) { self.interval = interval }

  func add(
    _ person: Simulator.Person, bindingMessage: String, scope: String, acrValues: [String],
    notificationToken: String?, lifetime: TimeInterval
  ) -> Request {
    count += 1
    let request = Request(
      id: ProviderState.randomText(), number: count, person: person, bindingMessage: bindingMessage, scope: scope,
      acrValues: acrValues, notificationToken: notificationToken, expires: Date().addingTimeInterval(lifetime))
    requests[request.id] = request
    return request
  }

  /// All that were made, oldest first.
  var all: [Request] { requests.values.sorted { $0.number < $1.number } }

  /// - Returns: the request, if it waited.
  func settle(number: Int, as state: Request.State) -> Request? {
    guard let found = requests.values.first(where: { $0.number == number }), case .waiting = found.state,
      Date() < found.expires
    else { return nil }
    requests[found.id]?.state = state
    return found
  }

  func slowDown(number: Int, times: Int) {
    guard let found = requests.values.first(where: { $0.number == number }) else { return }
    requests[found.id]?.slowDowns = times
  }

  /// The token endpoint's answer (§11). Tokens are given out once.
  func redeem(_ id: String) -> Redemption {
    guard var request = requests[id] else { return .error("invalid_grant") }
    let now = Date()
    let isEarly = request.lastPoll.map { now.timeIntervalSince($0) < interval - 0.1 } ?? false
    request.lastPoll = now
    request.polls += 1
    defer { requests[id] = request }
    switch request.state {
    case .denied: return .error("access_denied")
    case .ended(let error): return .error(error)
    case .approved(let person, let level, let time):
      request.state = .ended(error: "invalid_grant")
      return .tokens(person, level: level, time: time)
    case .waiting: break
    }
    if now >= request.expires { return .error("expired_token") }
    if request.slowDowns > 0 {
      request.slowDowns -= 1
      return .error("slow_down")
    }
    return .error(isEarly ? "slow_down" : "authorization_pending")
  }
}
