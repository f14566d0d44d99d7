internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// Answers before the routes and their middleware: requests that are refused for their form, `HEAD`, and the service as
/// a whole.
struct FrontResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context == GatewayContext {
  let routes: Inner
  let logger: Logger

  func respond(to request: Request, context: GatewayContext) async throws -> Response {
    if let refusal = FramingRefusal(request.head) { return refused(refusal, context) }
    var context = context
    context.path = request.uri.path
    context.area = Area(context.path)
    // RFC 9110 §9.3.2: as GET, without the content.
    let asked = request.method == .head ? request.asGet : request
    // RFC 9110 §9.3.7: the service as a whole.
    var response =
      context.path == "*"
      ? Routes.options(Routes.allowed([.get, .post])) : try await routes.respond(to: asked, context: context)
    // RFC 9110 §8.6
    if response.status == .noContent || response.status == .notModified { response.headers[.contentLength] = nil }
    return request.method == .head ? response.createHeadResponse() : response
  }

  /// The answer to a request that is no proper message, whatever it asked for.
  private func refused(_ refusal: FramingRefusal, _ context: GatewayContext) -> Response {
    context.call.name = CallLog.refused
    var response = Response(invalid: refusal.text, status: refusal.status)
    context.call.end(&response, logger)
    return response
  }
}

extension Request {
  fileprivate var asGet: Request {
    var head = head
    head.method = .get
    return Request(head: head, body: body)
  }
}
