import Crypto
import OpenIDClient
import Foundation
import JOSE
import JWTKit
import OutboundHTTP
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// The gateway's proof of itself at a provider's endpoints.
@Suite("Client authentication at a provider", .timeLimit(.minutes(2)))
struct ProviderAuthenticationTests {
  private static let tokens: JSONValue = ["id_token": "i", "access_token": "a"]

  /// The call that an exchange of a code makes.
  private func call(_ authentication: ProviderAuthentication) async throws -> (ScriptedProvider.Call, String) {
    let (calls, continuation) = AsyncStream<(ScriptedProvider.Call, String)>.makeStream()
    try await ScriptedProvider.with({
      $0.clientID = "us & them"
      $0.authentication = authentication
    }) { provider, script in
      script.answer("token", Self.tokens)
      let answer = try await provider.exchange(code: "c", redirectURI: "https://us.example/", codeVerifier: "v")
      #expect(answer.idToken == "i" && answer.accessToken == "a")
      continuation.yield((try #require(script.calls.first), script.issuer))
      #expect(script.calls.count == 1)
    }
    for await call in calls { return call }
    throw CancellationError()
  }

  @Test("none: the name alone")
  func none() async throws {
    let (call, _) = try await call(.none)
    #expect(call.authorization == nil && call.form["client_id"] == "us & them" && call.form["client_secret"] == nil)
    #expect(call.form["grant_type"] == "authorization_code" && call.form["code_verifier"] == "v")
  }

  @Test("client_secret_basic: form-encoded name and secret, and nothing of it among the parameters")
  func secretBasic() async throws {
    let (call, _) = try await call(.secretBasic("se:cr&t"))
    let pair = Data("us%20%26%20them:se%3Acr%26t".utf8).base64EncodedString()
    #expect(call.authorization == "Basic \(pair)")
    #expect(call.form["client_id"] == nil && call.form["client_secret"] == nil)
  }

  @Test("client_secret_post: name and secret among the parameters, and no header")
  func secretPost() async throws {
    let (call, _) = try await call(.secretPost("se:cr&t"))
    #expect(call.authorization == nil)
    #expect(call.form["client_id"] == "us & them" && call.form["client_secret"] == "se:cr&t")
  }

  /// Claims of a statement whose signature is right.
  private struct Statement: JWTPayload {
    let iss, sub, aud, jti: String
    let iat, exp: Int64
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  @Test(
    "private_key_jwt: a signed statement about us, for the endpoint or the issuer, good for a minute and once",
    arguments: ProviderAuthentication.Audience.allCases)
  func privateKeyJWT(audience: ProviderAuthentication.Audience) async throws {
    let key = ES256PrivateKey()
    let method = ProviderAuthentication.privateKeyJWT(
      try AssertionKey(pem: key.pemRepresentation, algorithm: .es256, keyID: "our-key"), audience: audience)
    var seen: Set<String> = []
    for _ in 0..<2 {
      let (call, issuer) = try await call(method)
      #expect(call.authorization == nil && call.form["client_id"] == "us & them" && call.form["client_secret"] == nil)
      #expect(call.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
      let assertion = try #require(call.form["client_assertion"])
      let keys = await JWTKeyCollection().add(ecdsa: key.publicKey, kid: "our-key")
      let statement = try await keys.verify(assertion, as: Statement.self)
      #expect(statement.iss == "us & them" && statement.sub == "us & them")
      #expect(statement.aud == (audience == .issuer ? issuer : issuer + "/token"))
      #expect(statement.iat == ScriptedProvider.now && statement.exp == ScriptedProvider.now + 60)
      seen.insert(statement.jti)
      let header = try #require(assertion.split(separator: ".").first)
      #expect(try decoded(String(header))["kid"]?.string == "our-key")
    }
    #expect(seen.count == 2 && seen.allSatisfy { $0.count == 32 })
  }

  @Test("every algorithm has its kind of key, and no other key will do")
  func keys() async throws {
    let p256 = ES256PrivateKey().pemRepresentation
    let p384 = ES384PrivateKey().pemRepresentation
    let rsa = try await rsaKey()
    let edwards = edwardsKey()
    let fitting: [(TokenAlgorithm, String)] = [
      (.es256, p256), (.es384, p384), (.rs256, rsa), (.ps256, rsa), (.edDSA, edwards),
    ]
    for (algorithm, pem) in fitting {
      _ = try AssertionKey(pem: pem, algorithm: algorithm, keyID: nil)
      for (_, other) in fitting where other != pem {
        #expect(throws: (any Error).self) { try AssertionKey(pem: other, algorithm: algorithm, keyID: nil) }
      }
    }
  }

  private func decoded(_ part: String) throws -> JSONObject {
    let padding = String(repeating: "=", count: (4 - part.utf8.count % 4) % 4)
    let standard = part.replacing("-", with: "+").replacing("_", with: "/") + padding
    let octets = try #require(Data(base64Encoded: standard))
    return try #require(JSONValue.parse([UInt8](octets), limits: .own).object)
  }

  private func rsaKey() async throws -> String {
    let made = try await run(
      "/usr/bin/openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], withErrors: false)
    return made.output
  }

  private func edwardsKey() -> String {
    // PKCS #8 (RFC 8410 §7).
    let der =
      Data([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20])
      + Curve25519.Signing.PrivateKey().rawRepresentation
    return "-----BEGIN PRIVATE KEY-----\n\(der.base64EncodedString())\n-----END PRIVATE KEY-----\n"
  }

  // MARK: Mutual TLS

  @Test(
    "mutual TLS: a server that demands a certificate gets ours for token, introspection and CIBA, each at its alias")
  func mutualTLS() async throws {
    try await withMutualTLS { script, gateway in
      let provider = try await gateway(.ours)
      script.answer("mtls/token", Self.tokens)
      let tokens = try await provider.exchange(code: "c", redirectURI: "https://us.example/", codeVerifier: "v")
      #expect(tokens.idToken == "i")
      script.answer(
        "mtls/introspect",
        [
          "active": true, "client_id": "us", "sub": "subject-1", "acr": "high",
          "auth_time": .integer(ScriptedProvider.now),
        ])
      let statement = try await provider.verify("opaque", for: PartnerID("portal"))
      #expect(statement.subject == "subject-1")
      script.answer("mtls/backchannel", ["auth_req_id": "r-1", "expires_in": 120])
      let request = BackchannelRequest(
        issuer: script.issuer, loginHint: "alice", bindingMessage: "1", lifetime: 60, notificationToken: "n")
      #expect(try await provider.ask(request).id == "r-1")
      script.answer("mtls/token", .error("authorization_pending"))
      #expect(try await provider.result(of: "r-1") == .waiting)
      #expect(script.calls.map(\.path) == ["mtls/token", "mtls/introspect", "mtls/backchannel", "mtls/token"])
      for call in script.calls {
        #expect(call.form["client_id"] == "us" && call.authorization == nil && call.form["client_secret"] == nil)
      }
    }
  }

  @Test("mutual TLS: without a certificate, or with one of another authority, nothing arrives")
  func otherIdentities() async throws {
    try await withMutualTLS { script, gateway in
      for identity in [Identity.none, .strange] {
        let provider = try await gateway(identity)
        let error = await #expect(throws: EIDTokenError.self) {
          try await provider.exchange(code: "c", redirectURI: "https://us.example/", codeVerifier: "v")
        }
        guard case .providerUnavailable? = error else {
          Issue.record("\(identity): \(String(describing: error))")
          continue
        }
      }
      #expect(script.calls.isEmpty)
    }
  }

  private enum Identity { case ours, none, strange }

  /// Runs `body` with a real TLS server that wants certificates of one authority, and what makes gateways for it.
  private func withMutualTLS(
    _ body: @escaping @Sendable (ScriptedProvider, (Identity) async throws -> OpenIDProvider) async throws -> Void
  ) async throws {
    let (servers, clients) = (try await LocalAuthority("servers"), try await LocalAuthority("clients"))
    let strangers = try await LocalAuthority("strangers")
    try await servers.issue("server")
    for authority in [clients, strangers] { try await authority.issue("client") }
    let script = ScriptedProvider()
    try await LocalServer.serve(
      script.router, certificate: servers.certificate("server"), key: servers.key("server"), clients: clients.root
    ) { base in
      script.begin(at: base)
      script.announce(
        "mtls_endpoint_aliases",
        [
          "token_endpoint": .string(base + "/mtls/token"), "introspection_endpoint": .string(base + "/mtls/introspect"),
          "backchannel_authentication_endpoint": .string(base + "/mtls/backchannel"),
        ])
      try await body(script) { identity in
        var settings = HTTPClient.Settings()
        settings.trustAnchors = servers.root
        var provider = ScriptedProvider.settings(base)
        provider.accessTokens = .introspection
        provider.backchannel = BackchannelSettings()
        if identity != .none {
          let authority = identity == .ours ? clients : strangers
          provider.authentication = .mutualTLS(
            HTTPClient.Identity(certificate: authority.certificate("client"), privateKey: authority.key("client")))
        }
        settings.identity = provider.authentication.identity
        return OpenIDProvider(provider, client: HTTPClient(settings), now: { ScriptedProvider.now })
      }
    }
  }
}
