internal import HTTPTypes
internal import Hummingbird

/// The paths of the service. A path that is here answers every method: those that work there with its handlers,
/// `OPTIONS` with their names, any other with 405 (RFC 9110 §9.1, §15.5.6). `HEAD` comes here as `GET`.
struct Routes {
  typealias Handler = @Sendable (Request, GatewayContext) async throws -> Response
  typealias Middleware = MiddlewareProtocol<Request, Response, GatewayContext>

  /// All that a request can have (RFC 9110 §9.3, RFC 5789); `RequestGate` lets no other in.
  private static let verbs: [HTTPRequest.Method] = [.post, .get, .put, .delete, .patch, .options, .trace, .connect]

  let router = Router(context: GatewayContext.self)
  /// Answers other methods.
  let unanswered: Unanswered

  /// - Parameter middleware: around the handlers, the outermost first.
  func add(
    _ path: String, through middleware: any Middleware..., get: Handler? = nil, post: Handler? = nil,
    patch: Handler? = nil
  ) {
    // A method that comes to work at some path is one more of these. They stand as `Allow` has them.
    let handlers = [(HTTPRequest.Method.get, get), (.post, post), (.patch, patch)].compactMap { verb, handler in
      handler.map { (verb: verb, handler: $0) }
    }
    let allowed = Self.allowed(handlers.map(\.verb))
    let handled = group(middleware)
    let unanswered = unanswered
    for verb in Self.verbs {
      let path = RouterPath(path)
      if let handler = handlers.first(where: { $0.verb == verb })?.handler {
        handled.on(path, method: verb, use: handler)
      } else if verb == .options {
        router.on(path, method: verb) { _, _ in Self.options(allowed) }
      } else {
        router.on(path, method: verb) { unanswered.wrongMethod($0, $1, allowed: allowed) }
      }
    }
  }

  /// A handler of every method at every path below this one, which answers for all of them.
  func add(below path: String, through middleware: any Middleware..., handler: @escaping Handler) {
    let handled = group(middleware)
    for verb in Self.verbs { handled.on("\(path)/**", method: verb, use: handler) }
  }

  private func group(_ middleware: [any Middleware]) -> RouterGroup<GatewayContext> {
    let group = router.group()
    for one in middleware { group.add(middleware: one) }
    return group
  }

  /// A value of `Allow`: these, what `GET` brings along, and `OPTIONS`.
  static func allowed(_ methods: [HTTPRequest.Method]) -> String {
    let all = methods.flatMap { $0 == .get ? [HTTPRequest.Method.get, .head] : [$0] } + [.options]
    return all.map(\.rawValue).joined(separator: ", ")
  }

  static func options(_ allowed: String) -> Response { Response(status: .noContent, headers: [.allow: allowed]) }
}
