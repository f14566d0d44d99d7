internal import Octets
internal import WireJSON

/// The OAuth 2.0 endpoints that a version's `info` names.
struct AuthorizationServer: Sendable {
  let authorize, token, revoke, pushed: String

  /// From the base URI in `info.oauth2`; the slash at its end is there in v1's sample and not everywhere.
  init(base: String) {
    let base = base.hasSuffix("/") ? base : base + "/"
    authorize = base + "oauth2/authorize"
    token = base + "oauth2/token"
    revoke = base + "oauth2/revoke"
    pushed = base + "oauth2/pushed_authorize"
  }

  /// From RFC 8414 metadata.
  init?(metadata: JSONObject) {
    guard let authorize = metadata["authorization_endpoint"]?.string, let token = metadata["token_endpoint"]?.string
    else { return nil }
    self.authorize = authorize
    self.token = token
    revoke = metadata["revocation_endpoint"]?.string ?? ""
    pushed = metadata["pushed_authorization_request_endpoint"]?.string ?? ""
  }

  /// The server of a version, or nil if `info` names none.
  static func find(_ info: JSONObject, _ wire: Wire) async throws -> AuthorizationServer? {
    // Of several servers the first.
    let first = info["oauth2Servers"]?.array?.first?.object
    if let base = info["oauth2"]?.string ?? first?["baseUri"]?.string { return AuthorizationServer(base: base) }
    guard let issuer = info["oauth2Issuer"]?.string ?? first?["issuerIdentifier"]?.string, let address = Address(issuer)
    else { return nil }
    let path = address.path == "/" ? "" : address.path
    // RFC 8414 §3.1 inserts the well-known part before the issuer's path; OpenID Connect appends it.
    for url in [
      "\(address.origin)/.well-known/oauth-authorization-server\(path)",
      "\(issuer)/.well-known/openid-configuration",
    ] {
      let exchange = try await wire.get(url)
      if exchange.status == 200, let metadata = exchange.json, let server = AuthorizationServer(metadata: metadata) {
        return server
      }
    }
    return nil
  }
}

/// RFC 7636 with S256.
struct ProofKey {
  let verifier: String
  var challenge: String { Base64.encodeURL(OctetDigest.sha256(verifier)) }

  init(verifier: String) { self.verifier = verifier }

  init(random: (Int) -> [UInt8]) { verifier = Base64.encodeURL(random(32)) }
}
