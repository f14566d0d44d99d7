internal import CSCModel
internal import Issuance
internal import OAuth
internal import Octets
internal import SoleControl
internal import Vocabulary

/// Carries out what a person approves on the consent page.
struct Grants: Sendable {
  let oauth: AuthorizationServer
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let now: @Sendable () -> UnixTime

  /// The grant that waits for the code; nil for scope `service`. The factors are checked and counted as in
  /// `credentials/authorize`.
  ///
  /// - Throws: `PageMessage` for errors that the person can correct.
  func grant(_ offer: Offer, _ visit: PageVisit) async throws -> GrantedToken? {
    switch offer {
    case .service: nil
    case .credential(let offered): try await authorize(offered, visit)
    case .lifecycle(let offer): try await carryOut(offer, visit)
    // Nothing to approve yet.
    case .choice: throw OAuthError.invalid("decision")
    }
  }

  /// The SAD.
  private func authorize(_ offered: ConsentRequest, _ visit: PageVisit) async throws -> GrantedToken {
    var asked = offered.wanted
    asked.presented = try presented(visit)
    asked.origin = visit.context.origin.person
    let authorization = try await soleControl.authorizations.authorize(asked, as: offered.principal)
    return GrantedToken(
      octets: authorization.sad.octets, expires: now() + authorization.expiresIn,
      credential: offered.credential.id.rawValue, reference: authorization.activation.bytes)
  }

  /// The lifecycle token.
  private func carryOut(_ offered: LifecycleOffer, _ visit: PageVisit) async throws -> GrantedToken {
    let client = ClientID(visit.transaction.request.client)
    let origin = visit.context.origin.person
    let granted: IssuedLifecycleToken
    let choice: String
    switch offered {
    case .creation(let creation, let principal):
      choice = creation.profile.policy
      granted = try await issuance.grantCreation(
        creation, pin: try Self.chosenPIN(visit.parameters), presented: try presented(visit), client: client,
        as: principal, from: origin)
    case .deletion(let credential, let principal):
      choice = credential.id.rawValue
      granted = try await issuance.grantDeletion(
        of: credential.id, presented: try presented(visit), client: client, as: principal, from: origin)
    }
    return GrantedToken(
      octets: granted.token.octets, expires: granted.grant.expires, credential: granted.grant.credential.rawValue,
      reference: granted.grant.digest, details: Self.details(visit, choice))
  }

  /// The request with what the page asked for; nil if the client had named it.
  private static func details(_ visit: PageVisit, _ choice: String) -> CredentialDetails? {
    guard let open = visit.transaction.request.credential, let asked = LifecycleRequest(json: open.value), asked.isOpen
    else { return nil }
    return CredentialDetails(asked.choosing(choice).json, isRich: false, scope: open.scope)
  }

  /// The factors that the person gave on the page.
  private func presented(_ visit: PageVisit) throws -> [FactorID: String] {
    var presented: [FactorID: String] = [:]
    for factor in FactorID.allCases where factor.isTyped {
      // Spaces are how people read a code to themselves.
      if let value = visit.parameters[factor.rawValue] { presented[factor] = value.filter { $0 != " " } }
    }
    if let token = try oauth.eidToken(visit.key, visit.transaction) { presented[.eid] = token }
    return presented
  }

  /// The PIN that the person chose for a new credential.
  static func chosenPIN(_ parameters: OAuth.Parameters) throws -> String {
    guard let pin = parameters[PageMessage.Field.newPIN.name] else { throw PageMessage.missing(.newPIN) }
    guard let again = parameters[PageMessage.Field.repeatedPIN.name] else {
      throw PageMessage.missing(.repeatedPIN)
    }
    guard pin.isSame(as: again) else { throw PageMessage.pinsDiffer }
    guard PINRule.isSuitable(pin) else { throw PageMessage.unsuitablePIN }
    return pin
  }
}
