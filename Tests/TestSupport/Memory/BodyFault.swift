import Testing

/// A thing that a body of a store does and must not: it may be run again, so it does nothing but use its argument.
public enum BodyFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The second run came to another end than the first.
  case result(String, String)
  /// The second run left other rows than the first.
  case rows
  /// It read, or changed, a row without saying so before.
  case undeclared(String, declared: [String])
  /// It has this effect of its own, or asks for something that may be another the next time.
  case effect(String)

  public var description: String {
    switch self {
    case .result(let first, let second):
      "a body of the store came to another end when it ran again: first \(first), then \(second)"
    case .rows: "a body of the store left other rows when it ran again"
    case .undeclared(let row, let declared):
      "a body of the store uses \(row) and did not declare it; it declared: \(declared.joined(separator: ", "))"
    case .effect(let what):
      "a body of the store \(what): it may run again, so do it before and hand in the value"
    }
  }

  /// Fails the test that runs.
  public func record() { Issue.record(self, "order of bodies: COUNTERSIGN_SEED=\(BodyLine.seedOfRun)") }

  /// Takes faults while a body runs; nil outside of bodies.
  @TaskLocal static var whileRunning: (@Sendable (BodyFault) -> Void)?

  /// Called by what tests put in place of clocks and the like.
  public static func mustNotHappenInBodies(_ what: String) { whileRunning?(.effect(what)) }

  /// Nil if both runs came to the same end.
  static func difference<Output>(
    _ first: Result<Output, any Error>, _ second: Result<Output, any Error>
  ) -> BodyFault? {
    let isSame =
      switch (first, second) {
      case (.success(let first), .success(let second)):
        if let first = first as? any Equatable {
          isEqual(first, second)
        } else {
          String(reflecting: first) == String(reflecting: second)
        }
      case (.failure(let first), .failure(let second)): String(reflecting: first) == String(reflecting: second)
      default: false
      }
    return isSame ? nil : .result(String(reflecting: first), String(reflecting: second))
  }

  private static func isEqual<Value: Equatable>(_ value: Value, _ other: Any) -> Bool { other as? Value == value }
}
