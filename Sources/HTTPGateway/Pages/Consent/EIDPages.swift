internal import Hummingbird
internal import OAuth
internal import Octets
internal import SoleControl

/// The consent page's button to the eID: a log-in there (OpenID Connect Core §3.1) whose nonce is derived from the
/// credential's challenge and the digests on the page. Properties and circumstances of documents are not in it: the
/// transaction, whose state the log-in comes back with, holds them.
struct EIDPages: Sendable {
  let oauth: AuthorizationServer
  let soleControl: SoleControlServices
  let provider: any EIDLogIn
  let pages: Pages
  let forms: PageForms
  let consent: ConsentPages

  private var callback: String { oauth.rules.issuer + "/oauth2/eid/callback" }

  /// Leads the browser to the provider.
  func begin(_ request: Request, _ context: GatewayContext) async throws -> Response {
    try await consent.visit(request, context, begin)
  }

  private func begin(_ visit: PageVisit, _ offer: Offer) async throws -> Response {
    let asked = visit.transaction.request
    guard let used = offer.factorRequest(visit.transaction), let issuer = used.credential.eidIssuer else {
      throw TransactionRefusal.unknown
    }
    let nonce = try await soleControl.factors.logInNonce(for: used.wanted, as: used.principal)
    let logIn = AuthorizationTransaction.EIDVisit(
      // The transaction's id finds the way back; the browser's cookie shows that it is the same browser.
      state: visit.key.id, nonce: nonce, codeVerifier: try await oauth.codeVerifier(), issuer: issuer)
    _ = try await oauth.beginEIDVisit(visit.key, logIn)
    do {
      let url = try await provider.authorizationURL(
        issuer: issuer, redirectURI: callback, state: logIn.state, nonce: nonce, codeVerifier: logIn.codeVerifier)
      return pages.forward(
        ForwardView(url: url), of: visit.asking.look,
        in: pages.language(visit.request, asked.language))
    } catch {
      visit.context.call.detail = "eID log-in: \(ErrorText.of(error))"
      return try await consent.show(visit, .busy)
    }
  }

  /// Takes the browser back from the eID provider. A return that comes again leads to the same page.
  func end(_ request: Request, _ context: GatewayContext) async throws -> Response {
    let parameters = try await forms.bodies.parameters(request)
    guard let id = parameters["state"], let secret = forms.session.secret(request) else {
      throw TransactionRefusal.unknown
    }
    let key = TransactionKey(id: id, browserSecret: secret)
    return try await forms.inTurn(key, context) { transaction, asking in
      // No form led here.
      try await end(
        PageVisit(
          request: request, context: context, key: key, transaction: transaction, asking: asking,
          parameters: parameters, token: ""))
    }
  }

  private func end(_ visit: PageVisit) async throws -> Response {
    let (key, transaction, parameters) = (visit.key, visit.transaction, visit.parameters)
    if let answer = try oauth.answer(key, transaction, eidAnswer: parameters["code"] ?? "") {
      return forms.redirects.response(transaction.destination, answer)
    }
    if let code = parameters["code"], transaction.eid == nil, transaction.hasTaken(eidAnswer: code) {
      return try await consent.show(visit)
    }
    guard let logIn = transaction.eid, transaction.user != nil else { throw TransactionRefusal.unknown }
    // RFC 9207, where the provider knows it.
    guard parameters["iss"].map({ $0.isSame(as: logIn.issuer) }) ?? true, let code = parameters["code"] else {
      return try await consent.show(visit, .wrong(.factor(.eid)))
    }
    do {
      let token = try await provider.idToken(
        issuer: logIn.issuer, code: code, redirectURI: callback, codeVerifier: logIn.codeVerifier)
      var known = visit
      known.transaction = try await oauth.endEIDVisit(key, answer: code, idToken: token)
      return try await consent.show(known)
    } catch let error as EIDTokenError {
      // The gateway's own client at the provider is registered wrongly.
      if error == .encrypted { visit.context.call.detail = "eID log-in: an encrypted token" }
      if case .providerUnavailable = error { return try await consent.show(visit, .busy) }
      return try await consent.show(visit, .wrong(.factor(.eid)))
    }
  }
}

extension Credential {
  fileprivate var eidIssuer: String? {
    authenticator(EIDFactor.self)?.issuer
  }
}
