/// The major version of the CSC API that a request speaks, told by its path.
public enum APIVersion: String, Sendable, CaseIterable {
  case v1, v2

  /// The `specs` value that today's clients insist on (Specs/divergences.md).
  public var specs: String {
    switch self {
    case .v1: "1.0.4.0"
    case .v2: "2.2.0.0"
    }
  }
}
