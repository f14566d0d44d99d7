internal import OutboundHTTP
public import SoleControl
internal import Vocabulary
internal import WireJSON

extension OpenIDProvider {
  private static let grant = "urn:openid:params:grant-type:ciba"
  /// Seconds between two polls where the provider does not say (CIBA Core §7.3), and the most that are believed.
  private static let interval: (standard: UnixTime, longest: UnixTime) = (5, 300)
  /// Characters of a provider's id that are taken.
  private static let longestID = 2048

  // MARK: Asking

  /// Has the provider ask a person (CIBA Core §7.1).
  public func ask(_ request: BackchannelRequest) async throws(BackchannelError) -> BackchannelAcknowledgement {
    guard let rules = settings.backchannel else { throw .misconfigured("no backchannel") }
    let answer: BackchannelAnswer
    var isAsked = false
    do throws(EIDTokenError) {
      guard let endpoint = try await discover().backchannel else { throw .refused("no endpoint") }
      var form = [
        ("scope", rules.scope), ("login_hint", request.loginHint), ("binding_message", request.bindingMessage),
        ("requested_expiry", "\(request.lifetime)"),
      ]
      if !rules.acrValues.isEmpty { form.append(("acr_values", rules.acrValues.joined(separator: " "))) }
      if rules.delivery == .ping { form.append(("client_notification_token", request.notificationToken)) }
      isAsked = true
      answer = try await backchannelAnswer(form, to: endpoint)
    } catch {
      // Nothing of the person was sent before.
      if !isAsked, case .providerUnavailable(let outage) = error {
        throw .unavailable(ProviderOutage(retryAfter: outage.retryAfter))
      }
      throw error.aboutUs
    }
    switch answer {
    case .good(let body):
      guard let id = body["auth_req_id"]?.string, !id.isEmpty, id.utf8.count <= Self.longestID else {
        throw .misconfigured("no auth_req_id")
      }
      let interval = body["interval"]?.wholeNumber(.up) ?? Self.interval.standard
      return BackchannelAcknowledgement(id: id, interval: min(max(interval, 1), Self.interval.longest))
    // §13: about the person. Its other refusals are about us.
    case .error(let code) where ["unknown_user_id", "access_denied", "expired_login_hint_token"].contains(code):
      throw .refused(code)
    case .error(let code): throw .misconfigured(code)
    }
  }

  // MARK: The result

  /// Asks once for the tokens of a request (CIBA Core §10.1, §11).
  public func result(of id: String) async throws(BackchannelError) -> BackchannelResult {
    let answer: BackchannelAnswer
    do throws(EIDTokenError) {
      let document = try await discover()
      // Before the tokens, which are given out once: a provider whose keys are not available keeps them.
      try await readKeys()
      answer = try await backchannelAnswer([("grant_type", Self.grant), ("auth_req_id", id)], to: document.token)
    } catch {
      throw error.aboutUs
    }
    switch answer {
    case .good(let body):
      do throws(EIDTokenError) { return .approved(try await statement(body, request: id)) } catch {
        if case .providerUnavailable = error { return .failed("unverified") }
        return .failed(error.reason)
      }
    case .error("authorization_pending"): return .waiting
    case .error("slow_down"): return .slowDown
    case .error("expired_token"): return .expired
    case .error("access_denied"): return .denied
    case .error(let code) where ["transaction_failed", "invalid_grant"].contains(code): return .failed(code)
    // About us, so that the person's answer can still be fetched when it is put right.
    case .error(let code): throw .misconfigured(code)
    }
  }

