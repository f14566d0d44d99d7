internal import HTTPTypes
internal import Hummingbird

/// The paths of the service. A path that is here answers every method: those that work there with its handlers, `OPTIONS` with their
/// names, any other with 405 (RFC 9110 §9.1, §15.5.6). `HEAD` comes here as `GET`.
struct Routes {
  typealias Handler = @Sendable (Request, GatewayContext) async throws -> Response

  /// All that a request can have (RFC 9110 §9.3, RFC 5789); `RequestGate` lets no other in.
  static let verbs: [HTTPRequest.Method] = [.post, .get, .put, .delete, .patch, .options, .trace, .connect]

  let router = Router(context: GatewayContext.self)
  /// The answer to another method.
  let otherwise: @Sendable (Request, _ allowed: String) -> Response

  func add(_ path: String, get: Handler? = nil, post: Handler? = nil) {
    let allowed = Self.allowed(get: get != nil, post: post != nil)
    for verb in Self.verbs {
      let handler: Handler? =
        switch verb {
        case .get: get
        case .post: post
        case .options: { _, _ in Self.options(allowed) }
        default: nil
        }
      let otherwise = otherwise
      router.on("\(path)", method: verb, use: handler ?? { request, _ in otherwise(request, allowed) })
    }
  }

  /// A value of `Allow`.
  static func allowed(get: Bool, post: Bool) -> String {
    ((get ? ["GET", "HEAD"] : []) + (post ? ["POST"] : []) + ["OPTIONS"]).joined(separator: ", ")
  }

  static func options(_ allowed: String) -> Response { Response(status: .noContent, headers: [.allow: allowed]) }
}
