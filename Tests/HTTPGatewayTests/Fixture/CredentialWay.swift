import Crypto
import HTTPTypes
import Octets
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway

/// A person's way from a request with scope `credential` or `credential-deletion` to the token, at client `portal`.
struct CredentialWay {
  private static let challenge = "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"
  static let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"

  let fixture: GatewayFixture
  let visitor: PageVisitor
  let logInPage: PageVisitor.Page
  private let details: String?
  /// The consent page's form.
  private let consent = Fields()

  private final class Fields { var hidden: [String: String] = [:] }

  init(_ fixture: GatewayFixture, _ parameters: [String: String]) async throws {
    self.fixture = fixture
    details = parameters["authorization_details"]
    visitor = PageVisitor(fixture)
    logInPage = try await visitor.get("/oauth2/authorize?\(Self.query(parameters))")
  }

  static func query(_ parameters: [String: String]) -> String {
    Self.parameters(parameters).map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
  }

  /// A request for a log-in with a statement of the client about who its user is.
  static func accountQuery(_ fixture: GatewayFixture) throws -> String {
    let claims: JSONValue = [
      "sub": "alice", "azp": "portal", "iat": .integer(fixture.signing.clock.now), "jti": "j-1",
    ]
    let signed =
      Base64.encodeURL(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8)) + "." + Base64.encodeURL(claims.compact())
    let key = SymmetricKey(data: OctetDigest.sha256(OAuthFixture.secret))
    let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
    return query(["scope": "service", "account_token": signed + "." + Base64.encodeURL(Array(code))])
  }

  /// A request for a code, with what the test adds or changes.
  static func parameters(_ parameters: [String: String]) -> [String: String] {
    parameters.merging([
      "response_type": "code", "client_id": "portal", "redirect_uri": OAuthFixture.redirectURI,
      "code_challenge": challenge, "code_challenge_method": "S256",
    ]) { mine, _ in mine }
  }

  func logIn(_ user: String = "alice") async throws -> PageVisitor.Page {
    let page = try await visitor.post(
      "/oauth2/login", logInPage.hidden.merging(["username": user, "password": GatewayFixture.password]) { $1 })
    consent.hidden = page.hidden
    return page
  }

  /// - Parameter more: further fields of the page.
  func approve(pin: String = "12345678", more: [String: String] = [:]) async throws -> PageVisitor.Page {
    let form = more.merging(["decision": "approve", "PIN": pin]) { $1 }
    return try await visitor.post("/oauth2/consent", consent.hidden.merging(form) { $1 })
  }

  /// The access token of the code that a redirect carries.
  func token(_ end: PageVisitor.Page) async throws -> String {
    let answer = try await redeem(end)
    return String(try #require(answer.text.firstMatch(of: /"access_token":"([^"]+)"/), "\(answer.text)").1)
  }

  /// The answer to the exchange of that code.
  ///
  /// - Parameter changed: what differs from the right exchange.
  func redeem(_ end: PageVisitor.Page, _ changed: [String: String] = [:]) async throws -> PageVisitor.Page {
    let location = end.headers[.location] ?? "no redirect: \(end.text)"
    let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
    var form = [
      "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
      "code_verifier": Self.verifier, "client_id": "portal", "client_secret": OAuthFixture.secret,
    ]
    form["authorization_details"] = details
    return try await visitor.post("/oauth2/token", form.merging(changed) { $1 }, headers: [:])
  }
}
