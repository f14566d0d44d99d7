/// Texts of the pages in one language, without those of factors (`FieldTexts`). The templates know them by these names.
public struct PageTexts: Sendable {
  public struct Pair: Sendable {
    public let title, text: String
  }

  // Every page.
  public let errorPrefix, newTab, serviceLine, terms, privacy, help, optional: String

  // Log-in.
  public let logInTitle, logInLead, username, usernameFixed, password, logIn: String

  // Consent to the scope service.
  public let serviceTitle, serviceLead, serviceHeading, serviceSeeing, serviceAsking, allow, deny, loggedInAs: String

  // Consent to signatures.
  public let signingTitle: Texts.Amount
  public let signingLead, summaryHeading, requestedBy, purpose, credential, signatures: String
  public let documentsHeading, digest, digestHelp, namesHelp, noLabel, noLabelHelp: String
  public let signedAlong, statedInDigest, circumstances: String
  public let properties: PropertyTexts
  public let moreDocuments: Texts.Amount
  public let unnamed, unnamedRest: Texts.Amount
  public let certificateHeading, issuedTo, issuedBy, validUntil, fullNames: String
  public let confirmHeading, sendCode, sendNewCode, eidDone, alternatives, approve, refuse: String

  // Consent to a new certificate, and to the end of one.
  public let creationTitle, creationLead, creationHeading, policy, givenName, surname, country, validFor: String
  public let days: Texts.Amount
  public let creationProof, pinHeading, newPIN, newPINHint, repeatedPIN, create: String
  /// Of one that a client ordered.
  public let invitationTitle, invitationLead, invitationHeading, invitationWarning, setPIN: String
  public let invitationDone, invitationRefused, invitationOver: Pair
  public let deletionTitle, deletionLead, deletionHeading: String
  /// In place of `deletionWarning`, of a certificate that another CA issued.
  public let deletionWarningElsewhere: String
  public let deletionWarning, delete: String

  // Questions about what the client left open.
  public let choosePolicyTitle, choosePolicyLead, choosePolicyHeading: String
  public let chooseCredentialTitle, chooseCredentialLead, chooseCredentialHeading: String
  public let serialNumber, moreToChoose, goOn, nothingChosen: String

  // Messages about the last try.
  public let problemHeading, logInFailed: String
  public let missingUsername, missingPassword: String
  public let missingNewPIN, missingRepeatedPIN, unsuitablePIN, pinsDiffer: String
  public let lockedLogIn, notEnough, codeSent, codeNotSent, tooManyTries, busy, otherCredential: String

  // Pages without a way on.
  public let unknownClient, invalidRequest, expired, notFromOurPage, notFound: Pair
  public let operatorsOnly, tooManyTriesPage, serverError, unavailable: Pair
  public let detail, reference: String
  public let confirmed, denied, alreadyAnswered: Pair
  public let backTo, back: String
  public let forwardTitle, forwardText, forwardLink: String

  /// January first.
  public let months: [String]
  /// With `{day}`, `{month}` and `{year}`.
  public let date: String

  /// The texts by name, for the templates.
  public static func byName(_ language: Language) -> [String: String] { named[language] ?? [:] }

  private static let named = Dictionary(
    uniqueKeysWithValues: Language.allCases.map { ($0, Texts.of($0).pages.byName) })

  private var byName: [String: String] {
    var texts: [String: String] = [:]
    for child in Mirror(reflecting: self).children {
      if let name = child.label, let text = child.value as? String { texts[name] = text }
    }
    return texts
  }
}
