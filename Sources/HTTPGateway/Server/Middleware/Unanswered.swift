internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOHTTP1
internal import PartnerModel
internal import Vocabulary
internal import WireJSON

/// Answers addresses and methods that do not exist, and unexpected errors.
struct Unanswered: RouterMiddleware {
  let pages: Pages

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    do {
      let response = try await next(request, context)
      // The answer of a handler that found nothing has a name in the log.
      guard response.status == .notFound, context.call.name == nil else { return response }
      return nothing(request, context)
    } catch let error as HTTPParserError {
      throw error
    } catch let error as any HTTPResponseError {
      guard error.status == .notFound else { throw error }
      return nothing(request, context)
    } catch {
      context.call.name = Self.name
      let status = HTTPResponse.Status.internalServerError
      return answer(request, context, Response(context.call.cscError(for: error, .v2)), status, "Internal error")
    }
  }

  /// The answer to a method that does not work at a path.
  func wrongMethod(_ request: Request, _ context: GatewayContext, allowed: String) -> Response {
    var response = answer(request, context, .methodNotAllowed, "The methods of this address are \(allowed)")
    response.headers[.allow] = allowed
    return response
  }

  /// In the log.
  private static let name = "unanswered"

  private func nothing(_ request: Request, _ context: GatewayContext) -> Response {
    answer(request, context, .notFound, "There is nothing at this address")
  }

  private func answer(
    _ request: Request, _ context: GatewayContext, _ status: HTTPResponse.Status, _ text: String
  ) -> Response {
    context.call.name = Self.name
    return answer(request, context, Response(invalid: text, status: status), status, text)
  }

  /// In the form of what is below the path: a page for people, else JSON.
  private func answer(
    _ request: Request, _ context: GatewayContext, _ json: Response, _ status: HTTPResponse.Status, _ text: String
  ) -> Response {
    let area = context.area
    if area == .partner { return Response(Problem(status: json.status, text), instance: context.call.id) }
    let accepts = request.headers[.accept] ?? ""
    guard area == .page || area == .nowhere && accepts.lowercased().contains("text/html") else { return json }
    let kind: ErrorView.Kind =
      switch status {
      case .internalServerError: .serverError
      case .notFound: .notFound
      default: .invalidRequest
      }
    var page = pages.error(
      ErrorView(kind: kind, detail: kind == .invalidRequest ? text : nil, requestID: context.call.id), of: nil,
      in: pages.language(request))
    page.status = json.status
    return page
  }
}

extension Response {
  /// An error that is no row of an endpoint's table.
  init(invalid text: String, status: HTTPResponse.Status) {
    self.init(json: ["error": "invalid_request", "error_description": .string(text)], status: status)
  }
}
