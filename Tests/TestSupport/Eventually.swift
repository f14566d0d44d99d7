public import Testing

/// Something that a test waited for and that did not come.
public struct NotInTime: Error, CustomStringConvertible {
  public let description: String
}

/// Waits until something is so. Ends the test if it is not so in time, so that none waits for ever.
///
/// Waiting never shows that something does *not* happen: for that, a test waits for a signal that comes after it.
///
/// - Parameters:
///   - limit: much longer than it ever takes, also on a machine that does other things.
///   - isSo: asked again and again, a millisecond apart.
public func eventually(
  within limit: Duration = .seconds(60), location: SourceLocation = #_sourceLocation,
  isolation: isolated (any Actor)? = #isolation, _ isSo: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + limit
  while try await !isSo() {
    guard ContinuousClock.now < end else {
      throw NotInTime(description: "not within \(limit), at \(location.fileID):\(location.line)")
    }
    try await Task.sleep(for: .milliseconds(1))
  }
}
