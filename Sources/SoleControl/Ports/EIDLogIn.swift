/// A person's log-in at a trusted eID provider, with the gateway as the provider's client (OpenID Connect Core §3.1).
public protocol EIDLogIn: Sendable {
  /// Where the browser goes to log in.
  ///
  /// - Parameter codeVerifier: of PKCE (RFC 7636); its S256 challenge is in the URL.
  func authorizationURL(
    issuer: String, redirectURI: String, state: String, nonce: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String

  /// Exchanges the code that the browser brought back. The token is not verified here.
  func idToken(
    issuer: String, code: String, redirectURI: String, codeVerifier: String
  ) async throws(EIDTokenError) -> String
}
