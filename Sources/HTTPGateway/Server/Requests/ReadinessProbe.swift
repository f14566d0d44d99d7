/// Looks at device and store at most every other second, however often it is asked: the question needs no token.
actor ReadinessProbe {
  private static let life = Duration.seconds(2)

  private let look: @Sendable () async throws -> Void
  private var last: (time: ContinuousClock.Instant, result: Task<Void, any Error>)?

  init(_ look: @escaping @Sendable () async throws -> Void) { self.look = look }

  func check() async throws {
    if let last, ContinuousClock.now - last.time < Self.life { return try await last.result.value }
    let look = look
    let result = Task { try await look() }
    last = (.now, result)
    try await result.value
  }
}
