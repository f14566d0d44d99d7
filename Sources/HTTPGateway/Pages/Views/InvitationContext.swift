internal import Texts

/// The page on which a person sets a first PIN.
extension PageContext {
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
}
