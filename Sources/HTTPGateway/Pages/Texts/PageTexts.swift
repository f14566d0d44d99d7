/// Every text of the pages in one language. `{client}` and the like stand for values.
///
/// A struct, so that the compiler sees when a language lacks a text. The templates know the texts by these names.
struct PageTexts: Sendable {
  struct Pair: Sendable {
    var title, text: String
  }

  struct Amount: Sendable {
    var one, many: String

    func text(_ count: Int) -> String { count == 1 ? one : many }
  }

  // Every page.
  var errorPrefix, newTab, serviceLine, terms, privacy, help, optional: String

  // Log-in.
  var logInTitle, logInLead, username, usernameFixed, password, logIn: String

  // Consent to the scope service.
  var serviceTitle, serviceLead, serviceHeading, serviceSeeing, serviceAsking, allow, deny, loggedInAs: String

  // Consent to signatures.
  var signingTitle: Amount
  var signingLead, summaryHeading, requestedBy, purpose, credential, signatures: String
  var documentsHeading, digest, digestHelp, namesHelp, noLabel, noLabelHelp: String
  var moreDocuments: Amount
  var unnamed, unnamedRest: Amount
  var certificateHeading, issuedTo, issuedBy, validUntil, fullNames: String
  var confirmHeading, pin, otp, otpHint, sms, smsHint, sendCode, sendNewCode: String
  var eidText, eidButton, eidDone, alternatives, approve, refuse: String

  // Consent to a new certificate, and to the end of one.
  var creationTitle, creationLead, creationHeading, policy, givenName, surname, country, validFor: String
  var days: Amount
  var creationProof, pinHeading, newPIN, newPINHint, repeatedPIN, create: String
  var deletionTitle, deletionLead, deletionHeading, deletionWarning, delete: String

  // What went wrong with the last try.
  var problemHeading, logInFailed: String
  var missingUsername, missingPassword, missingPIN, missingOTP, missingSMS, missingEID: String
  var missingNewPIN, missingRepeatedPIN, unsuitablePIN, pinsDiffer: String
  var wrongPIN, wrongOTP, wrongSMS, wrongEID: String
  var lockedLogIn, lockedPIN, lockedOTP, lockedSMS, lockedEID: String
  var notEnough, codeSent, codeNotSent, tooManyTries, busy, otherCredential: String

  // Pages without a way on.
  var unknownClient, invalidRequest, expired, notFromOurPage, notFound: Pair
  var tooManyTriesPage, serverError, unavailable: Pair
  var detail, reference: String
  var confirmed, denied, alreadyAnswered: Pair
  var backTo, back: String
  var forwardTitle, forwardText, forwardLink: String

  /// January first.
  var months: [String]
  /// With `{day}`, `{month}` and `{year}`.
  var date: String

  static func of(_ language: PageLanguage) -> PageTexts {
    switch language {
    case .english: .english
    case .german: .german
    }
  }

  /// The texts by name, for the templates.
  static func byName(_ language: PageLanguage) -> [String: String] { named[language] ?? [:] }

  private static let named = Dictionary(uniqueKeysWithValues: PageLanguage.allCases.map { ($0, of($0).byName) })

  private var byName: [String: String] {
    var texts: [String: String] = [:]
    for child in Mirror(reflecting: self).children {
      if let name = child.label, let text = child.value as? String { texts[name] = text }
    }
    return texts
  }
}
