internal import JOSE
internal import Octets
public import OutboundHTTP
public import SoleControl
public import Vocabulary
internal import WireJSON

/// One trusted OpenID provider: its discovery document, its keys, and the checks of its tokens.
public actor OpenIDProvider {
  /// The members of the discovery document that we use (OpenID Connect Discovery §3).
  struct Document: Sendable {
    let keys, token: String
    let authorization, userInfo, introspection, backchannel: String?
  }

  let settings: ProviderSettings
  let now: @Sendable () -> UnixTime
  let calls: ProviderCalls
  private let document: PublishedDocument<Document>
  private let keys: PublishedDocument<KeySet>

  public init(
    _ settings: ProviderSettings, client: HTTPClient, now: @escaping @Sendable () -> UnixTime,
    report: @escaping @Sendable (ProviderEvent) -> Void = { _ in }
  ) {
    self.settings = settings
    self.now = now
    let calls = ProviderCalls(client, settings.calls, now: now, report: report)
    self.calls = calls
    var life = DocumentLife(
      fresh: settings.discoveryLife, kept: max(settings.keptLife, settings.discoveryLife),
      retry: settings.keyRefreshInterval)
    let document = PublishedDocument(life, now: now) { try await Self.readDocument(settings, calls) }
    self.document = document
    life.fresh = settings.keyLife
    life.kept = max(settings.keptLife, settings.keyLife)
    keys = PublishedDocument(life, now: now) {
      let url = try await document.value().keys
      let document = try await Self.json(HTTPClient.Request(url: url), calls)
      guard let keys = KeySet(.object(document)) else { throw EIDTokenError.providerUnavailable() }
      return keys
    }
  }

  // MARK: What is presented

  /// Checks what `partner` presents as a log-in: an ID token, an access token if the settings allow it, or both with a
  /// space between them.
  public func verify(_ text: String, for partner: PartnerID) async throws(EIDTokenError) -> EIDStatement {
    let clients = settings.clients(of: partner)
    let parts = text.parts(separatedBy: UInt8(ascii: " "), most: 3).map(String.init)
    if parts.count == 2 { return try await verify(idToken: parts[0], accessToken: parts[1], clients: clients) }
    guard parts.count == 1 else { throw .refused("form") }
    if let rule = settings.accessTokens, SignedToken.isAccessToken(text) {
      return try await verify(accessToken: text, rule, clients: clients)
    }
    return try await verify(idToken: text, accessToken: nil, clients: clients)
  }

  /// Checks an ID token that was made for the gateway's own client.
  public func verify(idToken: String) async throws(EIDTokenError) -> EIDStatement {
    try await verify(idToken: idToken, accessToken: nil, clients: [settings.clientID])
  }

  /// Whether an ID token is not enough.
  var needsAccessToken: Bool { settings.levelSource == .userInfo }

  // MARK: ID tokens

  /// Checks an ID token as OpenID Connect Core §3.1.3.7 tells a client to, and asks userinfo if there is an access
  /// token.
  private func verify(
    idToken text: String, accessToken: String?, clients: Set<String>
  ) async throws(EIDTokenError) -> EIDStatement {
    guard accessToken.map(BearerToken.isGood) ?? true else { throw .refused("form") }
    let token = try SignedToken(text)
    guard [nil, "jwt"].contains(token.type) else { throw .refused("typ") }
    guard settings.algorithms.contains(token.algorithm) else { throw .refused("alg") }
    let rules = ClaimRules(settings: settings, now: now())
    let claims = token.claims.object
    // Cheap checks come first: a token for somebody else must not make us call the provider.
    guard claims["iss"] == .string(settings.issuer) else { throw .refused("iss") }
    try checkAudience(claims, clients)
    let times = try rules.times(claims)
    guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .refused("sub") }
    guard let nonce = claims["nonce"]?.string, !nonce.isEmpty else { throw .refused("nonce") }
    var (acr, level) = ("", AssuranceLevel.low)
    switch settings.levelSource {
    case .idToken: (acr, level) = try rules.level(claims)
    case .userInfo: guard accessToken != nil else { throw .refused("access token") }
    }
    let authenticated = try rules.authenticationTime(claims, issued: times.issued)
    try await checkSignature(of: token)
    var known = claims
    if let accessToken {
      guard token.isMade(with: accessToken) else { throw .refused("at_hash") }
      let info = try await userInfoClaims(accessToken, clients)
      guard info["sub"] == .string(subject) else { throw .refused("userinfo sub") }
      if settings.levelSource == .userInfo { (acr, level) = try rules.level(info) }
      for member in info.members where known[member.name] == nil { known[member.name] = member.value }
    }
    var statement = EIDStatement(
      issuer: settings.issuer, subject: subject, nonce: nonce, level: level, authenticationTime: authenticated.time,
      tokenDigest: token.digest)
    statement.acr = acr
    statement.amr = rules.methods(claims)
    statement.isTimeOfIssue = authenticated.isTimeOfIssue
    statement.maximumAge = settings.maximumAge
    statement.tokenID = claims["jti"]?.string
    statement.claims = rules.taken(known)
    return statement
  }

  func checkAudience(_ claims: JSONObject, _ clients: Set<String>) throws(EIDTokenError) {
    let audience: [String]
    switch claims["aud"] {
    case .string(let one)?: audience = [one]
    case .array(let several)?: audience = several.compactMap(\.string)
    default: throw .refused("aud")
    }
    let clients = Set(texts: clients)
    guard audience.contains(where: { clients.contains($0) }) else { throw .refused("aud") }
    // A token for several parties must say for which of them it was made.
    guard let authorizedParty = claims["azp"] else {
      guard audience.count == 1 else { throw .refused("azp") }
      return
    }
    guard let party = authorizedParty.string, clients.contains(party) else { throw .refused("azp") }
  }

  func checkSignature(of token: SignedToken) async throws(EIDTokenError) {
    // An unknown key makes us read the keys again: the provider may have rotated them.
    let fitting = token.candidates(in: try await keys.value(where: { !token.candidates(in: $0).isEmpty }))
    guard !fitting.isEmpty else { throw .refused("kid") }
    guard await token.isSigned(byOneOf: fitting) else { throw .refused("signature") }
  }

  // MARK: Code exchange and userinfo

  /// The URL for a browser to log in (OpenID Connect Core §3.1.2.1).
  public func authorizationURL(
    redirectURI: String, state: String, nonce: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String {
    guard let endpoint = try await discover().authorization else { throw .providerUnavailable() }
    let challenge = Base64.encodeURL(OctetDigest.sha256(codeVerifier))
    let query = [
      ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", redirectURI), ("scope", "openid"),
      ("state", state), ("nonce", nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
      // The person at the browser must log in again, also after a log-in for something else.
      ("prompt", "login"),
    ].map { "\($0.0)=\(PercentText.encode($0.1))" }.joined(separator: "&")
    return endpoint + (endpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + query
  }

  /// Exchanges an authorization code for the ID token and access token (OpenID Connect Core §3.1.3).
  public func exchange(
    code: String, redirectURI: String, codeVerifier: String
  ) async throws(EIDTokenError) -> (idToken: String, accessToken: String) {
    let document = try await discover()
    let request = try await authenticated(
      [
        ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
        ("code_verifier", codeVerifier),
      ], to: document.token)
    let answer = try await json(request, mayRefuse: true)
    guard let idToken = answer["id_token"]?.string, let accessToken = answer["access_token"]?.string else {
      throw .refused("code")
    }
    return (idToken, accessToken)
  }

  /// The claims of userinfo (OpenID Connect Core §5.3) that are text.
  ///
  /// - Parameter subject: of the ID token; an answer about anybody else is refused (§5.3.2).
  public func userInfo(accessToken: String, subject: String) async throws(EIDTokenError) -> [String: String] {
    let answer = try await userInfoClaims(accessToken, [settings.clientID])
    guard answer["sub"] == .string(subject) else { throw .refused("userinfo sub") }
    return Dictionary(
      answer.members.compactMap { member in member.value.string.map { (member.name, $0) } }, uniquingKeysWith: { $1 })
  }

  // MARK: Discovery

  func discover() async throws(EIDTokenError) -> Document { try await document.value() }

  private static func readDocument(
    _ settings: ProviderSettings, _ calls: ProviderCalls
  ) async throws(EIDTokenError) -> Document {
    let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
    let answer = try await json(HTTPClient.Request(url: base + "/.well-known/openid-configuration"), calls)
    guard answer["issuer"] == .string(settings.issuer), let keys = answer["jwks_uri"]?.string,
      let token = settings.endpoint("token_endpoint", in: answer)
    else { throw .providerUnavailable() }
    return Document(
      keys: keys, token: token, authorization: answer["authorization_endpoint"]?.string,
      userInfo: answer["userinfo_endpoint"]?.string,
      introspection: settings.endpoint("introspection_endpoint", in: answer),
      backchannel: settings.endpoint("backchannel_authentication_endpoint", in: answer))
  }

  // MARK: Calls

  /// - Throws: as `ProviderCalls.perform`.
  func perform(_ request: HTTPClient.Request) async throws(EIDTokenError) -> HTTPClient.Response {
    try await calls.perform(request)
  }

  /// Keeps what is given out once from being fetched while the keys are not available.
  func readKeys() async throws(EIDTokenError) { _ = try await keys.value() }

  /// A JSON object from the provider; any other answer is the provider's fault.
  ///
  /// - Parameter mayRefuse: whether 4xx is about what we sent, such as a code that was used before.
  func json(_ request: HTTPClient.Request, mayRefuse: Bool = false) async throws(EIDTokenError) -> JSONObject {
    try await Self.json(request, calls, mayRefuse: mayRefuse)
  }

  private static func json(
    _ request: HTTPClient.Request, _ calls: ProviderCalls, mayRefuse: Bool = false
  ) async throws(EIDTokenError) -> JSONObject {
    try object(in: try await answered(request, calls, mayRefuse: mayRefuse))
  }

  /// An answer with status 200.
  static func answered(
    _ request: HTTPClient.Request, _ calls: ProviderCalls, mayRefuse: Bool
  ) async throws(EIDTokenError) -> HTTPClient.Response {
    let response = try await calls.perform(request)
    if mayRefuse, (400..<500).contains(response.status) { throw .refused("status \(response.status)") }
    guard response.status == 200 else { throw .providerUnavailable() }
    return response
  }

  static func object(in response: HTTPClient.Response) throws(EIDTokenError) -> JSONObject {
    guard let object = try? JSONValue.parse(response.body, limits: .answer).object else {
      throw .providerUnavailable()
    }
    return object
  }
}

extension SignedToken {
  /// Whether the ID token does not deny that the access token was issued with it (OpenID Connect Core §3.1.3.8).
  func isMade(with accessToken: String) -> Bool {
    guard let hash = claims.object["at_hash"] else { return true }
    let octets = Array(accessToken.utf8)
    let digest =
      switch algorithm {
      case .rs256, .ps256, .es256: OctetDigest.sha256(octets)
      case .es384: OctetDigest.sha384(octets)
      // Ed25519 signs with SHA-512.
      case .edDSA: OctetDigest.sha512(octets)
      }
    return hash.string.isSame(as: Base64.encodeURL(Array(digest.prefix(digest.count / 2))))
  }
}
