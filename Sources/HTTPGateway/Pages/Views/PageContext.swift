internal import DocumentSigning
internal import Foundation
internal import Octets
internal import Registry
internal import SoleControl
internal import Texts
internal import Vocabulary

/// The values that a template needs, made from a view. Here texts get their values and foreign text is made fit to
/// be shown.
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

  private init(_ language: Language) {
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

  // MARK: Log-in

  init(_ view: LogInView, _ brand: Brand, _ language: Language) {
    self.init(language)
    set(message: view.message, targets: [.username, .password])
    values["title"] = texts.logInTitle
    values["isNarrow"] = true
    values["welcome"] = brand.words[language]?.welcome
    values["lead"] = sentence(texts.logInLead, client: view.client)
    values["transaction"] = view.transaction
    values["csrf"] = view.csrf
    var username = field(.username, view.message)
    username["value"] = view.username
    username["isFixed"] = view.usernameIsFixed
    if view.usernameIsFixed { describe(&username, sentence(texts.usernameFixed, client: view.client)) }
    var password = field(.password, view.message)
    // The first field that the person has to fill in.
    if view.message == nil || view.message == .logInFailed {
      let nameIsKnown = view.usernameIsFixed || view.username?.isEmpty == false
      username["isFocused"] = !nameIsKnown
      password["isFocused"] = nameIsKnown
    }
    values["fields"] = [username, password]
  }

  // MARK: Consent and confirmation

  init(_ view: ConsentView, _ language: Language) {
    self.init(language)
    switch view.scope {
    case .service:
      set(message: view.message, targets: [])
      values["title"] = texts.serviceTitle
      values["lead"] = sentence(texts.serviceLead, client: view.client)
      values["client"] = Self.name(view.client)
    case .credential(let signing):
      set(signing, client: view.client, view.message, action: "/oauth2/consent")
    case .creation(let creation): set(creation, client: view.client, view.message)
    case .deletion(let deletion): set(deletion, client: view.client, view.message)
    case .choice(let choice): set(choice, client: view.client, view.message)
    }
    values["signer"] = Self.name(view.signer)
    values["transaction"] = view.transaction
    values["csrf"] = view.csrf
  }

  init(_ view: ConfirmView, _ language: Language) {
    self.init(language)
    set(view.signing, client: view.client, view.message, action: view.action)
    values["transaction"] = view.transaction
    values["csrf"] = view.csrf
  }

  init(_ view: InvitationView, _ language: Language) {
    self.init(language)
    values["title"] = texts.invitationTitle
    values["lead"] = sentence(texts.invitationLead, client: view.client)
    values["client"] = Self.name(view.client)
    values["action"] = view.action
    values["transaction"] = view.transaction
    values["csrf"] = view.csrf
    values["certificate"] = certificate(view.certificate)
    values["credential"] = Self.name(view.credential)
    values["serialNumber"] = Self.name(view.serialNumber)
    values["approveText"] = texts.setPIN
    set([], view.message, newPIN: [.newPIN, .repeatedPIN])
    values["confirmHeading"] = texts.invitationHeading
    values["proof"] = false
  }

  private mutating func set(_ view: SigningView, client: String, _ message: PageMessage?, action: String) {
    values["title"] = texts.signingTitle.text(view.numSignatures).filled(["count": "\(view.numSignatures)"])
    values["lead"] = sentence(texts.signingLead, client: client)
    values["client"] = Self.name(client)
    values["purpose"] = view.description.flatMap { DisplayText.neutral($0, longest: Self.longestPurpose) }
    values["numSignatures"] = "\(view.numSignatures)"
    values["action"] = action
    set(view.documents, hashName: view.hashName, numSignatures: view.numSignatures, client: client)
    values["certificate"] = certificate(view.certificate)
    values["credential"] = Self.name(view.credential)
    values["shown"] = view.shown
    values["approveText"] = texts.approve
    set(view.factors, message)
  }

  private mutating func set(_ view: CreationView, client: String, _ message: PageMessage?) {
    values["title"] = texts.creationTitle
    values["lead"] = sentence(texts.creationLead, client: client)
    values["client"] = Self.name(client)
    values["policyName"] = Self.name(view.policyName)
    values["policyID"] = Self.name(view.policy)
    values["subject"] = Self.name(view.subject)
    values["givenName"] = Self.name(view.givenName)
    values["surname"] = Self.name(view.surname)
    values["country"] = Self.name(view.country)
    values["issuer"] = Self.name(DisplayText.commonName(view.issuer) ?? view.issuer)
    values["days"] = texts.days.text(Int(view.days)).filled(["days": "\(view.days)"])
    values["action"] = "/oauth2/consent"
    values["credential"] = Self.name(view.credential)
    values["approveText"] = texts.create
    set(view.factors, message, newPIN: [.newPIN, .repeatedPIN])
  }

  private mutating func set(_ view: DeletionView, client: String, _ message: PageMessage?) {
    values["title"] = texts.deletionTitle
    values["lead"] = sentence(texts.deletionLead, client: client)
    values["client"] = Self.name(client)
    values["action"] = "/oauth2/consent"
    values["certificate"] = certificate(view.certificate)
    values["credential"] = Self.name(view.credential)
    values["warning"] = view.isRevoked ? texts.deletionWarning : texts.deletionWarningElsewhere
    values["approveText"] = texts.delete
    set(view.factors, message)
  }

  private mutating func set(
    _ documents: [SigningView.Document], hashName: String, numSignatures: Int, client: String
  ) {
    // One document behind a button is more work than one more on the page.
    let shown = documents.count <= Self.firstDocuments + 1 ? documents.count : Self.firstDocuments
    let hidden = documents.count - shown
    values["hasDocuments"] = !documents.isEmpty
    values["hasLabels"] = documents.contains { $0.label != nil }
    values["digestName"] = texts.digest.filled(["hash": hashName])
    values["documents"] = documents.prefix(shown).map(document)
    if hidden > 0 {
      values["more"] = texts.moreDocuments.text(hidden).filled(["count": "\(hidden)"])
      values["moreStart"] = "\(shown + 1)"
      values["moreDocuments"] = documents.dropFirst(shown).map(document)
    }
    let unnamed = numSignatures - documents.count
    if unnamed > 0 {
      let amount = documents.isEmpty ? texts.unnamed : texts.unnamedRest
      values["hasUnnamed"] = true
      values["unnamed"] = sentence(amount.text(unnamed), client: client, ["count": "\(unnamed)"])
    }
  }

  private func document(_ document: SigningView.Document) -> [String: Any] {
    let digits = Array(Hex.encode(document.digest))
    var values: [String: Any] = [
      "digest": stride(from: 0, to: digits.count, by: 8).map { String(digits[$0..<min($0 + 8, digits.count)]) }
    ]
    values["label"] = document.label.flatMap { DisplayText.neutral($0, longest: Self.longestLabel) }
    let properties = document.terms.shownProperties(texts.properties)
    if !properties.isEmpty {
      values["properties"] = [
        "rows": properties, "lead": document.isRepresentation ? texts.statedInDigest : texts.signedAlong,
      ]
    }
    values["circumstances"] = document.terms.circumstances.flatMap {
      DisplayText.neutral($0, longest: DocumentTerms.longest)
    }
    return values
  }

  private func certificate(_ certificate: SigningView.Certificate) -> [String: Any] {
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

  /// - Parameter newPIN: further fields, which wait until nothing leads away from the page.
  private mutating func set(
    _ factors: [SigningView.Factor], _ message: PageMessage?, newPIN: [PageMessage.Field] = []
  ) {
    var fields: [[String: Any]] = []
    var targets: Set<PageMessage.Field> = []
    for factor in factors {
      guard let name = factor.kind.input else { continue }
      var field = field(name, message)
      field["isOptional"] = !factor.isRequired
      fields.append(field)
      targets.insert(name)
    }
    for factor in factors {
      switch factor.kind {
      case .typed: break
      case .sent(_, let wasSent): values["sendCode"] = wasSent ? texts.sendNewCode : texts.sendCode
      case .eid(isDone: false):
        let eid = PageMessage.Field.factor(.eid)
        values["eidOpen"] = true
        values["eidAlone"] = fields.isEmpty
        values["eidText"] = eid.texts(language).hint
        values["eidButton"] = eid.texts(language).label
        targets.insert(eid)
      case .eid(isDone: true): values["eidDone"] = true
      }
    }
    if message == .codeSent, !fields.isEmpty { fields[0]["isFocused"] = true }
    if values["eidAlone"] as? Bool != true {
      fields += newPIN.map { field($0, message) }
      targets.formUnion(newPIN)
    }
    values["fields"] = fields
    values["hasAlternatives"] = factors.contains { !$0.isRequired }
    values["confirmHeading"] = newPIN.isEmpty ? texts.confirmHeading : texts.pinHeading
    values["proof"] = !newPIN.isEmpty
    set(message: message, targets: targets)
  }

  // MARK: Last pages

  init(_ view: ErrorView, _ language: Language) {
    self.init(language)
    set(texts.pair(view.kind))
    values["isWrong"] = true
    values["detail"] = view.detail.flatMap { DisplayText.neutral($0, longest: Self.longestPurpose) }
    values["reference"] = view.requestID
    values["hasFacts"] = view.detail != nil || view.requestID != nil
  }

  init(_ view: DoneView, _ language: Language) {
    self.init(language)
    set(texts.pair(view.kind))
    values["continueURL"] = view.continueURL
    values["continueText"] = view.client.map { sentence(texts.backTo, client: $0) } ?? [["text": texts.back]]
  }

  init(_ view: ForwardView, _ language: Language) {
    self.init(language)
    values["title"] = texts.forwardTitle
    values["isNarrow"] = true
    values["forwardTo"] = view.url
    values["forwardLink"] = texts.forwardLink.filled(["host": WebOrigin(of: view.url)?.host ?? ""])
  }

  private mutating func set(_ pair: PageTexts.Pair) {
    values["title"] = pair.title
    values["text"] = pair.text
    values["isNarrow"] = true
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

  private func field(_ name: PageMessage.Field, _ message: PageMessage?) -> [String: Any] {
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

  private func describe(_ field: inout [String: Any], _ hint: [[String: Any]]) {
    field["hasHint"] = true
    field["hint"] = hint
    let ids = [field["describedBy"] as? String, (field["id"] as? String).map { "\($0)-hint" }]
    field["describedBy"] = ids.compactMap { $0 }.joined(separator: " ")
  }
}
