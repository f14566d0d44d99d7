internal import Texts

// The text for each case.

extension PageMessage.Field {
  func texts(_ language: Language) -> FieldTexts {
    let pages = Texts.of(language).pages
    return switch self {
    case .username:
      FieldTexts(
        label: pages.username, missing: pages.missingUsername, wrong: pages.logInFailed, locked: pages.lockedLogIn)
    // The page does not tell which of the two is wrong.
    case .password:
      FieldTexts(
        label: pages.password, missing: pages.missingPassword, wrong: pages.logInFailed, locked: pages.lockedLogIn)
    case .newPIN:
      FieldTexts(
        label: pages.newPIN, hint: pages.newPINHint, missing: pages.missingNewPIN, wrong: pages.unsuitablePIN,
        locked: FieldTexts.pin(language).locked)
    case .repeatedPIN:
      FieldTexts(
        label: pages.repeatedPIN, missing: pages.missingRepeatedPIN, wrong: pages.pinsDiffer,
        locked: FieldTexts.pin(language).locked)
    case .factor(let factor): factor.face.pageField.texts(language)
    }
  }
}

extension PageMessage {
  func text(_ language: Language) -> String {
    let pages = Texts.of(language).pages
    return switch self {
    case .logInFailed: pages.logInFailed
    case .missing(let field): field.texts(language).missing
    case .wrong(let field): field.texts(language).wrong
    case .locked(let field): field.texts(language).locked
    case .notEnough: pages.notEnough
    case .unsuitablePIN: pages.unsuitablePIN
    case .pinsDiffer: pages.pinsDiffer
    case .codeSent: pages.codeSent
    case .codeNotSent: pages.codeNotSent
    case .tooManyTries: pages.tooManyTries
    case .busy: pages.busy
    case .otherCredential: pages.otherCredential
    case .nothingChosen: pages.nothingChosen
    }
  }
}

extension PageTexts {
  func pair(_ kind: ErrorView.Kind) -> Pair {
    switch kind {
    case .unknownClient: unknownClient
    case .invalidRequest: invalidRequest
    case .expired: expired
    case .notFromOurPage: notFromOurPage
    case .notFound: notFound
    case .invitationOver: invitationOver
    case .operatorsOnly: operatorsOnly
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
    case .invitationDone: invitationDone
    case .invitationRefused: invitationRefused
    }
  }
}
