/// Fields of the forms, and which of them a message is about.

extension SigningView.Factor.Kind {
  /// Nil for what is not typed.
  var inputName: PageMessage.Field? {
    switch self {
    case .pin: .pin
    case .otp: .otp
    case .sms: .sms
    case .eid: nil
    }
  }
}

extension PageMessage.Field {
  var isHidden: Bool { [.password, .pin, .newPIN, .repeatedPIN].contains(self) }
  var isNumeric: Bool { [.pin, .otp, .sms, .newPIN, .repeatedPIN].contains(self) }
  var longest: Int { isNumeric ? 64 : 255 }

  var autocomplete: String {
    switch self {
    case .username: "username"
    case .password: "current-password"
    case .otp, .sms: "one-time-code"
    case .newPIN, .repeatedPIN: "new-password"
    case .pin, .eid: "off"
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
    case .notEnough, .codeSent, .codeNotSent, .tooManyTries, .busy, .otherCredential: nil
    }
  }
}
