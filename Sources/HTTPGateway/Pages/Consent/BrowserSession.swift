internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import Octets

/// The cookie that ties a way through the pages to the browser that began it. It says nothing about who is logged in.
struct BrowserSession {
  /// `__Host-`: set by this host alone, over TLS, for all paths (RFC 6265bis §4.1.3.2).
  private static let secureName = "__Host-countersign"
  private static let plainName = "countersign"
  private static let secretLength = 43

  private let isSecure: Bool
  private let name: String

  /// - Parameters:
  ///   - issuer: plain HTTP only where the service itself is reached by plain HTTP.
  ///   - purpose: tells cookies of different kinds of pages apart.
  init(issuer: String, purpose: String = "") {
    isSecure = issuer.hasPrefix("https:")
    name = (isSecure ? Self.secureName : Self.plainName) + purpose
  }

  /// The secret that the browser sent; nil if there is none that we could have made.
  func secret(_ request: Request) -> String? {
    let start = name + "="
    let cookies = request.headers[values: .cookie].flatMap { $0.parts(separatedBy: UInt8(ascii: ";")) }
    let found = cookies.map { $0.trimmed() }.filter { $0.startsWithOctets(of: start) }
    guard found.count == 1, case let secret = found[0].utf8.dropFirst(start.utf8.count),
      secret.count == Self.secretLength
    else { return nil }
    return String(Substring(secret))
  }

  /// - Parameter isFramed: whether partners' pages may show ours: then the cookie must come in frames of other sites
  ///   too.
  func set(_ secret: String, isFramed: Bool, in response: inout Response) {
    var cookie = "\(name)=\(secret); Path=/; HttpOnly"
    if isSecure { cookie += "; Secure" }
    cookie += isFramed && isSecure ? "; SameSite=None" : "; SameSite=Lax"
    response.headers[.setCookie] = cookie
  }
}
