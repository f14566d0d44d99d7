internal import Texts

/// The text for each case.
extension PageTexts {
  func label(of field: PageMessage.Field) -> String {
    switch field {
    case .username: username
    case .password: password
    case .pin: pin
    case .otp: otp
    case .sms: sms
    case .eid: eidButton
    case .newPIN: newPIN
    case .repeatedPIN: repeatedPIN
    }
  }

  func hint(of field: PageMessage.Field) -> String? {
    switch field {
    case .otp: otpHint
    case .sms: smsHint
    case .newPIN: newPINHint
    case .username, .password, .pin, .eid, .repeatedPIN: nil
    }
  }

  func text(of message: PageMessage) -> String {
    switch message {
    case .logInFailed: logInFailed
    case .missing(let field): missing(field)
    case .wrong(let field): wrong(field)
    case .locked(let field): locked(field)
    case .notEnough: notEnough
    case .unsuitablePIN: unsuitablePIN
    case .pinsDiffer: pinsDiffer
    case .codeSent: codeSent
    case .codeNotSent: codeNotSent
    case .tooManyTries: tooManyTries
    case .busy: busy
    case .otherCredential: otherCredential
    }
  }

  private func missing(_ field: PageMessage.Field) -> String {
    switch field {
    case .username: missingUsername
    case .password: missingPassword
    case .pin: missingPIN
    case .otp: missingOTP
    case .sms: missingSMS
    case .eid: missingEID
    case .newPIN: missingNewPIN
    case .repeatedPIN: missingRepeatedPIN
    }
  }

  private func wrong(_ field: PageMessage.Field) -> String {
    switch field {
    // The page does not tell which of the two is wrong.
    case .username, .password: logInFailed
    case .pin: wrongPIN
    case .otp: wrongOTP
    case .sms: wrongSMS
    case .eid: wrongEID
    case .newPIN: unsuitablePIN
    case .repeatedPIN: pinsDiffer
    }
  }

  private func locked(_ field: PageMessage.Field) -> String {
    switch field {
    case .username, .password: lockedLogIn
    case .pin, .newPIN, .repeatedPIN: lockedPIN
    case .otp: lockedOTP
    case .sms: lockedSMS
    case .eid: lockedEID
    }
  }

  func pair(_ kind: ErrorView.Kind) -> Pair {
    switch kind {
    case .unknownClient: unknownClient
    case .invalidRequest: invalidRequest
    case .expired: expired
    case .notFromOurPage: notFromOurPage
    case .notFound: notFound
    case .tooManyTries: tooManyTriesPage
    case .serverError: serverError
    case .unavailable: unavailable
    }
  }

  func pair(_ kind: DoneView.Kind) -> Pair {
    switch kind {
    case .confirmed: confirmed
    case .denied: denied
    case .alreadyAnswered: alreadyAnswered
    }
  }
}
