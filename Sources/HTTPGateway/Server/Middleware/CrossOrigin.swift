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
/// Never with credentials of the browser: what a script may do here it does with a token that it has itself. And never the pages: what they
/// show is for the person alone (RFC 9700 §2.6).
extension Gateway {
  /// Header fields that calls need beyond those that every page may send (Fetch §2.2.2).
  private static let requestFields = "Authorization, Content-Type"
  /// Header fields of answers that a script may read beyond the usual ones.
  private static let answerFields = "X-Request-ID, Retry-After, WWW-Authenticate"
  /// Seconds that a browser may remember a preflight.
  private static let preflightLife = "600"

  /// Adds to an answer, errors too, what a browser wants to see.
  func openToBrowsers(_ response: inout Response, _ request: Request) {
    guard !browserOrigins.isEmpty else { return }
    switch Area(request.uri.path) {
    case .api, .oauth, .document: break
    case .page, .service, .nowhere: return
    }
    // Also without Origin: a cache must not give one answer to all.
    response.headers.append(HTTPField(name: .vary, value: "Origin"))
    let origins = request.headers[values: .origin]
    guard origins.count == 1, browserOrigins.contains(where: { $0.text == origins[0] }) else { return }
    response.headers[.accessControlAllowOrigin] = origins[0]
    response.headers[.accessControlExposeHeaders] = Self.answerFields
    guard request.method == .options, request.headers[.accessControlRequestMethod] != nil,
      let allowed = response.headers[.allow]
    else { return }
    response.headers[.accessControlAllowMethods] = allowed
    response.headers[.accessControlAllowHeaders] = Self.requestFields
    response.headers[.accessControlMaxAge] = Self.preflightLife
  }
}
