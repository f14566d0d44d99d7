public import SoleControl
public import Vocabulary

/// The trusted providers by issuer.
public struct TrustedProviders: EIDTokenVerifier, EIDLogIn {
  let providers: [String: OpenIDProvider]

  public init(_ providers: [String: OpenIDProvider]) { self.providers = providers }

  public func verify(
    token: String, issuer: String, for partner: PartnerID
  ) async throws(EIDTokenError) -> EIDStatement {
    guard let provider = providers[issuer] else { throw .refused("issuer") }
    return try await provider.verify(token, for: partner)
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
    let tokens = try await provider.exchange(code: code, redirectURI: redirectURI, codeVerifier: codeVerifier)
    return await provider.needsAccessToken ? "\(tokens.idToken) \(tokens.accessToken)" : tokens.idToken
  }
}
