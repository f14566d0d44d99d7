internal import Attempts
internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import Octets
internal import SoleControl

/// An order that the logged-in person may give.
enum OfferedOrder {
  case creation(OfferedCreation, Principal)
  case deletion(Credential, Principal)

  /// What the page shows of it.
  var canonical: [UInt8] {
    switch self {
    case .creation(let creation, _): creation.canonical()
    case .deletion(let credential, _): credential.canonical()
    }
  }
}

/// A credential whose factors a page asks for.
struct UsedCredential {
  let credential: Credential
  /// For what they are asked.
  let wanted: SoleControl.AuthorizationRequest
  /// The client's words about the transaction.
  let description: String?
  let principal: Principal

  var id: CredentialID { credential.id }
}

extension Gateway {
  /// The factors that the authorization server's page can ask for.
  static let askable: Set<FactorID> = [.pin, .otp, .sms, .eid]

  /// What a request with scope `credential-creation` or `credential-deletion` asks for; nil for other requests. Refuses
  /// what could never be granted, before anybody is asked to log in.
  func orderDetails(
    _ parameters: OAuth.Parameters, _ client: Client, _ version: APIVersion
  ) async throws -> CredentialDetails? {
    let asked: CredentialOrderRequest
    let details = parameters["authorization_details"]
    do {
      if let details {
        let order = try await reading(details.utf8.count) { try CredentialOrderRequest(details: details) }
        guard let read = order else { return nil }
        guard version == .v2, signing.issuance != nil else { throw CSCError.invalidAuthorizationDetails }
        asked = read
      } else {
        let scope = try parameters["scope"].map(Scope.init(parameter:))
        guard scope == .credentialCreation || scope == .credentialDeletion else { return nil }
        guard version == .v2, signing.issuance != nil else { throw OAuthError.invalidScope }
        asked = try CredentialOrderRequest(isCreation: scope == .credentialCreation) { parameters[$0] }
      }
      switch asked.kind {
      case .creation(let policy, _):
        guard signing.issuance?.profile(policy) != nil else { throw Refusal.policyNotOffered }
      case .deletion(let id):
        _ = try await signing.offerDeletion(
          of: CredentialID(id), askable: Self.askable,
          as: Principal(partner: PartnerID(client.partner), signer: nil, client: ClientID(client.id)))
      }
    } catch Refusal.policyNotSatisfied {
      // Its factors cannot be asked for on the page.
      throw OAuthError.invalid("credentialID")
    } catch let error as Refusal {
      let error = error.cscError(version)
      throw error.kind == .badRequest ? OAuthError(error) : OAuthError.temporarilyUnavailable
    } catch let error as CSCError {
      throw OAuthError(error)
    }
    return CredentialDetails(
      canonical: asked.canonical(), isRich: details != nil,
      scope: asked.isCreation ? .credentialCreation : .credentialDeletion)
  }

  /// Nil if this person cannot have it: the credential is another's, or the name is not the person's.
  func offeredOrder(_ transaction: AuthorizationTransaction) async throws -> OfferedOrder? {
    let request = transaction.request
    guard let user = transaction.user, let client = oauth.clients[request.client], let details = request.credential,
      let asked = CredentialOrderRequest(canonical: details.canonical)
    else { throw StoreError.corrupt }
    let principal = Principal(
      partner: PartnerID(client.partner), signer: SignerID(user.signer), client: ClientID(client.id))
    do {
      switch asked.kind {
      case .creation(let policy, let subject):
        return .creation(
          try await signing.offerCreation(
            policy: policy, claim: SubjectClaim(subject), askable: Self.askable, as: principal), principal)
      case .deletion(let id):
        return .deletion(
          try await signing.offerDeletion(of: CredentialID(id), askable: Self.askable, as: principal), principal)
      }
    } catch let refusal as Refusal where refusal.isAboutTheOffer {
      return nil
    }
  }

  /// The token of the order, which waits for the code.
  ///
  /// - Throws: `PageMessage` for what the person can correct.
  func grant(
    _ offered: OfferedOrder, _ key: TransactionKey, _ transaction: AuthorizationTransaction,
    _ parameters: OAuth.Parameters, from origin: Origin
  ) async throws -> GrantedCredential {
    let client = ClientID(transaction.request.client)
    let granted: GrantedOrder
    switch offered {
    case .creation(let creation, let principal):
      granted = try await signing.orderCreation(
        creation, pin: try Self.chosenPIN(parameters), presented: try presented(key, transaction, parameters),
        client: client, as: principal, from: origin)
    case .deletion(let credential, let principal):
      granted = try await signing.orderDeletion(
        of: credential.id, presented: try presented(key, transaction, parameters), client: client, as: principal,
        from: origin)
    }
    return GrantedCredential(
      sad: granted.token.octets, expires: granted.order.expires, credential: granted.order.credential.text,
      activation: granted.order.digest)
  }

  private static func chosenPIN(_ parameters: OAuth.Parameters) throws -> String {
    guard let pin = parameters[PageMessage.Field.newPIN.rawValue] else { throw PageMessage.missing(.newPIN) }
    guard let again = parameters[PageMessage.Field.repeatedPIN.rawValue] else {
      throw PageMessage.missing(.repeatedPIN)
    }
    guard pin.isSame(as: again) else { throw PageMessage.pinsDiffer }
    guard PINRule.isSuitable(pin) else { throw PageMessage.unsuitablePIN }
    return pin
  }

  /// Nil for pages that ask for no credential's factors.
  func usedCredential(_ offer: Offer, _ transaction: AuthorizationTransaction) -> UsedCredential? {
    switch offer {
    case .service: nil
    case .order(.creation(let creation, let principal)):
      UsedCredential(
        credential: creation.proof, wanted: .creation(policy: creation.profile.policy, by: creation.proof.id),
        description: nil, principal: principal)
    case .credential(let offered):
      UsedCredential(
        credential: offered.credential,
        wanted: Self.authorization(
          offered.asked, offered.credential.id, client: transaction.request.client, presented: [:]),
        description: offered.asked.description, principal: offered.principal)
    case .order(.deletion(let credential, let principal)):
      UsedCredential(
        credential: credential, wanted: .deletion(of: credential.id), description: nil, principal: principal)
    }
  }

  func view(
    _ offered: OfferedOrder, _ transaction: AuthorizationTransaction, _ language: PageLanguage, codeWasSent: Bool
  ) -> ConsentView.Scope {
    switch offered {
    case .creation(let creation, _):
      let profile = creation.profile
      let identity = creation.identity
      return .creation(
        CreationView(
          policyName: profile.names[language.rawValue] ?? profile.names["en"] ?? profile.policy,
          policy: profile.policy, subject: identity.commonName, givenName: identity.givenName,
          surname: identity.surname, country: identity.country, issuer: signing.issuance?.issuer.name ?? "",
          days: profile.days, credential: creation.proof.description,
          factors: creation.proof.pageFactors(hasEID: transaction.hasEIDToken, codeWasSent: codeWasSent)))
    case .deletion(let credential, _):
      return .deletion(
        DeletionView(
          credential: credential.description, certificate: SigningView.Certificate(credential.certificate),
          factors: credential.pageFactors(hasEID: transaction.hasEIDToken, codeWasSent: codeWasSent)))
    }
  }
}

extension SigningView.Certificate {
  init(_ certificate: Certificate) {
    self.init(subject: certificate.subject, issuer: certificate.issuer, validTo: certificate.notAfter)
  }
}
