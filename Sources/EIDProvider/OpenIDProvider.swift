internal import Crypto
internal import Foundation
public import OutboundHTTP
public import SoleControl
internal import WireJSON

/// One trusted OpenID provider: its discovery document, its keys, and the checks of its tokens.
public actor OpenIDProvider {
  /// What we use of the discovery document (OpenID Connect Discovery §3).
  struct Document: Sendable {
    let keys, token: String
    let authorization, userInfo: String?
  }

  private let settings: ProviderSettings
  private let client: HTTPClient
  private let now: @Sendable () -> UnixTime

  private var document: Document?
  private var keys: ProviderKeys?
  private var keysRead: UnixTime = 0
  /// Several tokens that arrive at once wait for one reading.
  private var reading: Task<ProviderKeys, any Error>?

  public init(_ settings: ProviderSettings, client: HTTPClient, now: @escaping @Sendable () -> UnixTime) {
    self.settings = settings
    self.client = client
    self.now = now
  }

  // MARK: ID tokens

  /// Checks an ID token as OpenID Connect Core §3.1.3.7 tells a client to.
  public func verify(idToken text: String) async throws(EIDTokenError) -> EIDStatement {
    let token = try SignedToken(text)
    guard settings.algorithms.contains(token.algorithm) else { throw .refused("alg") }
    // Cheap checks come first: a token for somebody else must not make us call the provider.
    let statement = try statement(token)
    guard let key = try await key(for: token) else { throw .refused("kid") }
    guard await ProviderKeys.isSigned(token, by: key) else { throw .refused("signature") }
    return statement
  }

  private func statement(_ token: SignedToken) throws(EIDTokenError) -> EIDStatement {
    let claims = token.claims.object
    let now = now()
    guard claims["iss"]?.string == settings.issuer else { throw .refused("iss") }
    try checkAudience(claims)
    guard let expires = claims["exp"]?.integer, now < expires + settings.clockSkew else { throw .refused("exp") }
    guard let issued = claims["iat"]?.integer, issued <= now + settings.clockSkew else { throw .refused("iat") }
    if let notBefore = claims["nbf"] {
      guard let time = notBefore.integer, time <= now + settings.clockSkew else { throw .refused("nbf") }
    }
    guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .refused("sub") }
    guard let nonce = claims["nonce"]?.string, !nonce.isEmpty else { throw .refused("nonce") }
    guard let level = claims[settings.levelClaim]?.string.flatMap({ settings.levels[$0] }) else {
      throw .refused("acr")
    }
    guard let authenticated = claims["auth_time"]?.integer, authenticated <= now + settings.clockSkew else {
      throw .refused("auth_time")
    }
    return EIDStatement(
      issuer: settings.issuer, subject: subject, nonce: nonce, level: level, authenticationTime: authenticated,
      tokenDigest: token.digest)
  }

  private func checkAudience(_ claims: JSONObject) throws(EIDTokenError) {
    let audience: [String]
    switch claims["aud"] {
    case .string(let one)?: audience = [one]
    case .array(let several)?: audience = several.compactMap(\.string)
    default: throw .refused("aud")
    }
    guard audience.contains(settings.clientID) else { throw .refused("aud") }
    // A token for several parties must say for which of them it was made.
    let authorizedParty = claims["azp"]
    guard authorizedParty == nil ? audience.count == 1 : authorizedParty?.string == settings.clientID else {
      throw .refused("azp")
    }
  }

  // MARK: Code exchange and userinfo

  /// Where a browser goes to log in (OpenID Connect Core §3.1.2.1).
  public func authorizationURL(
    redirectURI: String, state: String, nonce: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String {
    guard let endpoint = try await discover().authorization else { throw .providerUnavailable }
    let digest = Data(SHA256.hash(data: Data(codeVerifier.utf8))).base64EncodedString()
    let challenge = digest.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    let query = [
      ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", redirectURI), ("scope", "openid"),
      ("state", state), ("nonce", nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
      // Whoever sits there shall show that it is the person, also after a log-in for something else.
      ("prompt", "login"),
    ].map { "\($0.0)=\(Self.formEncode($0.1))" }.joined(separator: "&")
    return endpoint + (endpoint.contains("?") ? "&" : "?") + query
  }

  /// Exchanges an authorization code for the ID token and access token (OpenID Connect Core §3.1.3).
  public func exchange(
    code: String, redirectURI: String, codeVerifier: String
  ) async throws(EIDTokenError) -> (idToken: String, accessToken: String) {
    let document = try await discover()
    var form = [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
      ("code_verifier", codeVerifier),
    ]
    var headers = ["Content-Type: application/x-www-form-urlencoded", "Accept: application/json"]
    if let secret = settings.clientSecret {
      // RFC 6749 §2.3.1: the parts are form-encoded before they are joined.
      let basic = Data("\(Self.formEncode(settings.clientID)):\(Self.formEncode(secret))".utf8).base64EncodedString()
      headers.append("Authorization: Basic \(basic)")
    } else {
      form.append(("client_id", settings.clientID))
    }
    let body = form.map { "\($0.0)=\(Self.formEncode($0.1))" }.joined(separator: "&")
    let answer = try await json(
      HTTPClient.Request(url: document.token, body: Array(body.utf8), headers: headers),
      mayRefuse: true)
    guard let idToken = answer["id_token"]?.string, let accessToken = answer["access_token"]?.string else {
      throw .refused("code")
    }
    return (idToken, accessToken)
  }

  /// The claims of userinfo (OpenID Connect Core §5.3).
  ///
  /// - Parameter subject: of the ID token; an answer about anybody else is refused (§5.3.2).
  public func userInfo(accessToken: String, subject: String) async throws(EIDTokenError) -> [String: String] {
    guard let url = try await discover().userInfo else { throw .refused("userinfo") }
    let answer = try await json(
      HTTPClient.Request(url: url, headers: ["Authorization: Bearer \(accessToken)", "Accept: application/json"]),
      mayRefuse: true)
    guard answer["sub"]?.string == subject else { throw .refused("userinfo sub") }
    return Dictionary(
      answer.members.compactMap { member in member.value.string.map { (member.name, $0) } }, uniquingKeysWith: { $1 })
  }

  private static func formEncode(_ text: String) -> String {
    let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }

  // MARK: Discovery and keys

  private func discover() async throws(EIDTokenError) -> Document {
    if let document { return document }
    let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
    let answer = try await json(HTTPClient.Request(url: base + "/.well-known/openid-configuration"))
    guard answer["issuer"]?.string == settings.issuer, let keys = answer["jwks_uri"]?.string,
      let token = answer["token_endpoint"]?.string
    else { throw .providerUnavailable }
    let document = Document(
      keys: keys, token: token, authorization: answer["authorization_endpoint"]?.string,
      userInfo: answer["userinfo_endpoint"]?.string)
    self.document = document
    return document
  }

  /// The token's key. An unknown one makes us read the keys again: the provider may have rotated them.
  private func key(for token: SignedToken) async throws(EIDTokenError) -> JSONObject? {
    if let keys, now() - keysRead < settings.keyLife {
      if let key = keys.key(for: token) { return key }
      guard now() - keysRead >= settings.keyRefreshInterval else { return nil }
    }
    return try await readKeys().key(for: token)
  }

  private func readKeys() async throws(EIDTokenError) -> ProviderKeys {
    let task = reading ?? Task { try await self.fetchKeys() }
    reading = task
    defer { reading = nil }
    do { return try await task.value } catch let error as EIDTokenError { throw error } catch {
      throw .providerUnavailable
    }
  }

  private func fetchKeys() async throws(EIDTokenError) -> ProviderKeys {
    let document = try await discover()
    let keys = try ProviderKeys(.object(try await json(HTTPClient.Request(url: document.keys))))
    self.keys = keys
    keysRead = now()
    return keys
  }

  /// A JSON object from the provider; any other answer is the provider's fault.
  ///
  /// - Parameter mayRefuse: whether 4xx is about what we sent, such as a code that was used before.
  private func json(
    _ request: HTTPClient.Request, mayRefuse: Bool = false
  ) async throws(EIDTokenError) -> JSONObject {
    let response: HTTPClient.Response
    do { response = try await client.perform(request) } catch { throw .providerUnavailable }
    if mayRefuse, (400..<500).contains(response.status) { throw .refused("status \(response.status)") }
    guard response.status == 200, let object = try? JSONValue.parse(response.body).object else {
      throw .providerUnavailable
    }
    return object
  }
}

/// The trusted providers by issuer.
public struct TrustedProviders: EIDTokenVerifier, EIDLogIn {
  private let providers: [String: OpenIDProvider]

  public init(_ providers: [String: OpenIDProvider]) { self.providers = providers }

  public func verify(idToken: String, issuer: String) async throws(EIDTokenError) -> EIDStatement {
    guard let provider = providers[issuer] else { throw .refused("issuer") }
    return try await provider.verify(idToken: idToken)
  }

  public func authorizationURL(
    issuer: String, redirectURI: String, state: String, nonce: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String {
    guard let provider = providers[issuer] else { throw .refused("issuer") }
    return try await provider.authorizationURL(
      redirectURI: redirectURI, state: state, nonce: nonce, codeVerifier: codeVerifier)
  }

  public func idToken(
    issuer: String, code: String, redirectURI: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String {
    guard let provider = providers[issuer] else { throw .refused("issuer") }
    return try await provider.exchange(code: code, redirectURI: redirectURI, codeVerifier: codeVerifier).idToken
  }
}
