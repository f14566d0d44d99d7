internal import Texts

extension PageContext {
  /// The radio button to which a message leads: the first.
  private static let first = "choice"

  mutating func set(_ view: ChoiceView, client: String, _ message: PageMessage?) {
    values["title"] = view.isCreation ? texts.choosePolicyTitle : texts.chooseCredentialTitle
    values["lead"] = sentence(view.isCreation ? texts.choosePolicyLead : texts.chooseCredentialLead, client: client)
    values["choiceHeading"] = view.isCreation ? texts.choosePolicyHeading : texts.chooseCredentialHeading
    values["client"] = Self.name(client)
    values["options"] = view.options.enumerated().map { option($0.element, number: $0.offset + 1) }
    values["isCut"] = view.isCut
    values["cut"] = sentence(texts.moreToChoose, client: client)
    set(message: message, targets: [])
    guard message == .nothingChosen else { return }
    values["target"] = Self.first
    values["problem"] = texts.nothingChosen
  }

  private func option(_ option: ChoiceView.Option, number: Int) -> [String: Any] {
    var values: [String: Any] = [
      "id": number == 1 ? Self.first : "\(Self.first)-\(number)", "value": option.value, "name": Self.name(option.name),
    ]
    if let certificate = option.certificate {
      values["serialNumber"] = Self.name(certificate.serialNumber)
      values["validTo"] = date(certificate.validTo)
      values["validToISO"] = Day(certificate.validTo).iso
    } else {
      values["policy"] = Self.name(option.value)
    }
    return values
  }
}
