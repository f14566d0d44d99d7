/// Fills in pages as the person at the browser: user name and password where a page asks for them, PIN and
/// one-time password where it asks for those, and the button that approves or declines. Pages are understood by the
/// types, names and autocomplete values of their inputs, so any server's will do.
final class FormFilling {
  struct Submission {
    let action, method: String
    let fields: Form.Fields
    /// Inputs whose values must not be shown.
    let secretNames: Set<String>
  }

  /// The value that an input wants.
  private enum Wish { case username, password, pin, newPIN, oneTimePassword, nothing }

  private static let approving = [
    "approve", "allow", "accept", "agree", "authorize", "authorise", "consent", "confirm", "sign", "create", "yes",
    "continue",
    "ok",
    "grant", "zustimmen", "erlauben", "bestätigen", "freigeben",
  ]
  private static let declining = [
    "deny", "decline", "cancel", "reject", "refuse", "disagree", "abort", "no", "ablehnen", "abbrechen", "verweigern",
  ]

  let username, password, pin: String?
  /// The PIN that is chosen where a page asks for a new one.
  let newPIN: String?
  let oneTimePassword: () async -> String?
  let declines: Bool
  /// A form that comes back as it was sent is not sent again and again: that could lock something.
  private let mostTimes: Int
  private var timesSent: [String: Int] = [:]

  init(
    username: String?, password: String?, pin: String?, newPIN: String? = nil, declines: Bool = false,
    mostTimes: Int = 2,
    oneTimePassword: @escaping () async -> String?
  ) {
    self.username = username
    self.password = password
    self.pin = pin
    self.newPIN = newPIN
    self.declines = declines
    self.mostTimes = mostTimes
    self.oneTimePassword = oneTimePassword
  }

  /// Nil if the page has nothing that leads on.
  func submission(of page: String) async throws -> Submission? {
    let forms = HTMLForm.all(in: page)
    guard let form = forms.max(by: { rank($0) < rank($1) }), rank(form) > 0 else { return nil }
    let asksForUser = wishes(form).contains(.username) || wishes(form).contains(.password)
    let button = button(of: form, decline: declines && !asksForUser)
    let isDeclining = declines && !asksForUser && (button.map(isDeclining) ?? false)
    var fields: Form.Fields = []
    var secretNames: Set<String> = []
    for control in form.controls where !control.name.isEmpty && !control.isDisabled {
      switch control.type {
      case "submit", "image", "button", "reset", "file": continue
      case "radio":
        // Of those under one name the chosen one, else the first.
        let group = form.controls.filter { $0.type == "radio" && $0.name == control.name && !$0.isDisabled }
        let isChosen = control == (group.first(where: \.isChecked) ?? group.first(where: \.isRequired))
        if isChosen, fields.value(control.name) == nil { fields.append((control.name, control.value)) }
        continue
      case "checkbox":
        if control.isChecked || control.isRequired { fields.append((control.name, control.value)) }
        continue
      default: break
      }
      let wish = Self.wish(control)
      // A person who declines tells no PIN.
      if isDeclining, [.pin, .newPIN, .oneTimePassword].contains(wish) {
        fields.append((control.name, ""))
        continue
      }
      switch wish {
      case .nothing: fields.append((control.name, control.value))
      case .username: fields.append((control.name, try needed(username, "--username")))
      case .password: fields.append((control.name, try needed(password, "--password")))
      case .pin: fields.append((control.name, try needed(pin, "--pin")))
      case .newPIN: fields.append((control.name, try needed(newPIN, "--certificate-policy")))
      case .oneTimePassword: fields.append((control.name, try needed(await oneTimePassword(), "--totp-secret")))
      }
      if wish != .nothing || control.type == "hidden" { secretNames.insert(control.name) }
    }
    let key = "\(form.action) \(form.controls.map(\.name))"
    timesSent[key, default: 0] += 1
    guard timesSent[key, default: 0] <= mostTimes else { return nil }
    if let button, !button.name.isEmpty { fields.append((button.name, button.value)) }
    return Submission(
      action: button?.formAction ?? form.action, method: form.method, fields: fields, secretNames: secretNames)
  }

  private func needed(_ value: String?, _ option: String) throws -> String {
    guard let value else { throw Finding.missing("the log-in pages ask for what \(option) would give") }
    return value
  }

  /// Rank of a form by its likeness to the one to go on with.
  private func rank(_ form: HTMLForm) -> Int {
    let wishes = wishes(form)
    if wishes.contains(.password) { return 5 }
    if wishes.contains(.newPIN) || wishes.contains(.pin) || wishes.contains(.oneTimePassword) { return 4 }
    if wishes.contains(.username) { return 3 }
    if form.buttons.contains(where: { isDeclining($0) || isApproving($0) }) { return 2 }
    return form.method == "post" && !form.buttons.isEmpty ? 1 : 0
  }

  private func wishes(_ form: HTMLForm) -> [Wish] { form.controls.map(Self.wish) }

  private static func wish(_ control: HTMLForm.Control) -> Wish {
    let name = (control.name + " " + control.id).lowercased()
    switch control.type {
    case "password", "text", "email", "tel", "number": break
    default: return .nothing
    }
    if control.autocomplete.contains("one-time-code") || name.contains("otp")
      || name.contains("tan") && control.inputMode == "numeric"
    {
      return .oneTimePassword
    }
    if control.autocomplete.contains("new-password") { return .newPIN }
    if control.type == "password" {
      return name.contains("pin") || control.inputMode == "numeric" ? .pin : .password
    }
    if control.autocomplete.contains("username") || control.autocomplete.contains("email")
      || ["user", "login", "email", "account"].contains(where: name.contains)
    {
      return .username
    }
    return name.split(separator: " ").contains("pin") ? .pin : .nothing
  }

  private func button(of form: HTMLForm, decline: Bool) -> HTMLForm.Control? {
    let wanted = decline ? isDeclining : isApproving
    return form.buttons.first(where: wanted) ?? form.buttons.first { !isDeclining($0) } ?? form.buttons.first
  }

  private func isDeclining(_ button: HTMLForm.Control) -> Bool {
    Self.words(button).contains { Self.declining.contains($0) }
  }
  private func isApproving(_ button: HTMLForm.Control) -> Bool {
    !isDeclining(button) && Self.words(button).contains { Self.approving.contains($0) }
  }

  private static func words(_ button: HTMLForm.Control) -> [String] {
    "\(button.name) \(button.value) \(button.id) \(button.label)".lowercased()
      .split { !$0.isLetter }.map(String.init)
  }
}
