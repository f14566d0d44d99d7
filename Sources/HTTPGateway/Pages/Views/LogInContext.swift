internal import Registry
internal import Texts

/// The log-in page.
extension PageContext {
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
}
