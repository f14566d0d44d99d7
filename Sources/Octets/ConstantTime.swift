/// Comparison of secrets.
public enum ConstantTime {
  /// Whether both are the same octets, in a time that tells nothing about where they differ. It tells whether they are
  /// of the same length.
  public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
