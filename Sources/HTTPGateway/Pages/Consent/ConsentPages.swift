internal import Attempts
internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl

/// A credential authorization that the logged-in user may grant.
struct OfferedCredential {
  let credential: Credential
  let asked: CredentialScopeRequest
  let principal: Principal

  /// The credential's id if the service chose it, not the client.
  var shown: String? { asked.credentialID == nil ? credential.id.text : nil }
}

/// What a logged-in person may grant: all that the page shows beside the request itself.
enum Offer {
  case service
  case credential(OfferedCredential)
  case order(OfferedOrder)

  /// A form is good only for this.
  var canonical: [UInt8] {
    switch self {
    case .service: []
    // The whole row: certificate, description, factors.
    case .credential(let offered): offered.credential.canonical()
    case .order(let order): order.canonical
    }
  }

  /// The credential's id if the service chose it, not the client.
  var shown: String? { if case .credential(let offered) = self { offered.shown } else { nil } }
}

extension Gateway {
  /// The consent page: who asks, and for scope `credential` what will be signed, with which certificate.
  ///
  /// - Parameter form: the token of the form that led here.
  func showConsent(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ request: Request, message: PageMessage?,
    form: String
  ) async throws -> Response {
    guard let offer = try await offer(transaction) else { return try await refuse(key, transaction, form: form) }
    return try showConsent(key, transaction, offer, request, message: message)
  }

  private func showConsent(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ offer: Offer, _ request: Request,
    message: PageMessage?
  ) throws -> Response {
    guard let user = transaction.user else { throw TransactionRefusal.unknown }
    let asked = transaction.request
    let codeWasSent = message == .codeSent || message == .wrong(.sms)
    let scope: ConsentView.Scope =
      switch offer {
      case .service: .service
      case .order(let order): view(order, transaction, language(request, asked.language), codeWasSent: codeWasSent)
      case .credential(let offered): .credential(view(offered, transaction, codeWasSent: codeWasSent))
      }
    let token = oauth.formToken(key, .consent(transaction, offer: offer.canonical))
    let view = ConsentView(
      transaction: key.id, csrf: token, client: clientName(asked), signer: user.username, scope: scope,
      message: message)
    return pages.consent(
      view, of: partner(asked), in: language(request, asked.language), redirectingTo: [asked.redirectURI])
  }

  /// Nil if this person cannot have what is asked for.
  func offer(_ transaction: AuthorizationTransaction) async throws -> Offer? {
    guard transaction.user != nil else { throw TransactionRefusal.unknown }
    return switch transaction.request.scope {
    case .service: .service
    case .credential: try await offered(transaction).map(Offer.credential)
    case .credentialCreation, .credentialDeletion: try await offeredOrder(transaction).map(Offer.order)
    }
  }

  /// Ends the way through the pages, and tells the client.
  func refuse(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ error: OAuthError = .accessDenied, form: String
  ) async throws -> Response {
    redirect(transaction.destination, try await oauth.deny(key, transaction, error, form: form))
  }

  /// Handles a form of the consent page: it must come from the page that shows what is still on offer.
  func consentVisit(
    _ request: Request, _ call: CallLog, _ body: (PageVisit, Offer) async throws -> Response
  ) async throws -> Response {
    try await visit(request, call) { visit in
      let (key, transaction) = (visit.key, visit.transaction)
      guard let offer = try await offer(transaction) else {
        return try await refuse(key, transaction, form: visit.token)
      }
      // Chosen anew each time: what the person approves is what the page showed.
      guard offer.shown == nil || visit.parameters["shown"] == offer.shown else {
        return try showConsent(key, transaction, offer, request, message: .otherCredential)
      }
      guard oauth.isForm(visit.token, key, .consent(transaction, offer: offer.canonical)) else {
        throw TransactionRefusal.unknown
      }
      return try await body(visit, offer)
    }
  }

  /// The form of the consent page.
  func consentPage(_ request: Request, _ call: CallLog, from origin: Origin) async throws -> Response {
    try await consentVisit(request, call) { visit, offer in
      let (key, transaction) = (visit.key, visit.transaction)
      switch visit.parameters["decision"] {
      case "approve": return try await approve(visit, offer, request, from: origin)
      case "deny": return try await refuse(key, transaction, form: visit.token)
      case "send-code":
        guard let message = try await sendCode(visit, offer, from: origin) else { fallthrough }
        return try showConsent(key, transaction, offer, request, message: message)
      default: throw OAuthError.invalid("decision")
      }
    }
  }

