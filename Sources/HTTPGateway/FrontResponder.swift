internal import HTTPTypes
internal import Hummingbird
internal import WireJSON

/// What answers before and after the routes.
struct FrontResponder<Routes: HTTPResponder>: HTTPResponder where Routes.Context == GatewayContext {
  let gateway: Gateway
  let routes: Routes

  func respond(to request: Request, context: GatewayContext) async throws -> Response {
    if let refusal = FramingRefusal(request.head) { return gateway.refused(refusal) }
    return try await routes.respond(to: request, context: context)
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
}
