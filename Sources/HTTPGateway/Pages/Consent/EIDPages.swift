internal import CSCModel
internal import Crypto
internal import Hummingbird
internal import OAuth
internal import Octets
internal import SoleControl

extension Gateway {
  private var callback: String { oauth.rules.issuer + "/oauth2/eid/callback" }

  /// The consent page's button to the eID: a log-in there (OpenID Connect Core §3.1) whose nonce is derived from the
  /// credential's challenge and what the page shows.
  func beginEID(_ request: Request, _ call: CallLog) async throws -> Response {
    try await consentVisit(request, call) { visit, offer in try await beginEID(visit, offer, request, call) }
  }

  private func beginEID(
    _ visit: PageVisit, _ offer: Offer, _ request: Request, _ call: CallLog
  ) async throws -> Response {
    let (key, transaction, token) = (visit.key, visit.transaction, visit.token)
    let asked = transaction.request
    guard let used = usedCredential(offer, transaction), let issuer = used.credential.eidIssuer else {
      throw TransactionRefusal.unknown
    }
    let nonce = try await signing.logInNonce(for: used.wanted, as: used.principal)
    let visit = AuthorizationTransaction.EIDVisit(
      // The transaction's id finds the way back; the browser's cookie shows that it is the same browser.
      state: key.id, nonce: nonce, codeVerifier: try await oauth.codeVerifier(), issuer: issuer)
    _ = try await oauth.beginEIDVisit(key, visit)
    do {
      let url = try await eidLogIn.authorizationURL(
        issuer: issuer, redirectURI: callback, state: visit.state, nonce: nonce, codeVerifier: visit.codeVerifier)
      return pages.forward(ForwardView(url: url), of: partner(asked), in: language(request, asked.language))
    } catch {
      call.detail = "eID log-in: \(ErrorText.of(error))"
      return try await showConsent(key, transaction, request, message: .busy, form: token)
    }
  }

  /// Where the eID provider sends the browser back to. A return that comes again leads to the same page.
  func endEID(_ request: Request, _ call: CallLog) async throws -> Response {
    let parameters = try await parameters(request)
    guard let id = parameters["state"], let secret = session.secret(request) else { throw TransactionRefusal.unknown }
    let key = TransactionKey(id: id, browserSecret: secret)
    return try await inTurn(key, call) { transaction in
      try await endEID(key, transaction, parameters, request, call)
    }
  }

  private func endEID(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ parameters: OAuth.Parameters, _ request: Request,
    _ call: CallLog
  ) async throws -> Response {
    // No form led here.
    let form = ""
    if let answer = try oauth.answer(key, transaction, eidAnswer: parameters["code"] ?? "") {
      return redirect(transaction.destination, answer)
    }
    if let code = parameters["code"], transaction.eid == nil, transaction.hasTaken(eidAnswer: code) {
      return try await showConsent(key, transaction, request, message: nil, form: form)
    }
    guard let visit = transaction.eid, transaction.user != nil else { throw TransactionRefusal.unknown }
    // RFC 9207, where the provider knows it.
    guard parameters["iss"].map({ $0.isSame(as: visit.issuer) }) ?? true, let code = parameters["code"] else {
      return try await showConsent(key, transaction, request, message: .wrong(.eid), form: form)
    }
    do {
      let token = try await eidLogIn.idToken(
        issuer: visit.issuer, code: code, redirectURI: callback, codeVerifier: visit.codeVerifier)
      let known = try await oauth.endEIDVisit(key, answer: code, idToken: token)
      return try await showConsent(key, known, request, message: nil, form: form)
    } catch let error as EIDTokenError {
      // The gateway's own client at the provider is registered wrongly.
      if error == .encrypted { call.detail = "eID log-in: an encrypted token" }
      if case .providerUnavailable = error {
        return try await showConsent(key, transaction, request, message: .busy, form: form)
      }
      return try await showConsent(key, transaction, request, message: .wrong(.eid), form: form)
    }
  }
}

extension Credential {
  fileprivate var eidIssuer: String? {
    enrolments.lazy.compactMap { if case .eid(let issuer, _, _) = $0 { issuer } else { nil } }.first
  }
}
