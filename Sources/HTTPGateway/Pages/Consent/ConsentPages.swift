internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Octets
internal import Registry
internal import SoleControl
internal import Vocabulary

/// The consent page: who asks, and for scope `credential` what will be signed, with which certificate.
struct ConsentPages: Sendable {
  let oauth: AuthorizationServer
  let soleControl: SoleControlServices
  let pages: Pages
  let forms: PageForms
  let offers: Offers
  let grants: Grants

  /// Shows the page to the person who has logged in.
  func show(_ visit: PageVisit, _ message: PageMessage? = nil) async throws -> Response {
    guard let offer = try await offers.offer(visit) else { return try await refuse(visit) }
    return try show(offer, visit, message)
  }

  private func show(_ offer: Offer, _ visit: PageVisit, _ message: PageMessage?) throws -> Response {
    let (key, transaction) = (visit.key, visit.transaction)
    guard let user = transaction.user else { throw TransactionRefusal.unknown }
    let asked = transaction.request
    let language = pages.language(visit.request, asked.language)
    let scope = offer.view(
      transaction, codeWasSent: message == .codeSent || message == .wrong(.factor(.sms)),
      issuer: offers.issuance.authority?.issuer.name ?? "", language)
    let token = oauth.formToken(key, .consent(transaction, offer: offer.canonical))
    let view = ConsentView(
      transaction: key.id, csrf: token, client: visit.asking.client.name, signer: user.username, scope: scope,
      message: message)
    return pages.consent(view, of: visit.asking.look, in: language, redirectingTo: [asked.redirectURI])
  }

  /// Handles a form of the consent page: it must come from the page that shows what is still on offer.
  func visit(
    _ request: Request, _ context: GatewayContext, _ body: (PageVisit, Offer) async throws -> Response
  ) async throws -> Response {
    try await forms.visit(request, context) { try await checked($0, body) }
  }

  private func checked(
    _ visit: PageVisit, _ body: (PageVisit, Offer) async throws -> Response
  ) async throws -> Response {
    guard let offer = try await offers.offer(visit) else { return try await refuse(visit) }
    // Chosen each time: what the person approves is what the page showed.
    guard offer.serviceChoice == nil || visit.parameters["shown"] == offer.serviceChoice else {
      return try show(offer, visit, .otherCredential)
    }
    guard isForm(visit, of: offer) else {
      // There is more to choose among than when the page was made.
      if case .choice = offer { return try show(offer, visit, nil) }
      throw TransactionRefusal.unknown
    }
    return try await body(visit, offer)
  }

  private func isForm(_ visit: PageVisit, of offer: Offer) -> Bool {
    oauth.isForm(visit.token, visit.key, .consent(visit.transaction, offer: offer.canonical))
  }

  /// The form of the consent page.
  func decide(_ request: Request, _ context: GatewayContext) async throws -> Response {
    try await forms.visit(request, context) { visit in
      if visit.parameters["decision"] == "choose" { return try await choose(visit) }
      return try await checked(visit) { visit, offer in
        switch visit.parameters["decision"] {
        case "approve": return try await approve(offer, visit)
        case "deny": return try await refuse(visit)
        case "send-code":
          guard let message = try await sendCode(offer, visit) else { fallthrough }
          return try show(offer, visit, message)
        default: throw OAuthError.invalid("decision")
        }
      }
    }
  }

  /// The form of a page with a choice. It may come again with another one, after the browser went back.
  private func choose(_ visit: PageVisit) async throws -> Response {
    guard let choice = try await offers.choice(visit) else { throw OAuthError.invalid("decision") }
    let offer = Offer.choice(choice)
    guard isForm(visit, of: offer) else {
      return choice.values.count > 1 ? try show(offer, visit, nil) : try await show(visit)
    }
    guard let value = visit.parameters["choice"], choice.values.containsSame(as: value) else {
      return try show(offer, visit, .nothingChosen)
    }
    var known = visit
    known.transaction = try await oauth.choose(visit.key, value)
    return try await show(known)
  }

  private func approve(_ offer: Offer, _ visit: PageVisit) async throws -> Response {
    let (key, transaction) = (visit.key, visit.transaction)
    do {
      let granted = try await grants.grant(offer, visit)
      let answer = try await oauth.issueCode(
        key, transaction, of: visit.asking.client, granted: granted, form: visit.token)
      return forms.redirects.response(transaction.destination, answer)
    } catch let message as PageMessage {
      return try show(offer, visit, message)
    } catch let refusal as Refusal {
      // Another gateway may have handled the same form, and used up the factors that were presented.
      let now = try await oauth.transaction(key)
      if let answer = try oauth.answer(key, now, form: visit.token) {
        return forms.redirects.response(transaction.destination, answer)
      }
      guard let message = PageMessage(refusal) else {
        return try await refuse(visit, OAuthError(refusal.cscError(.v2)))
      }
      return try show(offer, visit, message)
    }
  }

  /// Ends the way through the pages, and tells the client.
  private func refuse(_ visit: PageVisit, _ error: OAuthError = .accessDenied) async throws -> Response {
    forms.redirects.response(
      visit.transaction.destination, try await oauth.deny(visit.key, visit.transaction, error, form: visit.token))
  }

  /// Seconds in which a second press of the button sends no second code, which would end the first.
  private static let codePause: Int64 = 5

  /// Sends a one-time code to the customer, and says whether it went. Nil if the page has no button for that.
  private func sendCode(_ offer: Offer, _ visit: PageVisit) async throws -> PageMessage? {
    guard let used = offer.factorRequest(visit.transaction) else { return nil }
    if let sent = visit.transaction.codeSent, offers.now() - sent < Self.codePause { return .codeSent }
    do {
      try await soleControl.factors.sendCode(
        for: used.id, description: used.description, as: used.principal, from: visit.context.origin.person)
      try await oauth.noteCode(visit.key)
      return .codeSent
    } catch Refusal.lockedFactor {
      return .locked(.factor(.sms))
    } catch Refusal.tooManyMessages, Refusal.unavailable {
      return .codeNotSent
    } catch Refusal.noChallenge {
      throw OAuthError.invalid("decision")
    }
  }
}
