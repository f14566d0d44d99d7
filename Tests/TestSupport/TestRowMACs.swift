public import SoleControl

extension RowSeals {
  /// The keys of stores in tests.
  public static let test = RowSeals(secret: Array(0..<32))
}
