internal import Octets
internal import OutboundHTTP
internal import SoleControl
internal import WireJSON

extension OpenIDProvider {
  /// The userinfo endpoint's claims about a person (OpenID Connect Core §5.3.2): JSON, or a signed JWT where the
  /// provider sends one.
  ///
  /// - Parameter clients: for which of them the answer may have been made.
  /// - Returns: the claims about the person, without those about the answer itself: how long that is good says nothing
  ///   about a token or a log-in.
  func userInfoClaims(_ accessToken: String, _ clients: Set<String>) async throws(EIDTokenError) -> JSONObject {
    // Also where it comes from the provider's token endpoint.
    guard BearerToken.isGood(accessToken) else { throw .refused("access token") }
    guard let url = try await discover().userInfo else { throw .refused("userinfo") }
    let request = HTTPClient.Request(
      url: url, headers: ["Authorization: Bearer \(accessToken)", "Accept: application/json, application/jwt"])
    let response = try await Self.answered(request, calls, mayRefuse: true)
    var claims =
      Self.isJWT(response)
      ? try await signedClaims(response.body, clients) : try Self.object(in: response)
    for name in Self.envelope { claims[name] = nil }
    return claims
  }

  /// Claims about the answer and not about the person.
  private static let envelope = ["iss", "aud", "exp", "iat", "nbf", "jti"]

  private static func isJWT(_ response: HTTPClient.Response) -> Bool {
    let header = response.headers.first { $0.name.loweringASCII() == "content-type" }
    let type = header?.value.parts(separatedBy: UInt8(ascii: ";"), most: 2).first?.trimmed().loweringASCII()
    return type == "application/jwt"
  }

  /// The claims of a signed answer, which is checked as the provider's ID tokens are. It need not name an audience, as
  /// we asked the provider itself; if it names one, it must be right.
  private func signedClaims(_ body: [UInt8], _ clients: Set<String>) async throws(EIDTokenError) -> JSONObject {
    guard let text = String(validating: body, as: UTF8.self) else { throw .refused("userinfo form") }
    let token = try SignedToken(String(text.trimmed(of: " \r\n")), largest: Self.largestUserInfo)
    guard [nil, "jwt"].contains(token.type) else { throw .refused("userinfo typ") }
    guard settings.algorithms.contains(token.algorithm) else { throw .refused("userinfo alg") }
    let claims = token.claims.object
    if let issuer = claims["iss"] {
      guard issuer == .string(settings.issuer) else { throw .refused("userinfo iss") }
    }
    if claims["aud"] != nil { try checkAudience(claims, clients) }
    _ = try ClaimRules(settings: settings, now: now()).times(claims, isRequired: false)
    try await checkSignature(of: token)
    return claims
  }

  /// Octets: a picture may be among the claims.
  private static var largestUserInfo: Int { 256 << 10 }
}
