extension StringProtocol {
  /// The parts between separators, all of them, the empty ones too.
  ///
  /// Unlike `split`, which reads Characters, this finds a separator that a combining mark follows, and those of two
  /// that are one Character (CR LF).
  ///
  /// - Parameters:
  ///   - separator: an ASCII octet.
  ///   - most: the last part of that many holds the rest, with its separators.
  public func parts(separatedBy separator: UInt8, most: Int = .max) -> [Substring] {
    let text = Substring(self)
    return text.utf8.split(separator: separator, maxSplits: most - 1, omittingEmptySubsequences: false)
      .map { Substring($0) }
  }

  /// The text before the first such octet, and that after it. Nil if there is none.
  ///
  /// - Parameter separator: an ASCII octet.
  public func halves(at separator: UInt8) -> (before: Substring, after: Substring)? {
    let text = Substring(self)
    guard let place = text.utf8.firstIndex(of: separator) else { return nil }
    return (text[..<place], text[text.utf8.index(after: place)...])
  }

  /// The text without the octets at its ends that are among `octets`.
  public func trimmed(of octets: String = " \t") -> Substring {
    let octets = octets.utf8
    var rest = Substring(self).utf8
    while let first = rest.first, octets.contains(first) { rest.removeFirst() }
    while let last = rest.last, octets.contains(last) { rest.removeLast() }
    return Substring(rest)
  }

  /// Whether the text begins with these octets, whatever mark follows them.
  public func startsWithOctets(of prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  /// The text with the letters A to Z in lower case; all else as it is. Names of protocols have no other letters of two
  /// cases, and `lowercased()` makes some of them into ASCII (KELVIN SIGN becomes `k`).
  public func loweringASCII() -> String {
    String(decoding: utf8.lazy.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
