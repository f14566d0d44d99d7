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
      response = pages.error(errorView(error, call), of: nil, in: language)
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

  /// The transaction of a form: right browser, right form, and the form sent from our own page.
  func transaction(
    _ request: Request, _ parameters: OAuth.Parameters
  ) async throws -> (TransactionKey, AuthorizationTransaction) {
    try requireOwnPage(request)
    guard let id = parameters["transaction"], let token = parameters["csrf"], let secret = session.secret(request)
    else { throw ForeignForm() }
    let key = TransactionKey(id: id, browserSecret: secret)
    return (key, try await oauth.transaction(key, formToken: token))
  }

  var session: BrowserSession { BrowserSession(issuer: oauth.rules.issuer) }
}

extension HTTPField.Name {
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
