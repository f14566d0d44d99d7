public import SoleControl
import Synchronization
public import Vocabulary

/// A messenger that keeps what it gets, and fails when the test tells it to.
public final class StubMessenger: Messenger {
  private struct State {
    var failure: MessengerError?
    var delivered: [Message] = []
  }

  private let state = Mutex(State())

  public init() {}

  /// - Parameter failure: what the next messages get; nil: they are delivered.
  public func fail(_ failure: MessengerError?) { state.withLock { $0.failure = failure } }

  public var delivered: [Message] { state.withLock { $0.delivered } }

  /// The last code that was sent.
  public var code: String? {
    for message in delivered.reversed() { if case .oneTimeCode(let code) = message.content { return code } }
    return nil
  }

  /// End of the last link to a confirmation page.
  public var link: String? {
    lastLink { if case .confirmation(let url) = $0 { url } else { nil } }
  }

  /// End of the last link to the page of an invitation.
  public var invitation: String? {
    lastLink { if case .invitation(let url) = $0 { url } else { nil } }
  }

  private func lastLink(_ url: (Message.Content) -> String?) -> String? {
    delivered.compactMap { url($0.content) }.last?.split(separator: "/").last.map(String.init)
  }

  public func exists(for partner: PartnerID) async throws(MessengerError) -> Bool {
    state.withLock { $0.failure != .notConfigured }
  }

  public func deliver(_ message: Message, of partner: PartnerID) async throws(MessengerError) {
    try state.withLock { state throws(MessengerError) in
      if let failure = state.failure { throw failure }
      state.delivered.append(message)
    }
  }
}
