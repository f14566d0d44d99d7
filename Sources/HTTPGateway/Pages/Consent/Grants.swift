internal import OAuth
internal import Octets
internal import SoleControl

/// Carries out what a person approves on the consent page.
struct Grants: Sendable {
  let oauth: AuthorizationServer
  let signing: SigningService
  let now: @Sendable () -> UnixTime

  /// What waits for the code; nil for scope `service`. The factors are checked and counted as in `credentials/authorize`.
  ///
  /// - Throws: `PageMessage` for what the person can correct.
  func grant(_ offer: Offer, _ visit: PageVisit) async throws -> GrantedCredential? {
    switch offer {
    case .service: nil
    case .credential(let offered): try await authorize(offered, visit)
    case .order(let order): try await carryOut(order, visit)
    }
  }

  /// The SAD.
  private func authorize(_ offered: OfferedCredential, _ visit: PageVisit) async throws -> GrantedCredential {
    var asked = SoleControl.AuthorizationRequest(
      offered.asked, offered.credential.id, client: visit.transaction.request.client, presented: try presented(visit))
    asked.origin = visit.context.origin.person
    let authorization = try await signing.authorize(asked, as: offered.principal)
    return GrantedCredential(
      sad: authorization.sad.octets, expires: now() + authorization.expiresIn,
      credential: offered.credential.id.text, activation: authorization.activation.bytes)
  }

  /// The token of the order.
  private func carryOut(_ offered: OfferedOrder, _ visit: PageVisit) async throws -> GrantedCredential {
    let client = ClientID(visit.transaction.request.client)
    let origin = visit.context.origin.person
    let granted: GrantedOrder
    switch offered {
    case .creation(let creation, let principal):
      granted = try await signing.orderCreation(
        creation, pin: try Self.chosenPIN(visit.parameters), presented: try presented(visit), client: client,
        as: principal, from: origin)
    case .deletion(let credential, let principal):
      granted = try await signing.orderDeletion(
        of: credential.id, presented: try presented(visit), client: client, as: principal, from: origin)
    }
    return GrantedCredential(
      sad: granted.token.octets, expires: granted.order.expires, credential: granted.order.credential.text,
      activation: granted.order.digest)
  }

  /// The factors that the person gave on the page.
  private func presented(_ visit: PageVisit) throws -> [FactorID: String] {
    var presented: [FactorID: String] = [:]
    for factor in [FactorID.pin, .otp, .sms] {
      // Spaces are how people read a code to themselves.
      if let value = visit.parameters[factor.rawValue] { presented[factor] = value.filter { $0 != " " } }
    }
    if let token = try oauth.eidToken(visit.key, visit.transaction) { presented[.eid] = token }
    return presented
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
}
