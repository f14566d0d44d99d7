internal import Texts

/// The consent page, for whatever is asked for.
extension PageContext {
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
}
