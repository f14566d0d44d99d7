internal import Octets

/// Reason why a text cannot stand in a name.
public enum NameFault: Error, Sendable, Equatable {
  case empty
  /// More characters than the attribute may have.
  case tooLong(most: Int)
  /// A blank at the beginning or the end.
  case blankAtEnd
  /// A mark at the beginning, without a letter that it belongs to.
  case markAtBeginning
  /// A control or format character, a separator of lines, or a character that has no meaning of its own.
  case control
  /// A character that PrintableString does not have (ITU-T X.680 §41.4).
  case notPrintable
  /// No code of a country.
  case country
  /// Not built as its scheme says (`IdentifierScheme`).
  case identifier
  /// A person without surname, given name and pseudonym (EN 319 412-2 NAT-4.2.4-1).
  case nameless
  /// An identifier that equals the name (EN 319 412-3 LEG-4.2.1-6).
  case identifierIsName
}

/// A text as it stands in a name: in normalization form C, so that one person is not two by how a keyboard composes a
/// letter; no control characters, no blanks at the ends, not longer than its attribute may be.
public struct NameText: Sendable, Equatable {
  public let text: String

  public init(_ text: String, of type: NameAttributeType) throws(NameFault) {
    // Before it is looked at as a whole: no letter has so many marks.
    guard text.utf8.count <= 32 * type.most else { throw .tooLong(most: type.most) }
    let composed = text.composed
    if let fault = Self.fault(in: composed, of: type) { throw fault }
    self.text = composed
  }

  public static func == (left: NameText, right: NameText) -> Bool { left.text.isSame(as: right.text) }

  /// Looks at a text as it is; it is not composed first.
  static func fault(in text: String, of type: NameAttributeType) -> NameFault? {
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last else { return .empty }
    guard scalars.count <= type.most else { return .tooLong(most: type.most) }
    if scalars.contains(where: isControl) { return .control }
    switch first.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return .markAtBeginning
    default: break
    }
    if first.properties.isWhitespace || last.properties.isWhitespace { return .blankAtEnd }
    if type.isPrintable, !isPrintable(text) { return .notPrintable }
    return nil
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    default: false
    }
  }

  /// Whether all characters are of PrintableString: letters, digits, blank and `'()+,-./:=?`.
  static func isPrintable(_ text: String) -> Bool {
    text.utf8.allSatisfy { octet in
      switch octet {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "):
        true
      default: "'()+,-./:=?".utf8.contains(octet)
      }
    }
  }
}
