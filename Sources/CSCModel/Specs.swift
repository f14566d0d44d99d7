public import Vocabulary

extension CSCVersion {
  /// The `specs` value that today's clients insist on (Specs/divergences.md).
  public var specs: String {
    switch self {
    case .v1: "1.0.4.0"
    case .v2: "2.2.0.0"
    }
  }
}
