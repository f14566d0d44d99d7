/// What people may choose as the PIN of a credential. Tries are counted and the credential locks, so it need not be long;
/// it must not be what everybody tries first.
public enum PINRule {
  public static let length = 6...12

  public static func isSuitable(_ pin: String) -> Bool {
    let digits = Array(pin.utf8)
    guard length.contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return false }
    // All equal, or counting up or down.
    let steps = Set(zip(digits, digits.dropFirst()).map { Int($1) - Int($0) })
    return steps.count > 1 || !steps.isSubset(of: [-1, 0, 1])
  }
}
