internal import Octets
internal import OutboundHTTP
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// An access token presented in place of an ID token: the provider itself says whose it is.
extension OpenIDProvider {
  /// - Parameter clients: for which of them it may have been made. An access token of another client is good for the
  ///   provider, but the operator of that client could present it here.
  func verify(accessToken text: String, _ rule: AccessTokenRule, clients: Set<String>) async throws(EIDTokenError)
    -> EIDStatement
  {
    guard BearerToken.isGood(text) else { throw .refused("form") }
    var known: JSONObject
    switch rule {
    case .introspection: known = try await introspect(text, clients)
    case .both:
      let told = try await introspect(text, clients)
      known = try merged(told, with: try await userInfoClaims(text, clients))
    case .userInfo:
      let own = try await ownClaims(text, clients)
      known = try merged(own, with: try await userInfoClaims(text, clients))
    }
    return try statement(of: text, known)
  }

  private func statement(of text: String, _ known: JSONObject) throws(EIDTokenError) -> EIDStatement {
    let rules = ClaimRules(settings: settings, now: now())
    guard let subject = known["sub"]?.string, !subject.isEmpty else { throw .refused("sub") }
    let times = try rules.times(known, isRequired: false)
    let authenticated = try rules.authenticationTime(known, issued: times.issued)
    let (acr, level) = try rules.level(known)
    var statement = EIDStatement(
      issuer: settings.issuer, subject: subject, nonce: known["nonce"]?.string, level: level,
      authenticationTime: authenticated.time, tokenDigest: OctetDigest.sha256(text))
    statement.acr = acr
    statement.amr = rules.methods(known)
    statement.isTimeOfIssue = authenticated.isTimeOfIssue
    statement.maximumAge = settings.maximumAge
    statement.tokenID = known["jti"]?.string
    statement.claims = rules.taken(known)
    // If the provider tells no end, the age of the log-in makes one.
    let end = times.expires ?? authenticated.time + (settings.maximumAge ?? Self.longestAccessToken)
    // Its id first: some signatures can be changed without becoming wrong, so one token can have several texts.
    statement.accessToken = EIDStatement.AccessToken(
      id: statement.tokenID ?? text, expires: end + settings.clockSkew + 1)
    return statement
  }

  /// Seconds for which a token of unknown end is remembered.
  private static var longestAccessToken: UnixTime { 86400 }

  /// The answer about an active token (RFC 7662 §2.2).
  private func introspect(_ token: String, _ clients: Set<String>) async throws(EIDTokenError) -> JSONObject {
    guard let endpoint = try await discover().introspection else { throw .refused("introspection") }
    let request = try await authenticated([("token", token), ("token_type_hint", "access_token")], to: endpoint)
    let answer = try await json(request)
    guard answer["active"]?.bool == true else { throw .refused("inactive") }
    guard answer["iss"].map({ $0 == .string(settings.issuer) }) ?? true else { throw .refused("iss") }
    // Some providers answer for ID tokens and refresh tokens too.
    guard ["bearer", "dpop", nil].contains(answer["token_type"].map { $0.string?.loweringASCII() ?? "" }) else {
      throw .refused("token_type")
    }
    guard let client = answer["client_id"]?.string, clients.containsSame(as: client) else {
      throw .refused("client_id")
    }
    return answer
  }

  /// The claims of an access token in JWT form (RFC 9068 §4), whose resource is the provider's own userinfo: so the
  /// audience is the provider's to check, and ours is the client.
  private func ownClaims(_ text: String, _ clients: Set<String>) async throws(EIDTokenError) -> JSONObject {
    let token = try SignedToken(text)
    guard token.type == "at+jwt" else { throw .refused("typ") }
    guard settings.algorithms.contains(token.algorithm) else { throw .refused("alg") }
    let claims = token.claims.object
    guard claims["iss"] == .string(settings.issuer) else { throw .refused("iss") }
    guard let client = claims["client_id"]?.string, clients.containsSame(as: client) else {
      throw .refused("client_id")
    }
    _ = try ClaimRules(settings: settings, now: now()).times(claims)
    try await checkSignature(of: token)
    return claims
  }

  /// Both answers are about one person, or none is believed.
  private func merged(_ known: JSONObject, with info: JSONObject) throws(EIDTokenError) -> JSONObject {
    guard info["sub"]?.string != nil, info["sub"] == known["sub"] else { throw .refused("userinfo sub") }
    var result = info
    // Claims about the token itself count more than those about the person.
    for member in known.members { result[member.name] = member.value }
    if settings.levelSource == .userInfo { result[settings.levelClaim] = info[settings.levelClaim] }
    return result
  }
}
