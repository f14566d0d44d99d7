public import OutboundHTTP
public import Registry
public import WireJSON

/// Reason why a message did not reach its receiver. Holds nothing of the message, the address or the secret.
public enum WebhookError: Error, Equatable, Sendable {
  /// The receiver answered with this status, which is not 2xx.
  case refused(status: Int)
  /// No answer; the receiver may have got the message all the same.
  case unanswered(HTTPClientError)
}

/// Calls that the gateway makes to its partners: a POST of JSON, signed with the partner's secret.
///
/// A call is repeated, with pauses, after a network error and after a 5xx. So the receiver can get a message twice,
/// and knows it by the message's own id. Redirects are not followed: the partner's registered address is the only one
/// that gets the message.
public struct WebhookSender: Sendable {
  /// Between the attempts, of which there is one more than pauses.
  public static let standardPauses: [Duration] = [.milliseconds(200), .seconds(1)]

  private let client: HTTPClient
  private let pauses: [Duration]
  private let now: @Sendable () -> Int64
  private let pause: @Sendable (Duration) async throws -> Void

  /// - Parameters:
  ///   - client: its settings say how long one attempt may take, and which addresses may be called.
  ///   - now: UTC, seconds since 1970.
  public init(
    client: HTTPClient, pauses: [Duration] = standardPauses, now: @escaping @Sendable () -> Int64,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.client = client
    self.pauses = pauses
    self.now = now
    self.pause = pause
  }

  /// Returns when the receiver has answered with 2xx.
  ///
  /// - Throws: `WebhookError` of the last attempt; `CancellationError` if the task is cancelled meanwhile.
  public func send(_ message: JSONValue, to url: String, secret: Secret) async throws {
    let body = message.compact()
    var rest = pauses[...]
    while true {
      let failure = await attempt(body, url, secret)
      guard let failure else { return }
      try Task.checkCancellation()
      guard failure.mayPass, let next = rest.popFirst() else { throw failure }
      try await pause(next)
    }
  }

  /// Nil if the receiver has the message.
  private func attempt(_ body: [UInt8], _ url: String, _ secret: Secret) async -> WebhookError? {
    let request = HTTPClient.Request(
      url: url, body: body,
      headers: [
        "Content-Type: application/json", "Countersign-Signature: " + secret.signature(of: body, at: now()),
        // Without this libcurl asks before it sends a longer body, and waits a second if no answer comes.
        "Expect:",
      ])
    do throws(HTTPClientError) {
      let status = try await client.perform(request).status
      return 200..<300 ~= status ? nil : .refused(status: status)
    } catch {
      return .unanswered(error)
    }
  }
}

extension WebhookError {
  /// Whether another attempt can help.
  var mayPass: Bool {
    switch self {
    case .refused(let status): status >= 500
    case .unanswered(.unreachable), .unanswered(.lost), .unanswered(.timedOut): true
    case .unanswered(.badAddress), .unanswered(.untrusted), .unanswered(.tooLarge), .unanswered(.stopped): false
    case .unanswered(.forbiddenAddress), .unanswered(.badHeader): false
    }
  }
}