  /// The content of the tokens. The ID token is checked as any other (OpenID Connect Core §3.1.3.7), but has no nonce;
  /// it must belong to the request if it says to which it does (CIBA Core §10.3.1).
  private func statement(_ body: JSONObject, request id: String) async throws(EIDTokenError) -> BackchannelStatement {
    guard let text = body["id_token"]?.string else { throw .refused("no id_token") }
    let token = try SignedToken(text)
    guard [nil, "jwt"].contains(token.type) else { throw .refused("typ") }
    guard settings.algorithms.contains(token.algorithm) else { throw .refused("alg") }
    let rules = ClaimRules(settings: settings, now: now())
    let claims = token.claims.object
    guard claims["iss"] == .string(settings.issuer) else { throw .refused("iss") }
    try checkAudience(claims, [settings.clientID])
    guard case (let expires?, let issued?) = try rules.times(claims) else { throw .refused("exp") }
    guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .refused("sub") }
    let authenticated = try rules.authenticationTime(claims, issued: issued)
    if let named = claims["urn:openid:params:jwt:claim:auth_req_id"], named != .string(id) {
      throw .refused("auth_req_id")
    }
    try await checkSignature(of: token)
    let accessToken = body["access_token"]?.string
    if let accessToken, !token.isMade(with: accessToken) { throw .refused("at_hash") }
    let (acr, level) = try await level(claims, accessToken, subject, rules)
    return BackchannelStatement(
      issuer: settings.issuer, subject: subject, level: level, acr: acr, amr: rules.methods(claims),
      authenticationTime: authenticated.time, isTimeOfIssue: authenticated.isTimeOfIssue,
      maximumAge: settings.maximumAge, issued: issued, expires: expires, tokenID: claims["jti"]?.string,
      tokenDigest: token.digest)
  }

  /// The level that the ID token says, or else userinfo: some providers put nothing of the person into tokens of CIBA.
  private func level(
    _ claims: JSONObject, _ accessToken: String?, _ subject: String, _ rules: ClaimRules
  ) async throws(EIDTokenError) -> (String, AssuranceLevel) {
    if settings.levelSource == .idToken, claims[settings.levelClaim] != nil { return try rules.level(claims) }
    guard let accessToken else { throw .refused("acr") }
    let info = try await userInfoClaims(accessToken, [settings.clientID])
    guard info["sub"] == .string(subject) else { throw .refused("userinfo sub") }
    return try rules.level(info)
  }

  // MARK: Calls

  private enum BackchannelAnswer {
    case good(JSONObject)
    /// `error` of the answer, or its status.
    case error(String)
  }

  private func backchannelAnswer(
    _ form: [(String, String)], to endpoint: String
  ) async throws(EIDTokenError) -> BackchannelAnswer {
    let request = try await authenticated(form, to: endpoint)
    let response = try await perform(request)
    let body = try? JSONValue.parse(response.body, limits: .answer).object
    switch response.status {
    case 200:
      guard let body else { throw .providerUnavailable(ProviderOutage(mayHaveArrived: true)) }
      return .good(body)
    case 429: throw .providerUnavailable()
    case 400..<500: return .error(Self.code(body?["error"]?.string) ?? "status \(response.status)")
    default: throw .providerUnavailable()
    }
  }

  /// The word if it can stand in a log.
  private static func code(_ word: String?) -> String? {
    guard let word, (1...40).contains(word.utf8.count), word.utf8.allSatisfy({ 0x61...0x7a ~= $0 || $0 == 0x5f }) else {
      return nil
    }
    return word
  }
}

extension EIDTokenError {
  fileprivate var reason: String {
    switch self {
    case .refused(let reason): reason
    case .encrypted: "encrypted"
    case .providerUnavailable: "unavailable"
    }
  }

  /// The error where nothing of the person is in question yet.
  fileprivate var aboutUs: BackchannelError {
    if case .providerUnavailable(let outage) = self { .unavailable(outage) } else { .misconfigured(reason) }
  }
}

extension TrustedProviders: BackchannelClient {
  public func ask(_ request: BackchannelRequest) async throws(BackchannelError) -> BackchannelAcknowledgement {
    guard let provider = providers[request.issuer] else { throw .misconfigured("issuer") }
    return try await provider.ask(request)
  }

  public func result(of id: String, issuer: String) async throws(BackchannelError) -> BackchannelResult {
    guard let provider = providers[issuer] else { throw .misconfigured("issuer") }
    return try await provider.result(of: id)
  }
}
