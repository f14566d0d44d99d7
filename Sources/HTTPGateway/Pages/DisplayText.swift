/// Text of unknown origin, made fit to be shown: it cannot turn the reading direction, hide parts of itself, paint over
/// its neighbours or be endless. Escaping for HTML comes later and elsewhere.
enum DisplayText {
  /// Marks on one letter; more than any living script needs.
  private static let mostMarks = 4
  private static let replacement: Unicode.Scalar = "\u{fffd}"

  /// Nil if nothing of it can be seen.
  ///
  /// - Parameter longest: characters after which it is cut, with an ellipsis.
  static func neutral(_ text: String, longest: Int) -> String? {
    var scalars = String.UnicodeScalarView()
    var marks = 0
    var isVisible = false
    // A character can have any number of scalars, so the input is cut before it is looked at.
    for scalar in text.unicodeScalars.prefix(longest * mostMarks) {
      switch kind(scalar) {
      case .space:
        if scalars.last != " " { scalars.append(" ") }
        marks = 0
      case .mark:
        marks += 1
        if marks <= mostMarks { scalars.append(scalar) }
      case .hidden:
        scalars.append(replacement)
        (marks, isVisible) = (0, true)
      case .visible:
        scalars.append(scalar)
        (marks, isVisible) = (0, true)
      }
    }
    guard isVisible else { return nil }
    if scalars.first == " " { scalars.removeFirst() }
    if scalars.last == " " { scalars.removeLast() }
    let shown = String(scalars)
    let isCut = shown.count > longest || text.unicodeScalars.count > longest * mostMarks
    return isCut ? String(shown.prefix(longest)) + "…" : shown
  }

  private enum Kind { case visible, mark, space, hidden }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    // The joiners belong to Persian, Indic scripts and emoji, the selectors to emoji.
    if scalar == "\u{200c}" || scalar == "\u{200d}" || ("\u{fe00}"..."\u{fe0f}").contains(scalar) { return .mark }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return scalar.properties.isDefaultIgnorableCodePoint ? .hidden : .mark
    case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator: return .space
    // Among the format characters are all that turn the reading direction.
    case .format, .privateUse, .unassigned, .surrogate: return .hidden
    default: return scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" ? .hidden : .visible
    }
  }

  /// The common name in a distinguished name (RFC 4514), nil if it has none.
  static func commonName(_ distinguishedName: String) -> String? {
    for part in attributes(distinguishedName) where part.uppercased().hasPrefix("CN=") {
      return unescaped(part.dropFirst(3))
    }
    return nil
  }

  /// Cut at `,` and `+` that no backslash escapes.
  private static func attributes(_ name: String) -> [String] {
    var parts = [""]
    var isEscaped = false
    for character in name {
      if !isEscaped, character == "," || character == "+" {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
      isEscaped = !isEscaped && character == "\\"
    }
    return parts.map { String($0.drop(while: \.isWhitespace)) }
  }

  /// RFC 4514 §2.4: a backslash before the character itself, or before two hexadecimal digits of an octet.
  private static func unescaped(_ text: Substring) -> String {
    var octets: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let octet = rest.popFirst() {
      guard octet == UInt8(ascii: "\\") else {
        octets.append(octet)
        continue
      }
      if let pair = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 {
        octets.append(pair)
        rest = rest.dropFirst(2)
      } else if let next = rest.popFirst() {
        octets.append(next)
      }
    }
    return String(decoding: octets, as: UTF8.self)
  }
}