  private func approve(
    _ visit: PageVisit, _ offer: Offer, _ request: Request, from origin: Origin
  ) async throws -> Response {
    let (key, transaction) = (visit.key, visit.transaction)
    do {
      let granted = try await grant(offer, visit, from: origin)
      let answer = try await oauth.issueCode(key, transaction, granted: granted, form: visit.token)
      return redirect(transaction.destination, answer)
    } catch let message as PageMessage {
      return try showConsent(key, transaction, offer, request, message: message)
    } catch let refusal as Refusal {
      // Another gateway may have handled the same form, and used up what was presented.
      let now = try await oauth.transaction(key)
      if let answer = try oauth.answer(key, now, form: visit.token) { return redirect(transaction.destination, answer) }
      guard let message = PageMessage(refusal) else {
        return try await refuse(key, transaction, OAuthError(refusal.cscError(.v2)), form: visit.token)
      }
      return try showConsent(key, transaction, offer, request, message: message)
    }
  }

  /// What waits for the code; nil for scope `service`.
  private func grant(_ offer: Offer, _ visit: PageVisit, from origin: Origin) async throws -> GrantedCredential? {
    switch offer {
    case .service: nil
    case .credential(let offered):
      try await grant(offered, visit.key, visit.transaction, visit.parameters, from: origin)
    case .order(let order): try await grant(order, visit.key, visit.transaction, visit.parameters, from: origin)
    }
  }

  /// The SAD that waits for the code. The factors are checked and counted as in `credentials/authorize`.
  private func grant(
    _ offered: OfferedCredential, _ key: TransactionKey, _ transaction: AuthorizationTransaction,
    _ parameters: OAuth.Parameters, from origin: Origin
  ) async throws -> GrantedCredential {
    let presented = try presented(key, transaction, parameters)
    var asked = Self.authorization(
      offered.asked, offered.credential.id, client: transaction.request.client, presented: presented)
    asked.origin = origin
    let authorization = try await signing.authorize(asked, as: offered.principal)
    return GrantedCredential(
      sad: authorization.sad.octets, expires: now() + authorization.expiresIn,
      credential: offered.credential.id.text, activation: authorization.activation.bytes)
  }

  /// The factors that the person gave on the page.
  func presented(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ parameters: OAuth.Parameters
  ) throws -> [FactorID: String] {
    var presented: [FactorID: String] = [:]
    for factor in [FactorID.pin, .otp, .sms] {
      // Spaces are how people read a code to themselves.
      if let value = parameters[factor.rawValue] { presented[factor] = value.filter { $0 != " " } }
    }
    if let token = try oauth.eidToken(key, transaction) { presented[.eid] = token }
    return presented
  }

  /// Seconds in which a second press of the button sends no second code, which would end the first.
  private static let codePause: Int64 = 5

  /// Sends a one-time code to the customer, and says whether it went. Nil if the page has no button for that.
  private func sendCode(_ visit: PageVisit, _ offer: Offer, from origin: Origin) async throws -> PageMessage? {
    guard let used = usedCredential(offer, visit.transaction) else { return nil }
    if let sent = visit.transaction.codeSent, now() - sent < Self.codePause { return .codeSent }
    do {
      try await signing.sendCode(for: used.id, description: used.description, as: used.principal, from: origin)
      try await oauth.noteCode(visit.key)
      return .codeSent
    } catch Refusal.lockedFactor {
      return .locked(.sms)
    } catch Refusal.tooManyMessages, Refusal.unavailable {
      return .codeNotSent
    } catch Refusal.noChallenge {
      throw OAuthError.invalid("decision")
    }
  }

