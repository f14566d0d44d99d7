import Crypto
import JOSE
import Octets
import Registry
import Vocabulary
import WireJSON

/// The account that an `account_token` admits. It is still to be used up, so that a request that is refused leaves it
/// good.
struct AdmittedAccount: Sendable {
  let name: String
  fileprivate let token: String
  fileprivate let usedUntil: Int64
}

extension AuthorizationServer {
  /// The account that an `account_token` names (CSC v1 §8.4, v2 §8.2.1): a statement of the application, keyed with its
  /// client secret, that admits one known account.
  ///
  /// - Throws: `OAuthError` for a token that is not this client's, or too old.
  func account(of token: String, client: Client) async throws -> AdmittedAccount {
    let refused = OAuthError.invalid("account_token")
    guard let jwt = try? CompactJWS(token), let claims = jwt.claims, let signature = jwt.signature,
      let secret = client.secret?.octets, jwt.header["alg"] == "HS256",
      jwt.header["typ"]?.string?.loweringASCII() == "jwt", jwt.header["crit"] == nil
    else { throw refused }
    // The binary digest, as operating providers have it; the text of the standard leaves it open.
    let key = SymmetricKey(data: OctetDigest.sha256(secret))
    guard HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: jwt.signingInput, using: key) else {
      throw refused
    }
    let now = now
    guard claims["azp"] == .string(client.id.rawValue), let account = claims["sub"]?.string, !account.isEmpty,
      let issued = NumericDate(claims["iat"]), issued.ceiling <= now + rules.clockSkew,
      now - issued.floor <= rules.accountTokenLife, let id = claims["jti"]?.string, !id.isEmpty
    else { throw refused }
    guard try await tokens.signer(named: account, of: client.partner.rawValue) != nil else { throw refused }
    return AdmittedAccount(
      name: AccountName.prepared(account), token: "account \(client.id) \(id)",
      usedUntil: issued.ceiling + rules.accountTokenLife + rules.clockSkew)
  }

  /// - Parameter browserSecret: the browser that brings it, which may load the page again; nil if a client pushes it.
  /// - Throws: `OAuthError` for a token that was used before.
  func useUp(_ account: AdmittedAccount, browserSecret: String?) async throws {
    let browser = browserSecret.map(TokenService.digest)
    guard try await useOnce(account.token, until: account.usedUntil, by: browser) else {
      throw OAuthError.invalid("account_token")
    }
  }
}
