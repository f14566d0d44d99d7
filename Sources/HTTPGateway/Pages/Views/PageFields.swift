internal import SoleControl
internal import Texts

// Fields of the forms, and which of them a message is about.

/// A field that asks for a factor.
struct FactorField: Sendable {
  /// The factor that is given here; its id is the name of the input.
  let factor: FactorID
  /// Whether it must not be shown while it is typed.
  var isHidden = false
  /// Whether it consists of digits.
  var isNumeric = false
  /// The attribute of HTML that tells browsers what belongs here.
  var autocomplete = "off"
  let texts: @Sendable (Language) -> FieldTexts
}

extension SigningView.Factor.Kind {
  /// Nil for what is not typed.
  var input: PageMessage.Field? {
    switch self {
    case .typed(let factor), .sent(let factor, _): .factor(factor)
    case .eid: nil
    }
  }
}

extension PageMessage.Field {
  /// The name of the input.
  var name: String {
    switch self {
    case .username: "username"
    case .password: "password"
    case .newPIN: "newPIN"
    case .repeatedPIN: "repeatedPIN"
    case .factor(let factor): factor.rawValue
    }
  }

  var isHidden: Bool {
    switch self {
    case .username: false
    case .password, .newPIN, .repeatedPIN: true
    case .factor(let factor): factor.face.pageField.isHidden
    }
  }

  var isNumeric: Bool {
    switch self {
    case .username, .password: false
    case .newPIN, .repeatedPIN: true
    case .factor(let factor): factor.face.pageField.isNumeric
    }
  }

  var longest: Int { isNumeric ? 64 : 255 }

  var autocomplete: String {
    switch self {
    case .username: "username"
    case .password: "current-password"
    case .newPIN, .repeatedPIN: "new-password"
    case .factor(let factor): factor.face.pageField.autocomplete
    }
  }
}

extension PageMessage {
  var field: Field? {
    switch self {
    case .missing(let field), .wrong(let field), .locked(let field): field
    case .logInFailed: .password
    case .unsuitablePIN: .newPIN
    case .pinsDiffer: .repeatedPIN
    case .notEnough, .codeSent, .codeNotSent, .tooManyTries, .busy, .otherCredential, .nothingChosen: nil
    }
  }
}
