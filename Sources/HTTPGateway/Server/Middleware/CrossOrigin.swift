internal import HTTPTypes
internal import Hummingbird
internal import Octets
internal import Registry
internal import Vocabulary

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

extension Area {
  /// Whether browsers' scripts may read what is there.
  fileprivate var isForScripts: Bool {
    switch self {
    case .api, .oauth, .document: true
    // A partner calls from its servers.
    case .page, .service, .nowhere, .partner: false
    }
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
  private static let answerFields = "X-Request-ID, Retry-After, WWW-Authenticate, X-Receipt"
  /// Seconds that a browser may remember a preflight.
  private static let preflightLife = "600"

  let partners: any PartnerDirectory

  /// Adds to an answer, errors too, what a browser wants to see.
  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    let area = context.area
    guard area.isForScripts else { return try await next(request, context) }
    let origins: Set<OctetText>
    // Asked before anything is done: a script that may not read the answer must not have spent anything for it.
    do { origins = try await partners.browserOrigins() } catch {
      // Callers that are no browsers need none.
      let isScript = request.headers[.origin] != nil
      var response = try await isScript ? refusal(error, area, context) : next(request, context)
      response.headers.append(HTTPField(name: .vary, value: "Origin"))
      return response
    }
    var response = try await next(request, context)
    if !origins.isEmpty { open(&response, request, origins) }
    return response
  }

  /// The answer to a script while it is not known whether it may read answers.
  private func refusal(_ error: any Error, _ area: Area, _ context: GatewayContext) -> Response {
    context.call.name = CallLog.refused
    let call = context.call
    return area == .oauth ? Response(call.oauthError(for: error)) : Response(call.cscError(for: error, .v2))
  }

  private func open(_ response: inout Response, _ request: Request, _ origins: Set<OctetText>) {
    // Also without Origin: a cache must not give one answer to all.
    response.headers.append(HTTPField(name: .vary, value: "Origin"))
    let asking = request.headers[values: .origin]
    // The directory may be filled by others: `null` and plain HTTP are no one's (`BrowserOrigin`).
    guard asking.count == 1, origins.contains(asking[0]), BrowserOrigin(asking[0]) != nil else { return }
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
