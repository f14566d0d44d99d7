public import SoleControl
import Synchronization
public import Vocabulary

/// An app of an eID provider that answers as the test tells it to, and keeps what it was asked.
public final class StubBackchannel: BackchannelClient {
  private struct State {
    var asked: [BackchannelRequest] = []
    var polls: [String] = []
    var startFailure: BackchannelError?
    var answers: [Result<BackchannelResult, BackchannelError>] = []
    var onAsk: @Sendable () async -> Void = {}
    var onPoll: @Sendable () async -> Void = {}
  }

  private let state = Mutex(State())

  public init() {}

  /// - Parameter failure: what the next requests get; nil: an acknowledgement.
  public func fail(_ failure: BackchannelError?) { state.withLock { $0.startFailure = failure } }
  /// Puts answers in line; when there is none, the person has not answered yet.
  public func answer(_ answers: Result<BackchannelResult, BackchannelError>...) {
    state.withLock { $0.answers += answers }
  }
  public func onAsk(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.onAsk = body } }
  public func onPoll(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.onPoll = body } }

  public var asked: [BackchannelRequest] { state.withLock { $0.asked } }
  /// The ids that were asked for.
  public var polls: [String] { state.withLock { $0.polls } }

  public static let interval: UnixTime = 5

  public func ask(_ request: BackchannelRequest) async throws(BackchannelError) -> BackchannelAcknowledgement {
    await state.withLock { $0.onAsk }()
    return try state.withLock { state throws(BackchannelError) in
      if let failure = state.startFailure { throw failure }
      state.asked.append(request)
      return BackchannelAcknowledgement(id: "request-\(state.asked.count)", interval: Self.interval)
    }
  }

  public func result(of id: String, issuer: String) async throws(BackchannelError) -> BackchannelResult {
    let (answer, wait) = state.withLock { state in
      state.polls.append(id)
      return (state.answers.isEmpty ? .success(.waiting) : state.answers.removeFirst(), state.onPoll)
    }
    await wait()
    return try answer.get()
  }
}
