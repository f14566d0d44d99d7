/// What is known when a provider gave no answer.
public struct ProviderOutage: Equatable, Sendable {
  /// Seconds after which trying again can help; at least 1.
  public var retryAfter: UnixTime
  /// Whether the provider may have what was sent, and only its answer is missing.
  public var mayHaveArrived: Bool

  public init(retryAfter: UnixTime = 1, mayHaveArrived: Bool = false) {
    self.retryAfter = max(retryAfter, 1)
    self.mayHaveArrived = mayHaveArrived
  }
}
