/// A language that the pages exist in.
public enum PageLanguage: String, Sendable, CaseIterable {
  case english = "en"
  case german = "de"

  /// The language of a tag (RFC 5646), whatever script or region follows: `de-AT` is German.
  public init?(tag: String) {
    guard let primary = tag.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).first else {
      return nil
    }
    self.init(rawValue: primary.lowercased())
  }

  /// CSC v1 §8.3.2 `lang`: the language that the request names, else what the browser prefers, else the service's.
  static func chosen(lang: String?, acceptLanguage: String?, standard: PageLanguage) -> PageLanguage {
    lang.flatMap(PageLanguage.init(tag:)) ?? acceptLanguage.flatMap { preferred($0, standard) } ?? standard
  }

  /// More entries than this no browser sends.
  private static let mostRanges = 32

  /// RFC 9110 §12.5.4, with the lookup of RFC 4647 §3.4. Nil if nothing that we have is acceptable.
  private static func preferred(_ header: String, _ standard: PageLanguage) -> PageLanguage? {
    var weights: [PageLanguage: Int] = [:]
    var others: Int?
    for range in header.split(separator: ",").prefix(mostRanges) {
      let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
      guard let tag = parts.first, let weight = weight(parts.dropFirst()) else { continue }
      if tag == "*" {
        others = others ?? weight
      } else if let language = PageLanguage(tag: tag) {
        weights[language] = max(weights[language] ?? 0, weight)
      }
    }
    if let others {
      for language in allCases where weights[language] == nil { weights[language] = others }
    }
    let best = weights.values.max() ?? 0
    guard best > 0 else { return nil }
    let equal = allCases.filter { weights[$0] == best }
    if equal.count == 1 { return equal[0] }
    return first(of: equal, in: header) ?? (equal.contains(standard) ? standard : equal.first)
  }

  /// Of equally good ones the one that is named first.
  private static func first(of languages: [PageLanguage], in header: String) -> PageLanguage? {
    header.split(separator: ",").prefix(mostRanges).lazy
      .compactMap { PageLanguage(tag: $0.prefix { $0 != ";" }.filter { !$0.isWhitespace }) }
      .first(where: languages.contains)
  }

  /// `q=0.8` in thousandths; 1000 without one; nil if it cannot be read.
  private static func weight(_ parameters: ArraySlice<String>) -> Int? {
    guard let parameter = parameters.first(where: { $0.lowercased().hasPrefix("q=") }) else { return 1000 }
    guard let value = Double(parameter.dropFirst(2)), (0...1).contains(value) else { return nil }
    return Int(value * 1000)
  }
}