  /// Nil if the user has no credential that fits: it may be another's, or not usable for this.
  func offered(_ transaction: AuthorizationTransaction) async throws -> OfferedCredential? {
    let request = transaction.request
    guard let user = transaction.user, let client = oauth.clients[request.client], let details = request.credential,
      let asked = CredentialScopeRequest(canonical: details.canonical)
    else { throw StoreError.corrupt }
    let principal = Principal(
      partner: PartnerID(client.partner), signer: SignerID(user.signer), client: ClientID(client.id))
    let candidates =
      if let id = asked.credentialID { [CredentialID(id)] } else {
        try await signing.credentials(of: SignerID(user.signer), after: nil, limit: Self.mostCandidates, as: principal)
          .filter { $0.qualifier == asked.signatureQualifier && $0.isValid(at: now()) }.map(\.id)
      }
    for id in candidates {
      let wanted = Self.authorization(asked, id, client: client.id, presented: [:])
      do {
        let credential = try await signing.check(wanted, as: principal)
        return OfferedCredential(credential: credential, asked: asked, principal: principal)
      } catch let refusal as Refusal where refusal.isAboutTheOffer {}
    }
    return nil
  }

  /// Credentials of a user among which a `signatureQualifier` chooses.
  private static let mostCandidates = 1000

  private func view(
    _ offered: OfferedCredential, _ transaction: AuthorizationTransaction, codeWasSent: Bool
  ) -> SigningView {
    let certificate = offered.credential.certificate
    return SigningView(
      credential: offered.credential.description,
      certificate: SigningView.Certificate(
        subject: certificate.subject, issuer: certificate.issuer, validTo: certificate.notAfter),
      documents: offered.asked.documents.map { SigningView.Document(label: $0.label, digest: $0.digest) },
      hashName: offered.asked.hashAlgorithm?.core.displayName ?? "", numSignatures: offered.asked.numSignatures,
      description: offered.asked.description,
      factors: offered.credential.pageFactors(hasEID: transaction.hasEIDToken, codeWasSent: codeWasSent),
      shown: offered.shown)
  }
}

extension HashAlgorithm {
  var displayName: String {
    switch self {
    case .sha256: "SHA-256"
    case .sha384: "SHA-384"
    case .sha512: "SHA-512"
    }
  }
}

extension Credential {
  /// What a page asks for: the factors of the policy, in a fixed order.
  func pageFactors(hasEID: Bool, codeWasSent: Bool) -> [SigningView.Factor] {
    guard let expression else { return [] }
    return FactorID.allCases.filter(expression.factors.contains).compactMap { factor in
      let kind: SigningView.Factor.Kind? =
        switch factor {
        case .pin: .pin
        case .otp: .otp
        case .sms: .sms(wasSent: codeWasSent)
        // Asked for on a page of its own.
        case .page, .eidApp: nil
        // Speaks through the API.
        case .partner: nil
        case .eid: .eid(isDone: hasEID)
        }
      return kind.map { SigningView.Factor(kind: $0, isRequired: expression.demands(factor)) }
    }
  }
}

extension Refusal {
  /// Whether this person cannot have what was asked for. All else is no answer to the client: a device that is busy, or a
  /// fault that somebody has to look at.
  var isAboutTheOffer: Bool {
    switch self {
    case .unknownCredential, .credentialDisabled, .authorizedElsewhere, .tooManySignatures, .digestsMissing,
      .tooManyDigests, .policyNotSatisfied, .policyNotOffered, .notEnrolled, .notProven, .subjectDiffers:
      true
    default: false
    }
  }
}

extension PageMessage {
  /// What the person is told; nil for a refusal that no further try can change.
  init?(_ refusal: Refusal) {
    switch refusal {
    case .factorMissing, .factorsMissing:
      self = refusal.stillNeeded?.always.first.map { .missing($0.pageField) } ?? .notEnough
    case .wrongFactor(let factor): self = .wrong(factor.pageField)
    case .lockedFactor(let factor): self = .locked(factor.pageField)
    case .policyNotSatisfied: self = .notEnough
    case .tooManyTries: self = .tooManyTries
    case .unavailable, .providerUnavailable: self = .busy
    default: return nil
    }
  }
}

extension FactorID {
  var pageField: PageMessage.Field {
    switch self {
    case .pin, .page, .partner: .pin
    case .otp: .otp
    case .sms: .sms
    case .eid, .eidApp: .eid
    }
  }
}

extension OAuthError {
  init(_ error: CSCError) { self.init(error.code, error.text) }
}
