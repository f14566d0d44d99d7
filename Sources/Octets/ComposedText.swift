internal import Foundation

extension String {
  /// The same text in normalization form C (Unicode Standard Annex 15): "u" with a diaeresis after it becomes "ü".
  public var composed: String { precomposedStringWithCanonicalMapping }

  /// Whether the text is in normalization form C already, octet for octet.
  public var isComposed: Bool { isSame(as: composed) }
}
