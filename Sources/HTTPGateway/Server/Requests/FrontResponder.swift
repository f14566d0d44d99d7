internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOHTTP1
internal import WireJSON

/// What answers before and after the routes: requests that are refused for their form, `HEAD`, browsers of other origins, and what
/// no route answers.
struct FrontResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context == GatewayContext {
  let gateway: Gateway
  let routes: Inner

  func respond(to request: Request, context: GatewayContext) async throws -> Response {
    if let refusal = FramingRefusal(request.head) { return gateway.refused(refusal) }
    // RFC 9110 §9.3.2: as GET, without the content.
    let asked = request.method == .head ? request.asGet : request
    var response = try await answer(asked, context)
    gateway.openToBrowsers(&response, request)
    // RFC 9110 §8.6
    if response.status == .noContent || response.status == .notModified { response.headers[.contentLength] = nil }
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
    // RFC 9110 §9.3.7: the service as a whole.
    if request.uri.path == "*" { return Routes.options(Routes.allowed(get: true, post: true)) }
    do {
      let response = try await routes.respond(to: request, context: context)
      // An answer of the routes' own has an id.
      guard response.status == .notFound, response.headers[.requestID] == nil else { return response }
      return gateway.unanswered(request, .notFound, "There is nothing at this address")
    } catch let error as HTTPParserError {
      throw error
    } catch {
      return gateway.unanswered(request, .internalServerError, "Internal error", because: error)
    }
  }
}

extension Request {
  fileprivate var asGet: Request {
    var head = head
    head.method = .get
    return Request(head: head, body: body)
  }
}

extension Gateway {
  /// The answer to a request that is no proper message, whatever it asked for.
  func refused(_ refusal: FramingRefusal) -> Response {
    let call = CallLog(method: "refused", logger: logger)
    var response = Response(
      json: ["error": "invalid_request", "error_description": .string(refusal.text)], status: refusal.status)
    call.end(&response)
    return response
  }

  /// An error that no handler answered, in the form of what is below its path: a page for people, else JSON.
  func unanswered(
    _ request: Request, _ status: HTTPResponse.Status, _ text: String, because error: (any Error)? = nil
  ) -> Response {
    let call = CallLog(method: "unanswered", logger: logger)
    var response: Response
    if let error {
      response = Response(cscError(for: error, .v2, call))
    } else {
      response = Response(json: ["error": "invalid_request", "error_description": .string(text)], status: status)
    }
    let area = Area(request.uri.path)
    let accepts = request.headers[.accept] ?? ""
    if area == .page || area == .nowhere && accepts.lowercased().contains("text/html") {
      let kind: ErrorView.Kind = error != nil ? .serverError : status == .notFound ? .notFound : .invalidRequest
      let status = response.status
      response = pages.error(
        ErrorView(kind: kind, detail: kind == .invalidRequest ? text : nil, requestID: call.id), of: nil,
        in: language(request, nil))
      response.status = status
    }
    call.end(&response)
    return response
  }

  /// The answer to a method that does not work at a path.
  func wrongMethod(_ request: Request, _ allowed: String) -> Response {
    var response = unanswered(request, .methodNotAllowed, "The methods of this address are \(allowed)")
    response.headers[.allow] = allowed
    return response
  }
}
