internal import CSCModel
internal import Crypto
internal import Hummingbird
internal import OAuth
internal import SoleControl

extension Gateway {
  private var callback: String { oauth.rules.issuer + "/oauth2/eid/callback" }

  /// The consent page's button to the eID: a log-in there (OpenID Connect Core §3.1) whose nonce is derived from the
  /// credential's challenge and what the page shows.
  func beginEID(_ request: Request, _ call: CallLog) async throws -> Response {
    let parameters = try await parameters(request)
    let (key, transaction) = try await transaction(request, parameters)
    let asked = transaction.request
    call.partner = oauth.clients[asked.client]?.partner
    guard let used = try await usedCredential(transaction), let issuer = used.credential.eidIssuer else {
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
      call.detail = "eID log-in: \(error)"
      return try await showConsent(key, transaction, request, message: .busy)
    }
  }

  /// Where the eID provider sends the browser back to.
  func endEID(_ request: Request, _ call: CallLog) async throws -> Response {
    let parameters = try await parameters(request)
    guard let id = parameters["state"], let secret = session.secret(request) else { throw TransactionRefusal.unknown }
    let key = TransactionKey(id: id, browserSecret: secret)
    let transaction = try await oauth.transaction(key, formToken: nil)
    call.partner = oauth.clients[transaction.request.client]?.partner
    guard let visit = transaction.eid, transaction.user != nil else { throw TransactionRefusal.unknown }
    // RFC 9207, where the provider knows it.
    guard parameters["iss"].map({ $0 == visit.issuer }) ?? true, let code = parameters["code"] else {
      return try await showConsent(key, transaction, request, message: .wrong(.eid))
    }
    do {
      let token = try await eidLogIn.idToken(
        issuer: visit.issuer, code: code, redirectURI: callback, codeVerifier: visit.codeVerifier)
      let known = try await oauth.endEIDVisit(key, idToken: token)
      return try await showConsent(key, known, request, message: nil)
    } catch let error as EIDTokenError {
      // The gateway's own client at the provider is registered wrongly.
      if error == .encrypted { call.detail = "eID log-in: an encrypted token" }
      if case .providerUnavailable = error {
        return try await showConsent(key, transaction, request, message: .busy)
      }
      return try await showConsent(key, transaction, request, message: .wrong(.eid))
    }
  }
}

extension Credential {
  fileprivate var eidIssuer: String? {
    enrolments.lazy.compactMap { if case .eid(let issuer, _, _) = $0 { issuer } else { nil } }.first
  }
}
