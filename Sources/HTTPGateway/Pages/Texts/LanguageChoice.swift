internal import Octets
internal import Texts

/// The choice of a page's language.
extension Language {
  /// CSC v1 §8.3.2 `lang`: the language that the request names, else what the browser prefers, else the service's.
  static func chosen(lang: String?, acceptLanguage: String?, standard: Language) -> Language {
    lang.flatMap(Language.init(tag:)) ?? acceptLanguage.flatMap { preferred($0, standard) } ?? standard
  }

  /// More entries than this no browser sends.
  private static let mostRanges = 32

  /// RFC 9110 §12.5.4, with the lookup of RFC 4647 §3.4. Nil if nothing that we have is acceptable.
  private static func preferred(_ header: String, _ standard: Language) -> Language? {
    var weights: [Language: Int] = [:]
    var others: Int?
    for parts in ranges(header) {
      guard let tag = parts.first, let weight = weight(parts.dropFirst()) else { continue }
      if tag == "*" {
        others = others ?? weight
      } else if let language = Language(tag: tag) {
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
  private static func first(of languages: [Language], in header: String) -> Language? {
    ranges(header).lazy.compactMap { $0.first.flatMap(Language.init(tag:)) }.first(where: languages.contains)
  }

  /// Each with its parameters behind it, without blanks.
  private static func ranges(_ header: String) -> [[String]] {
    header.parts(separatedBy: UInt8(ascii: ","), most: mostRanges + 1).prefix(mostRanges).map { range in
      range.parts(separatedBy: UInt8(ascii: ";")).map { part in
        String(decoding: part.utf8.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
      }
    }
  }

  /// `q=0.8` in thousandths; 1000 without one; nil if it cannot be read.
  private static func weight(_ parameters: ArraySlice<String>) -> Int? {
    guard let parameter = parameters.first(where: { $0.loweringASCII().startsWithOctets(of: "q=") }) else {
      return 1000
    }
    guard let value = Double(String(decoding: parameter.utf8.dropFirst(2), as: UTF8.self)), (0...1).contains(value)
    else { return nil }
    return Int(value * 1000)
  }
}
