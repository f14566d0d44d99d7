internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import SoleControl

extension Gateway {
  /// A form that was not sent by a page of ours.
  struct ForeignForm: Error {}

  /// Runs a handler whose answers a person sees.
  func page(
    _ request: Request, _ name: String, under folder: String = "oauth2/",
    _ body: (Request, CallLog) async throws -> Response
  ) async -> Response {
    let call = CallLog(method: folder + name, logger: logger)
    let language = language(request, nil)
    var response: Response
    do { response = try await body(request, call) } catch let refusal as CodeRequestRefusal {
      switch refusal {
      case .redirect(let error, let destination): response = redirect(destination, error)
      case .page(let error):
        let kind: ErrorView.Kind =
          [.invalid("client_id"), .invalid("redirect_uri")].contains(error) ? .unknownClient : .invalidRequest
        response = pages.error(ErrorView(kind: kind, detail: error.text, requestID: call.id), of: nil, in: language)
      }
    } catch {
      // A window that a partner opened stays known to it also when something went wrong.
      response = pages.error(errorView(error, call), of: call.partner.map { PartnerID($0) }, in: language)
      if case TokenService.Refusal.tooManyFailures(let seconds) = error { response.headers[.retryAfter] = "\(seconds)" }
    }
    // The page says in words that one has to wait; software reads it here.
    if response.status == .tooManyRequests, response.headers[.retryAfter] == nil {
      response.headers[.retryAfter] = "60"
    }
    call.end(&response)
    return response
  }

  private func errorView(_ error: any Error, _ call: CallLog) -> ErrorView {
    switch error {
    case TransactionRefusal.unknown: ErrorView(kind: .expired, requestID: call.id)
    case TransactionRefusal.tooManyLogIns, TokenService.Refusal.tooManyFailures:
      ErrorView(kind: .tooManyTries, requestID: call.id)
    case is ForeignForm: ErrorView(kind: .notFromOurPage, requestID: call.id)
    case let error as OAuthError: ErrorView(kind: .invalidRequest, detail: error.text, requestID: call.id)
    default:
      switch cscError(for: error, .v2, call).kind {
      case .temporarilyUnavailable, .tooManyRequests: ErrorView(kind: .unavailable, requestID: call.id)
      default: ErrorView(kind: .serverError, requestID: call.id)
      }
    }
  }

  func language(_ request: Request, _ wish: String?) -> PageLanguage {
    pages.language(wish, request.headers[.acceptLanguage])
  }

  /// Browsers tell where a request comes from (Fetch §3.2, Fetch Metadata); this holds also if a form's token leaked.
  func requireOwnPage(_ request: Request) throws {
    if let site = request.headers[.secFetchSite], site != "same-origin" { throw ForeignForm() }
    if let origin = request.headers[.origin], origin != "null",
      origin != WebOrigin(of: oauth.rules.issuer)?.text
    {
      throw ForeignForm()
    }
  }

  /// A form that a person's browser sent. Whether its token is that of the page is still to be found out.
  struct PageVisit {
    let key: TransactionKey
    let transaction: AuthorizationTransaction
    let parameters: OAuth.Parameters
    let token: String
  }

  /// Handles a form: right browser, sent from our own page, and one after the other. A form that comes again after the
  /// transaction has ended gets the same answer again.
  func visit(
    _ request: Request, _ call: CallLog, _ body: (PageVisit) async throws -> Response
  ) async throws -> Response {
    let parameters = try await parameters(request)
    try requireOwnPage(request)
    guard let id = parameters["transaction"], let token = parameters["csrf"], let secret = session.secret(request)
    else { throw ForeignForm() }
    let key = TransactionKey(id: id, browserSecret: secret)
    return try await inTurn(key, call) { transaction in
      if let answer = try oauth.answer(key, transaction, form: token) {
        return redirect(transaction.destination, answer)
      }
      return try await body(PageVisit(key: key, transaction: transaction, parameters: parameters, token: token))
    }
  }

  func inTurn(
    _ key: TransactionKey, _ call: CallLog, _ body: (AuthorizationTransaction) async throws -> Response
  ) async throws -> Response {
    let response = try await oauth.inTurn(key) {
      let transaction = try await oauth.transaction(key)
      call.partner = transaction.request.partner
      return try await body(transaction)
    }
    guard let response else { throw Refusal.unavailable }
    return response
  }

  var session: BrowserSession { BrowserSession(issuer: oauth.rules.issuer) }
}

extension HTTPField.Name {
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
