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

extension Gateway {
  /// The consent page: who asks, and for scope `credential` what will be signed, with which certificate.
  func showConsent(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ request: Request, message: PageMessage?
  ) async throws -> Response {
    guard let user = transaction.user else { throw TransactionRefusal.unknown }
    let asked = transaction.request
    var scope = ConsentView.Scope.service
    switch asked.scope {
    case .service: break
    case .credentialCreation, .credentialDeletion:
      guard let offered = try await offeredOrder(transaction) else {
        try await oauth.deny(key)
        return redirect(transaction.destination, .accessDenied)
      }
      scope = view(
        offered, transaction, language(request, asked.language),
        codeWasSent: message == .codeSent || message == .wrong(.sms))
    case .credential:
      guard let offered = try await offered(transaction) else {
        try await oauth.deny(key)
        return redirect(transaction.destination, .accessDenied)
      }
      scope = .credential(view(offered, transaction, codeWasSent: message == .codeSent || message == .wrong(.sms)))
    }
    let view = ConsentView(
      transaction: key.id, csrf: oauth.formToken(key), client: clientName(asked), signer: user.username, scope: scope,
      message: message)
    return pages.consent(
      view, of: partner(asked), in: language(request, asked.language), redirectingTo: [asked.redirectURI])
  }

  /// The form of the consent page.
  func consentPage(_ request: Request, _ call: CallLog, from origin: Origin) async throws -> Response {
    let parameters = try await parameters(request)
    let (key, transaction) = try await transaction(request, parameters)
    let asked = transaction.request
    call.partner = oauth.clients[asked.client]?.partner
    guard transaction.user != nil else { throw TransactionRefusal.unknown }
    if parameters["decision"] == "send-code", let message = try await sendCode(transaction, from: origin) {
      return try await showConsent(key, transaction, request, message: message)
    }
    guard parameters["decision"] == "approve" else {
      guard parameters["decision"] == "deny" else { throw OAuthError.invalid("decision") }
      try await oauth.deny(key)
      return redirect(transaction.destination, .accessDenied)
    }
    var granted: GrantedCredential?
    if asked.scope != .service {
      do {
        granted = try await grant(key, transaction, parameters, from: origin)
        guard granted != nil else {
          try await oauth.deny(key)
          return redirect(transaction.destination, .accessDenied)
        }
      } catch let message as PageMessage {
        return try await showConsent(key, transaction, request, message: message)
      } catch let refusal as Refusal {
        guard let message = PageMessage(refusal) else {
          try await oauth.deny(key)
          return redirect(transaction.destination, OAuthError(refusal.cscError(.v2)))
        }
        return try await showConsent(key, transaction, request, message: message)
      }
    }
    let code = try await oauth.issueCode(key, transaction, granted: granted)
    return redirect(transaction.destination, [("code", code)])
  }

  /// What waits for the code; nil if it cannot be granted to this person.
  private func grant(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ parameters: OAuth.Parameters, from origin: Origin
  ) async throws -> GrantedCredential? {
    if transaction.request.scope == .credential {
      guard let offered = try await offered(transaction) else { return nil }
      // Chosen anew each time: what the person approved is what the page showed.
      guard offered.shown == nil || parameters["shown"] == offered.shown else { throw PageMessage.otherCredential }
      return try await grant(offered, key, transaction, parameters, from: origin)
    }
    guard let offered = try await offeredOrder(transaction) else { return nil }
    return try await grant(offered, key, transaction, parameters, from: origin)
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

  /// Sends a one-time code to the customer, and says whether it went. Nil if the page has no button for that.
  private func sendCode(_ transaction: AuthorizationTransaction, from origin: Origin) async throws -> PageMessage? {
    guard let used = try await usedCredential(transaction) else { return nil }
    do {
      try await signing.sendCode(for: used.id, description: used.description, as: used.principal, from: origin)
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
      .tooManyDigests, .policyNotSatisfied, .policyNotOffered, .notEnrolled, .subjectDiffers:
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
