/// The name of a user at the partner, as the API carries it.
public enum UserID {
  public static func isWellFormed(_ text: String) -> Bool {
    text.utf8.count <= 255 && text.allSatisfy { $0.isLetter || $0.isNumber || "._@+-".contains($0) }
  }
}
