public import Registry
public import Vocabulary
public import WireJSON

/// The details of an authorization of another scope than `service`, opaque to the authorization server: JSON that its
/// caller wrote.
public struct CredentialDetails: Sendable, Equatable {
  /// The scope that it is for; a rich request says so by its type.
  public let scope: Scope
  public let value: JSONValue
  /// Whether it came as `authorization_details` (RFC 9396); then the token request must repeat it.
  public let isRich: Bool

  public init(_ value: JSONValue, isRich: Bool, scope: Scope = .credential) {
    self.scope = scope
    self.value = value
    self.isRich = isRich
  }
}

/// A validated request for an authorization code (RFC 6749 §4.1.1, CSC v1 §8.3.2, v2 §8.2.2).
public struct CodeRequest: Sendable, Equatable {
  public let client: String
  /// The client's organisation when it asked. A client that is registered for another one later has not asked.
  public let partner: String
  public let redirectURI: String
  /// Whether the request named it; then the token request must repeat it (RFC 6749 §4.1.3).
  public let namesRedirectURI: Bool
  public var state: String?
  public let scope: Scope
  /// base64url(SHA-256(verifier)); nil only for clients that are excepted from PKCE.
  public let challenge: String?
  public let version: CSCVersion
  /// The wish for the pages' language (RFC 5646).
  public let language: String?
  /// The only account that may log in, from `account_token`.
  public let account: String?
  public internal(set) var credential: CredentialDetails?
  /// Name under which it is kept if it was pushed; it is good until it has been answered.
  var pushed: [UInt8]?

  init(
    client: Client, redirectURI: String, namesRedirectURI: Bool, state: String?, scope: Scope, challenge: String?,
    version: CSCVersion, language: String?, account: String?, credential: CredentialDetails?
  ) {
    self.client = client.id.rawValue
    partner = client.partner.rawValue
    self.redirectURI = redirectURI
    self.namesRedirectURI = namesRedirectURI
    self.state = state
    self.scope = scope
    self.challenge = challenge
    self.version = version
    self.language = language
    self.account = account
    self.credential = credential
  }
}

extension CodeRequest {
  var json: JSONValue {
    var object = JSONObject([
      ("client", .string(client)), ("partner", .string(partner)), ("redirectURI", .string(redirectURI)),
      ("namesRedirectURI", .bool(namesRedirectURI)), ("scope", .string(scope.rawValue)),
      ("version", .string(version.rawValue)),
    ])
    let texts = [("state", state), ("challenge", challenge), ("language", language), ("account", account)]
    for (name, text) in texts { object[name] = text.map(JSONValue.string) }
    if let credential {
      object["details"] = credential.value
      object["isRich"] = .bool(credential.isRich)
    }
    if let pushed { object["pushed"] = .octets(pushed) }
    return .object(object)
  }

  init?(json object: JSONObject) {
    guard let client = object["client"]?.string, let partner = object["partner"]?.string,
      let redirectURI = object["redirectURI"]?.string,
      let namesRedirectURI = object["namesRedirectURI"]?.bool,
      let scope = object["scope"]?.string.flatMap(Scope.init(rawValue:)),
      let version = object["version"]?.string.flatMap(CSCVersion.init(rawValue:))
    else { return nil }
    self.client = client
    self.partner = partner
    self.redirectURI = redirectURI
    self.namesRedirectURI = namesRedirectURI
    state = object["state"]?.string
    self.scope = scope
    challenge = object["challenge"]?.string
    self.version = version
    language = object["language"]?.string
    account = object["account"]?.string
    credential = object["details"].map {
      CredentialDetails($0, isRich: object["isRich"]?.bool ?? false, scope: scope)
    }
    pushed = object["pushed"]?.octets
  }
}
