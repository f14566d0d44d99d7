/// The line to the service. A connection that breaks says nothing about the item under test, so the request is sent
/// once more on another one; how often that happened is told in the report.
///
/// `@unchecked`: a run makes one request after the other.
final class RetryingHTTP: HTTPPort, @unchecked Sendable {
  private let port: any HTTPPort
  private let note: @Sendable (String) -> Void
  private(set) var requests = 0
  private(set) var losses = 0

  init(_ port: any HTTPPort, note: @escaping @Sendable (String) -> Void) {
    self.port = port
    self.note = note
  }

  func send(_ request: HTTPRequest) async throws(NoAnswer) -> HTTPAnswer {
    requests += 1
    do { return try await port.send(request) } catch {
      // A service that is not there is not there a second time.
      guard error.isLostConnection, requests > 1 else { throw error }
      note("the connection broke; sending the request once more")
      let answer = try await port.send(request)
      losses += 1
      return answer
    }
  }
}
