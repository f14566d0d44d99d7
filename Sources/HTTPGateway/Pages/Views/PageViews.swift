internal import DocumentSigning
internal import SoleControl
internal import Texts
internal import Vocabulary

/// The log-in page: `POST /oauth2/login` with `transaction`, `csrf`, `username`, `password`.
struct LogInView: Sendable {
  var transaction, csrf: String
  /// Name of the client that asks, as people know it.
  var client: String
  var username: String?
  /// The client named the account (`account_token`), so another one is of no use.
  var usernameIsFixed = false
  var message: PageMessage?
}

/// The consent page: `POST /oauth2/consent` with `transaction`, `csrf`, `decision` (`approve`, `deny`, `choose`) and
/// the factors by their ids, or `choice`; `POST /oauth2/eid` with `transaction`, `csrf`, `shown`.
struct ConsentView: Sendable {
  enum Scope: Sendable {
    case service
    case credential(SigningView)
    case creation(CreationView)
    case deletion(DeletionView)
    case choice(ChoiceView)
  }

  var transaction, csrf: String
  var client: String
  /// Name of the person who is logged in.
  var signer: String
  var scope: Scope
  var message: PageMessage?
}

/// The page behind a link that the customer got: one form, sent to `action`, with the fields of the consent page.
struct ConfirmView: Sendable {
  /// Path on this server.
  var action: String
  var transaction, csrf: String
  var client: String
  var signing: SigningView
  var message: PageMessage?
}

/// The page behind the link of an invitation: one form, sent to `action`, with the inputs `newPIN` and `repeatedPIN`.
struct InvitationView: Sendable {
  /// Path on this server.
  var action: String
  var transaction, csrf: String
  /// Name of the partner that ordered the credential.
  var client: String
  /// For people to recognise the credential by.
  var credential: String
  var certificate: SigningView.Certificate
  /// Hexadecimal, of the certificate.
  var serialNumber: String
  var message: PageMessage?
}

/// The content of a signing page: documents, certificate, and the factors that authorize it.
struct SigningView: Sendable {
  struct Document: Sendable {
    var label: String?
    var digest: [UInt8]
    /// All that goes with it. Showable.
    var terms = DocumentTerms(properties: [], circumstances: nil)
    /// Whether the digest has the terms inside, as the client says.
    var isRepresentation = false
  }

  struct Certificate: Sendable {
    /// RFC 4514.
    var subject, issuer: String
    var validTo: UnixTime
  }

  struct Factor: Sendable {
    enum Kind: Sendable, Hashable {
      /// An input.
      case typed(FactorID)
      /// An input for a code, and a button that sends `decision=send-code` in a form of its own.
      case sent(FactorID, wasSent: Bool)
      /// A button that posts to `/oauth2/eid`, until it is done.
      case eid(isDone: Bool)
    }

    var kind: Kind
    /// Whether no authorization succeeds without it.
    var isRequired = true
  }

  /// For people to recognise the credential by.
  var credential: String
  var certificate: Certificate
  var documents: [Document]
  /// Of the digests, such as SHA-256.
  var hashName: String
  var numSignatures: Int
  /// The client's words about the transaction.
  var description: String?
  /// In the order in which they are asked for. Empty: the decision is enough.
  var factors: [Factor]
  /// The credential, as the input `shown`, where the service chose it: only this one is authorized then.
  var shown: String?
}

/// The content of a page for a new certificate and the factors that authorize it; the inputs `newPIN` and `repeatedPIN`
/// are for its PIN.
struct CreationView: Sendable {
  /// The certificate policy, for people and as OID.
  var policyName, policy: String
  var subject, givenName, surname, country: String
  /// RFC 4514.
  var issuer: String
  var days: Int64
  /// The person's credential whose factors are asked for, for people to recognise it by.
  var credential: String
  /// As for signing with that one.
  var factors: [SigningView.Factor]
}

/// The content of a page for the deletion of a credential, and the factors that authorize that.
struct DeletionView: Sendable {
  /// For people to recognise the credential by.
  var credential: String
  var certificate: SigningView.Certificate
  /// Whether our own CA issued the certificate, and revokes it. Others are asked by its owner.
  var isRevoked: Bool
  /// As for signing.
  var factors: [SigningView.Factor]
}

/// The content of a page that asks for what the client left open: which certificate policy, or which credential. The
/// radio buttons are named `choice`.
struct ChoiceView: Sendable {
  struct Option: Sendable {
    /// The value that the form brings back; of a policy its OID, which is shown.
    var value: String
    /// For people.
    var name: String
    var certificate: (serialNumber: String, validTo: UnixTime)?
  }

  var isCreation: Bool
  /// At least two.
  var options: [Option]
  /// Whether there are more.
  var isCut: Bool
}

/// A page's message about the last try. The texts are in `PageTexts`.
enum PageMessage: Error, Sendable, Hashable {
  /// A field of the forms.
  enum Field: Sendable, Hashable {
    case username, password, newPIN, repeatedPIN
    case factor(FactorID)
  }

  case logInFailed
  case missing(Field)
  case wrong(Field)
  case locked(Field)
  /// The input is right but does not satisfy the credential's policy.
  case notEnough
  /// The PIN that the person chose is one that others would try first, or no PIN at all.
  case unsuitablePIN
  case pinsDiffer
  case codeSent
  case codeNotSent
  case tooManyTries
  case busy
  /// The service would choose another credential now than the one that the page showed.
  case otherCredential
  case nothingChosen
}

/// A page for what cannot go on and must not be redirected to the client.
struct ErrorView: Sendable {
  enum Kind: Sendable, CaseIterable {
    /// 400: client or redirect URI unknown.
    case unknownClient
    /// 400
    case invalidRequest
    /// 400: the transaction is unknown, too old or over.
    case expired
    /// 400: cookie or token do not belong together.
    case notFromOurPage
    /// 404
    case notFound
    /// 404: the link of an invitation leads nowhere, or no longer.
    case invitationOver
    /// 401, or 403: the page for operators, and no operator asks.
    case operatorsOnly
    /// 429
    case tooManyTries
    /// 500
    case serverError
    /// 503
    case unavailable
  }

  var kind: Kind
  /// For the client's developers, in English: which parameter is wrong.
  var detail: String?
  var requestID: String?
}

/// The last page of what was answered behind a link.
struct DoneView: Sendable {
  enum Kind: Sendable, CaseIterable { case confirmed, denied, alreadyAnswered, invitationDone, invitationRefused }

  var kind: Kind
  var client: String?
  /// https, or the client's own scheme.
  var continueURL: String?
}

/// Leads to another site by itself. An answer to a form must not redirect to sites that its page did not name in
/// `form-action`, and an eID provider may lead through sites that are not known before.
struct ForwardView: Sendable {
  var url: String
}
