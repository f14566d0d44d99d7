import WireJSON

/// How v2's `info` names the authorization server: exactly one of three members (CSC v2 §11.1).
public enum AnnouncedServers: Sendable, Equatable {
  /// `oauth2`, with the flag `supportsRar`: the base URI to which clients append the paths of the endpoints.
  case base(String)
  /// `oauth2Issuer`, with the same flag: the issuer in whose metadata clients find the endpoints (RFC 8414).
  case issuer(String)
  /// `oauth2Servers`, at least one. `supportsRar` stands in each, and not in `info` itself.
  case list([AnnouncedServer])

  var members: [(String, JSONValue)] {
    switch self {
    case .base(let uri): [("oauth2", .string(uri)), ("supportsRar", true)]
    case .issuer(let issuer): [("oauth2Issuer", .string(issuer)), ("supportsRar", true)]
    case .list(let servers): [("oauth2Servers", .array(servers.map(\.json)))]
    }
  }
}

/// An `OAuth2Server` of v2's `info` (CSC v2 §11.1).
public struct AnnouncedServer: Sendable, Equatable {
  public enum Address: Sendable, Equatable {
    /// `baseUri`
    case base(String)
    /// `issuerIdentifier`
    case issuer(String)
  }

  /// For people.
  public var label: String?
  public var address: Address
  /// `oauth2code`, `oauth2client` or both.
  public var authTypes: [String]

  public init(label: String?, address: Address, authTypes: [String]) {
    self.label = label
    self.address = address
    self.authTypes = authTypes
  }

  var json: JSONValue {
    var object = JSONObject()
    object["label"] = label.map(JSONValue.string)
    switch address {
    case .base(let uri): object["baseUri"] = .string(uri)
    case .issuer(let issuer): object["issuerIdentifier"] = .string(issuer)
    }
    object["authType"] = .array(authTypes.map(JSONValue.string))
    object["supportsRar"] = true
    return .object(object)
  }
}
