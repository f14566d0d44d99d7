/// Kind of caller that a path is for. It tells how errors look there, also for paths and methods that do not exist.
enum Area {
  /// Methods of the CSC API.
  case api
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
    var parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }[...]
    if parts.first == "csc", parts.count >= 3, ["v1", "v2"].contains(parts[1]), parts[2] == "oauth2" {
      parts = parts.dropFirst(2)
    }
    switch parts.first {
    case "csc"?: self = .api
    case "revoke"?: self = .oauth
    case "oauth2"?:
      switch parts.dropFirst().first {
      case "token"?, "revoke"?, "pushed_authorize"?: self = .oauth
      case "jwks"?: self = .document
      default: self = .page
      }
    case ".well-known"?, "openapi.yaml"?: self = .document
    case "confirm"?: self = .page
    case "health"?, "logo.png"?, "assets"?, "brand"?, "eid"?: self = .service
    default: self = .nowhere
    }
  }
}
