/// The name of a user at the partner, as the API carries it.
public enum UserID {
  /// Letters with their marks, digits, and `._@+-`; at most 255 octets.
  public static func isWellFormed(_ text: String) -> Bool {
    text.utf8.count <= 255 && text.unicodeScalars.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: "._@+-".unicodeScalars.contains(scalar)
    }
  }
}
