internal import HTTPTypes
internal import Hummingbird

/// An origin (RFC 6454) as browsers write it: scheme, host, and port unless it is the scheme's own.
public struct BrowserOrigin: Sendable, Hashable {
  public let text: String

  /// Nil if it is written otherwise, and for plain HTTP from another machine: there anybody could be in between.
  public init?(_ text: String) {
    guard let origin = WebOrigin(of: text), origin.text == text, origin.isSecure,
      origin.port != (origin.scheme == "https" ? 443 : 80)
    else { return nil }
    self.text = text
  }
}

/// Calls of scripts in browsers (Fetch §3.3, "CORS"): which origin's pages may read our answers.
///
/// Never with credentials of the browser: what a script may do here it does with a token that it has itself. And never
/// the pages: what they show is for the person alone (RFC 9700 §2.6).
struct CrossOrigin: RouterMiddleware {
  /// Header fields that calls need beyond those that every page may send (Fetch §2.2.2).
  private static let requestFields = "Authorization, Content-Type"
  /// Header fields of answers that a script may read beyond the usual ones.
  private static let answerFields = "X-Request-ID, Retry-After, WWW-Authenticate"
  /// Seconds that a browser may remember a preflight.
  private static let preflightLife = "600"

  let origins: Set<BrowserOrigin>

  /// Adds to an answer, errors too, what a browser wants to see.
  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    if isForScripts(request) { open(&response, request) }
    return response
  }

  private func isForScripts(_ request: Request) -> Bool {
    guard !origins.isEmpty else { return false }
    switch Area(request.uri.path) {
    case .api, .oauth, .document: return true
    case .page, .service, .nowhere: return false
    }
  }

  private func open(_ response: inout Response, _ request: Request) {
    // Also without Origin: a cache must not give one answer to all.
    response.headers.append(HTTPField(name: .vary, value: "Origin"))
    let asking = request.headers[values: .origin]
    guard asking.count == 1, origins.contains(where: { $0.text == asking[0] }) else { return }
    response.headers[.accessControlAllowOrigin] = asking[0]
    response.headers[.accessControlExposeHeaders] = Self.answerFields
    guard request.method == .options, request.headers[.accessControlRequestMethod] != nil,
      let allowed = response.headers[.allow]
    else { return }
    response.headers[.accessControlAllowMethods] = allowed
    response.headers[.accessControlAllowHeaders] = Self.requestFields
    response.headers[.accessControlMaxAge] = Self.preflightLife
  }
}
