/// Texts of a field of the forms, in one language. Those of factors have a file for each in `Factors`.
public struct FieldTexts: Sendable {
  /// The name of the input, or of the button in its place.
  public let label: String
  public let hint: String?
  /// Messages about the last try.
  public let missing, wrong, locked: String

  public init(label: String, hint: String? = nil, missing: String, wrong: String, locked: String) {
    self.label = label
    self.hint = hint
    self.missing = missing
    self.wrong = wrong
    self.locked = locked
  }
}
