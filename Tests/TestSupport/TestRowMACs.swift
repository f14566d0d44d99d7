public import SoleControl

extension RowMACs {
  /// The keys of stores in tests.
  public static let test = RowMACs(secret: Array(0..<32))
}
