/// Kind of caller that a path is for. It tells how errors look there, also for paths and methods that do not exist.
enum Area {
  /// Methods of the CSC API.
  case api
  /// The partner API.
  case partner
  /// The authorization server's endpoints for software.
  case oauth
  /// Published documents.
  case document
  /// Pages in the person's browser.
  case page
  /// Health, pictures, what providers call.
  case service
  case nowhere

  /// Probes that ask whether the gateway lives.
  static let health = "/health/"

  init(_ path: String) {
    var rest = path.utf8[...]
    switch Self.next(&rest) {
    case "csc":
      let version = Self.next(&rest)
      guard version == "v1" || version == "v2", Self.next(&rest) == "oauth2" else {
        self = .api
        return
      }
      self = Self.ofOAuth(Self.next(&rest))
    case "revoke": self = .oauth
    case "receipts": self = .api
    case "partner": self = .partner
    case "oauth2": self = Self.ofOAuth(Self.next(&rest))
    case ".well-known", "openapi.yaml", "problems": self = .document
    case "confirm": self = .page
    case "health", "logo.png", "assets", "brand", "eid", "log": self = .service
    default: self = .nowhere
    }
  }

  private static func ofOAuth(_ endpoint: Substring) -> Area {
    switch endpoint {
    case "token", "revoke", "pushed_authorize": .oauth
    case "jwks": .document
    default: .page
    }
  }

  /// The next segment; empty at the end.
  private static func next(_ path: inout Substring.UTF8View) -> Substring {
    path = path.drop { $0 == UInt8(ascii: "/") }
    let segment = path.prefix { $0 != UInt8(ascii: "/") }
    path = path[segment.endIndex...]
    return Substring(segment)
  }
}
