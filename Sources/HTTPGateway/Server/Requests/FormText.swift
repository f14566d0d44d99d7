import Octets

/// `application/x-www-form-urlencoded` (WHATWG URL §5.1, RFC 6749 appendix B).
enum FormText {
  /// Pairs of a form; none of ours has as many.
  private static let most = 256

  /// The names and values of a text, in their order. Nil if something in it is no UTF-8, or U+0000, or if there are
  /// more than any form has.
  static func pairs(_ text: some Sequence<UInt8>) -> [(name: String, value: String)]? {
    let parts = Array(text).split(separator: UInt8(ascii: "&"), maxSplits: most)
    guard parts.count <= most else { return nil }
    var pairs: [(name: String, value: String)] = []
    for part in parts {
      let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(halves[0]), let value = halves.count == 2 ? decode(halves[1]) : "" else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  /// Nil if it is no UTF-8, holds U+0000, which nothing means and databases end a text at, or a `%` without its digits.
  static func decode(_ text: some Sequence<UInt8>) -> String? {
    guard let octets = PercentText.decode(text, plus: UInt8(ascii: " ")), !octets.contains(0) else { return nil }
    return String(validating: octets, as: UTF8.self)
  }
}
