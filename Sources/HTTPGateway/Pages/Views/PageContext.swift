internal import Foundation
internal import Registry
internal import Texts
internal import Vocabulary

/// The values that a template needs, made from a view. Texts get their values and foreign text is made fit to be shown.
/// The parts that pages share stand here; each page has a file of its own, `<Name>Context.swift`.
struct PageContext {
  var values: [String: Any] = [:]
  let language: Language
  let texts: PageTexts

  /// Documents that are shown at once.
  static let firstDocuments = 10
  static let longestLabel = 200
  static let longestName = 100
  /// CSC v1 §8.3.2: `description` has at most 500 characters.
  static let longestPurpose = 500

  init(_ language: Language) {
    self.language = language
    texts = Texts.of(language).pages
  }

  // MARK: Every page

  static func frame(
    _ look: Look, style: String, serviceName: String, _ language: Language
  ) -> [String: Any] {
    let brand = look.brand
    let texts = Texts.of(language).pages
    var brandValues: [String: Any] = ["name": brand.name, "style": look.style, "icon": look.icon]
    brandValues["logo"] = look.logo
    let words = brand.words[language]
    let links = [(texts.terms, words?.terms), (texts.privacy, words?.privacy), (texts.help, words?.help)]
      .compactMap { label, url in url.map { ["label": label, "url": $0] } }
    return [
      "language": language.rawValue, "t": PageTexts.byName(language), "style": style, "brand": brandValues,
      "links": links,
      "hasLinks": !links.isEmpty, "serviceLine": texts.serviceLine.filled(["service": serviceName]),
    ]
  }

  // MARK: Parts

  static func name(_ text: String) -> String { DisplayText.neutral(text, longest: longestName) ?? "–" }

  /// A text around a name that others chose: pieces `text`, `value`, …, `text`.
  func sentence(_ text: String, client: String, _ values: [String: String] = [:]) -> [[String: Any]] {
    var pieces: [[String: Any]] = []
    var rest = text[...]
    while let place = rest.range(of: "{client}") {
      pieces.append(["text": String(rest[..<place.lowerBound]).filled(values), "value": Self.name(client)])
      rest = rest[place.upperBound...]
    }
    return pieces + [["text": String(rest).filled(values)]]
  }

  func certificate(_ certificate: SigningView.Certificate) -> [String: Any] {
    return [
      "subject": Self.name(DisplayText.commonName(certificate.subject) ?? certificate.subject),
      "issuer": Self.name(DisplayText.commonName(certificate.issuer) ?? certificate.issuer),
      "fullSubject": DisplayText.neutral(DisplayText.readable(certificate.subject), longest: Self.longestPurpose) ?? "",
      "fullIssuer": DisplayText.neutral(DisplayText.readable(certificate.issuer), longest: Self.longestPurpose) ?? "",
      "validToISO": Day(certificate.validTo).iso, "validTo": date(certificate.validTo),
    ]
  }

  func date(_ time: UnixTime) -> String {
    let day = Day(time)
    return texts.date.filled(["day": "\(day.day)", "month": texts.months[day.month - 1], "year": "\(day.year)"])
  }

  mutating func set(message: PageMessage?, targets: Set<PageMessage.Field>) {
    guard let message else { return }
    guard message.isError else {
      values["information"] = message.text(language)
      return
    }
    values["isWrong"] = true
    values["error"] = message.text(language)
    if let field = message.field, targets.contains(field) { values["target"] = field.name }
  }

  func field(_ name: PageMessage.Field, _ message: PageMessage?) -> [String: Any] {
    let texts = name.texts(language)
    var field: [String: Any] = ["id": name.name, "label": texts.label, "longest": "\(name.longest)"]
    field["type"] = name.isHidden ? "password" : "text"
    field["autocomplete"] = name.autocomplete
    field["inputmode"] = name.isNumeric ? "numeric" : nil
    if let message, message.field == name {
      field["problem"] = message.text(language)
      field["describedBy"] = "\(name.name)-problem"
      field["isFocused"] = true
    }
    if let hint = texts.hint { describe(&field, [["text": hint]]) }
    return field
  }

  func describe(_ field: inout [String: Any], _ hint: [[String: Any]]) {
    field["hasHint"] = true
    field["hint"] = hint
    let ids = [field["describedBy"] as? String, (field["id"] as? String).map { "\($0)-hint" }]
    field["describedBy"] = ids.compactMap { $0 }.joined(separator: " ")
  }
}
