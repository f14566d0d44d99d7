import Vocabulary
import Octets
public import Registry
public import WireJSON

/// The answer to a token request.
public enum TokenAnswer: Sendable {
  case service(TokenService.Issued)
  case credential(CredentialToken)

  /// The access token of another scope than service: for scope credential it is the SAD.
  public struct CredentialToken: Sendable {
    /// The octets of the SAD or of the lifecycle grant's token.
    public let octets: [UInt8]
    /// Seconds that are left.
    public let expiresIn: Int64
    public let credential: String
    public let request: CodeRequest
  }
}

/// A code that was used before came again: somebody else has it. The tokens that it gave are dead; if it gave a SAD,
/// or a lifecycle token, the caller kills that (RFC 6749 §4.1.2, RFC 9700 §4.5).
public struct CodeReused: Error {
  public let scope: Scope
  public let reference: [UInt8]?
}

/// Grant `authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).
public struct AuthorizationCodeGrant: Sendable {
  let server: AuthorizationServer

  public init(_ server: AuthorizationServer) { self.server = server }

  /// - Parameter details: `authorization_details` of the token request as its caller reads them.
  /// - Throws: `OAuthError`, `CodeReused`.
  public func redeem(_ parameters: Parameters, client: Client, details: JSONValue?) async throws -> TokenAnswer {
    guard client.grants.contains(.authorizationCode) else { throw OAuthError.unauthorizedClient }
    guard let code = parameters["code"] else { throw OAuthError.missing("code") }
    let digest = TokenService.digest(code)
    let now = server.now
    // The client may have been registered for somebody else meanwhile, or the redirect URI withdrawn.
    guard let found = try await record(digest), found.request.isAdmitted(by: client) else {
      throw OAuthError.invalidGrant("Invalid parameter code")
    }
    let new = try await server.tokens.tokens(
      partner: client.partner.rawValue, signer: found.signer, client: client.id.rawValue,
      withRefreshToken: found.request.scope == .service && client.grants.contains(.refreshToken))
    let rules = server.rules
    let used = try await server.store.writeOAuth(
      reading: [
        .entry(.code, digest, .exclusive), .grantOfCode(digest, .exclusive),
        .entry(.transaction, found.transaction, .exclusive),
      ]
    ) { store in
      guard var record = try store.entry(.code, digest).flatMap(CodeRecord.init), record.request == found.request else {
        throw OAuthError.invalidGrant("Invalid parameter code")
      }
      if let grant = record.grant {
        try store.removeGrant(grant)
        return Used.before(record)
      }
      guard Lifetime(expires: record.validUntil, longest: rules.codeLife).isOpen(at: now) else {
        throw OAuthError.invalidGrant("Authorization code is invalid or expired")
      }
      try Self.check(parameters, details, record.request)
      try store.forgetExpired(now: now)
      record.grant = new.records[0].grant
      // From now on no browser is sent to the client with this code again.
      try store.removeEntry(.transaction, record.transaction)
      try store.put(record.entry(digest: digest))
      if record.request.scope == .service { for token in new.records { try store.put(token) } }
      return Used.now(record)
    }
    switch used {
    case .before(let record):
      throw CodeReused(scope: record.request.scope, reference: record.granted?.reference)
    case .now(let record):
      guard let granted = record.granted else { return .service(new.issued) }
      return .credential(
        TokenAnswer.CredentialToken(
          octets: try SealedBox.opening(with: code).open(granted.sealed), expiresIn: granted.expires - now,
          credential: granted.credential, request: record.request))
    }
  }

  /// The result of using a code. Returned, not thrown: the removal of the tokens must stay.
  private enum Used: Sendable {
    case now(CodeRecord)
    case before(CodeRecord)
  }

  private func record(_ digest: [UInt8]) async throws -> CodeRecord? {
    try await server.store.readOAuth(reading: [.entry(.code, digest)]) {
      try $0.entry(.code, digest).flatMap(CodeRecord.init)
    }
  }

  private static func check(_ parameters: Parameters, _ details: JSONValue?, _ request: CodeRequest) throws {
    let uri = parameters["redirect_uri"]
    // Named there, it must be named here; not named there, only the default itself can be meant.
    guard uri.isSame(as: request.redirectURI) || (uri == nil && !request.namesRedirectURI) else {
      throw OAuthError.invalidGrant(
        "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    }
    let verifier = parameters["code_verifier"]
    if let challenge = request.challenge {
      guard let verifier, PKCE.isVerifier(verifier), PKCE.fits(verifier, challenge) else {
        throw OAuthError.invalidGrant("Invalid parameter code_verifier")
      }
    } else if verifier != nil {
      // RFC 9700 §2.1.1: a verifier without a challenge shows that the challenge was taken out on the way.
      throw OAuthError.invalidGrant("Invalid parameter code_verifier")
    }
    guard request.credential?.isRich == true else {
      guard details == nil else { throw OAuthError.invalid("authorization_details") }
      return
    }
    guard let details else { throw OAuthError.missing("authorization_details") }
    guard details == request.credential?.value else { throw OAuthError.invalid("authorization_details") }
  }
}
