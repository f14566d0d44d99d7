internal import Octets
internal import Vocabulary

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

  /// Whether `neutral` shows the whole of it as it is, but for the number of spaces between words.
  static func isWhole(_ text: String, longest: Int) -> Bool {
    let words = text.parts(separatedBy: UInt8(ascii: " ")).filter { !$0.isEmpty }.joined(separator: " ")
    return neutral(text, longest: longest).map { $0.isSame(as: words) } ?? false
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
    for part in attributes(distinguishedName) {
      let (type, value) = halves(part)
      if type.lowercased() == "cn" { return unescaped(value) }
    }
    return nil
  }

  /// A distinguished name (RFC 4514) with the usual names for types of personal names, and their values as text.
  static func readable(_ distinguishedName: String) -> String {
    attributes(distinguishedName).map { part in
      let (type, value) = halves(part)
      guard let name = typeNames[type], let text = string(ofHex: value) else { return part }
      return name + "=" + text
    }.joined(separator: ", ")
  }

  private static let typeNames = [
    OID.surname: "SN", OID.givenName: "GN", OID.serialNumber: "serialNumber", OID.title: "title",
    OID.pseudonym: "pseudonym", OID.organizationIdentifier: "organizationIdentifier",
  ]

  /// Type and value.
  private static func halves(_ attribute: String) -> (String, Substring) {
    let scalars = attribute.unicodeScalars
    guard let equals = scalars.firstIndex(of: "=") else { return (attribute, "") }
    return (String(scalars[..<equals]), Substring(scalars[scalars.index(after: equals)...]))
  }

  /// The characters of `#` and the DER of a UTF8String, PrintableString or IA5String; nil for anything else.
  private static func string(ofHex text: Substring) -> String? {
    guard text.first == "#", let der = Hex.decodeAnyCase(text.dropFirst()), der.count >= 2,
      [0x0c, 0x13, 0x16].contains(der[0])
    else { return nil }
    let isLong = der[1] == 0x81
    let value = der.dropFirst(isLong ? 3 : 2)
    guard der.count > (isLong ? 2 : 1), Int(der[isLong ? 2 : 1]) == value.count, isLong || der[1] < 0x80 else {
      return nil
    }
    return String(validating: value, as: UTF8.self)
  }

  /// Cut at `,` and `+` that no backslash escapes.
  private static func attributes(_ name: String) -> [String] {
    var parts = [String.UnicodeScalarView()]
    var isEscaped = false
    // Scalars: a mark that follows would make one character of it and the comma.
    for scalar in name.unicodeScalars {
      if !isEscaped, scalar == "," || scalar == "+" {
        parts.append(String.UnicodeScalarView())
      } else {
        parts[parts.count - 1].append(scalar)
      }
      isEscaped = !isEscaped && scalar == "\\"
    }
    return parts.map { String(String($0).drop(while: \.isWhitespace)) }
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
