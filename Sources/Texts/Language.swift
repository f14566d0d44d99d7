import Octets

/// A language in which there are pages and messages. A new one is a case here and a file such as `English.swift`; the
/// compiler names what else it lacks, such as the texts of each factor.
public enum Language: String, Sendable, CaseIterable {
  case english = "en"
  case german = "de"

  /// The language of a tag (RFC 5646), whatever script or region follows: `de-AT` is German.
  public init?(tag: String) {
    guard let primary = tag.parts(separatedBy: UInt8(ascii: "-"), most: 2).first else { return nil }
    self.init(rawValue: primary.loweringASCII())
  }
}
