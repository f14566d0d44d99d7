internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import SoleControl
internal import Vocabulary

/// Answers calls that fail with a page for the person, or tells the client where that is allowed (RFC 6749 §4.1.2.1).
struct PageErrors: RouterMiddleware {
  let pages: Pages
  let redirects: Redirects

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    let call = context.call
    let language = pages.language(request)
    var response: Response
    do { response = try await next(request, context) } catch let refusal as CodeRequestRefusal {
      switch refusal {
      case .redirect(let error, let destination): response = redirects.response(destination, error)
      case .page(let error):
        let kind: ErrorView.Kind =
          [.invalid("client_id"), .invalid("redirect_uri")].contains(error) ? .unknownClient : .invalidRequest
        response = pages.error(ErrorView(kind: kind, detail: error.text, requestID: call.id), of: nil, in: language)
      }
    } catch {
      // A window that a partner opened stays known to it also when something went wrong.
      // In the service's own look if the partner's cannot be found out: that may be what went wrong.
      var look: Look?
      if let partner = call.partner { look = try? await pages.looks.look(of: PartnerID(partner)) }
      response = pages.error(call.errorView(error), of: look, in: language)
      if case TokenService.Refusal.tooManyFailures(let seconds) = error { response.headers[.retryAfter] = "\(seconds)" }
    }
    // The page says in words that one has to wait; software reads it here.
    if response.status == .tooManyRequests, response.headers[.retryAfter] == nil {
      response.headers[.retryAfter] = "60"
    }
    return response
  }
}

extension CallLog {
  fileprivate func errorView(_ error: any Error) -> ErrorView {
    switch error {
    case TransactionRefusal.unknown: ErrorView(kind: .expired, requestID: id)
    case TransactionRefusal.tooManyLogIns, TokenService.Refusal.tooManyFailures:
      ErrorView(kind: .tooManyTries, requestID: id)
    case is ForeignForm: ErrorView(kind: .notFromOurPage, requestID: id)
    case let error as OAuthError: ErrorView(kind: .invalidRequest, detail: error.text, requestID: id)
    default:
      switch cscError(for: error, .v2).kind {
      case .temporarilyUnavailable, .tooManyRequests: ErrorView(kind: .unavailable, requestID: id)
      default: ErrorView(kind: .serverError, requestID: id)
      }
    }
  }
}
