import OpenIDClient
import Foundation
import Hummingbird
import JWTKit
import OutboundHTTP
import SoleControl
import Vocabulary
import TestSupport
import Testing
import WireJSON

/// OpenID Connect CIBA Core 1.0, against a provider that does what the test wants.
@Suite("Asking people in a provider's app", .timeLimit(.minutes(2)))
struct BackchannelTests {
  private static let request = BackchannelRequest(
    issuer: "", loginHint: #"{"username":"alice"}"#, bindingMessage: "Portal: Order 7, 1 signature, 1234-5678",
    lifetime: 600, notificationToken: "our-token")

  private static func with(
    _ rules: BackchannelSettings = BackchannelSettings(),
    _ change: @escaping @Sendable (inout ProviderSettings) throws -> Void = { _ in },
    _ body: @escaping @Sendable (OpenIDProvider, ScriptedProvider) async throws -> Void
  ) async throws {
    try await ScriptedProvider.with({
      $0.backchannel = rules
      $0.authentication = .secretBasic("secret")
      try change(&$0)
    }) { provider, script in try await body(provider, script) }
  }

  // MARK: Asking

  @Test("what is sent: whom, what, for how long, as our client; in poll mode no token of ours")
  func asked() async throws {
    var rules = BackchannelSettings()
    rules.scope = "openid profile"
    rules.acrValues = ["high", "substantial"]
    try await Self.with(rules) { provider, script in
      script.answer("backchannel", ["auth_req_id": "r-1", "expires_in": 120, "interval": 7])
      #expect(try await provider.ask(Self.request) == BackchannelAcknowledgement(id: "r-1", interval: 7))
      let call = try #require(script.calls.first)
      #expect(script.calls.count == 1 && call.path == "backchannel" && call.authorization?.hasPrefix("Basic ") == true)
      #expect(
        call.form == [
          "scope": "openid profile", "login_hint": #"{"username":"alice"}"#,
          "binding_message": "Portal: Order 7, 1 signature, 1234-5678", "requested_expiry": "600",
          "acr_values": "high substantial",
        ])
    }
  }

  @Test("in ping mode our token goes along; an interval that is missing or absurd is not believed")
  func ping() async throws {
    var rules = BackchannelSettings()
    rules.delivery = .ping
    try await Self.with(rules) { provider, script in
      for (told, taken) in [(nil, 5), (0, 1), (-3, 1), (100_000, 300), (9, 9)] as [(Int64?, Int64)] {
        var body = JSONObject([("auth_req_id", "r-1"), ("expires_in", 120)])
        if let told { body["interval"] = .integer(told) }
        script.answer("backchannel", .object(body))
        let acknowledgement = try await provider.ask(Self.request)
        #expect(acknowledgement.interval == taken)
      }
      #expect(script.calls.allSatisfy { $0.form["client_notification_token"] == "our-token" })
      #expect(script.calls.allSatisfy { $0.form["acr_values"] == nil && $0.form["scope"] == "openid" })
    }
  }

  @Test("errors of the start: about the person, about us, and no answer are three things")
  func startErrors() async throws {
    try await Self.with { provider, script in
      let rows: [(ScriptedProvider.Answer, BackchannelError)] = [
        (.error("unknown_user_id"), .refused("unknown_user_id")),
        (.error("access_denied", 403), .refused("access_denied")),
        (.error("expired_login_hint_token"), .refused("expired_login_hint_token")),
        (.error("invalid_client", 401), .misconfigured("invalid_client")),
        (.error("unauthorized_client", 403), .misconfigured("unauthorized_client")),
        (.error("invalid_binding_message"), .misconfigured("invalid_binding_message")),
        (.error("missing_user_code"), .misconfigured("missing_user_code")),
        // Words that could do harm in a log are not repeated.
        (.error("a\nb"), .misconfigured("status 400")), (.error(""), .misconfigured("status 400")),
        (.error("slow_down", 429), .unavailable()), (.error("server_error", 500), .unavailable()),
        (.error("x", 503), .unavailable()), (.init(status: 302, body: [:]), .unavailable()),
        (.init(status: 200, body: ["auth_req_id": ""]), .misconfigured("no auth_req_id")),
        (.init(status: 200, body: [:]), .misconfigured("no auth_req_id")),
        (.init(status: 200, body: []), .unavailable(ProviderOutage(mayHaveArrived: true))),
        (
          .init(status: 200, body: ["auth_req_id": .string(String(repeating: "x", count: 2049))]),
          .misconfigured("no auth_req_id")
        ),
      ]
      for (answer, error) in rows {
        script.answer("backchannel", answer)
        await #expect(throws: error) { try await provider.ask(Self.request) }
      }
    }
  }

  @Test("whether the person may have been asked is told: only where the provider was reached and its answer is lost")
  func lostAnswers() async throws {
    try await Self.with { provider, script in
      for (answer, mayHaveArrived) in [
        (.error("x", 503), false), (.error("x", 429), false), (.error("x", 504), true),
        (.init(status: 200, body: []), true),
      ] as [(ScriptedProvider.Answer, Bool)] {
        script.answer("backchannel", answer)
        await #expect(throws: BackchannelError.unavailable(ProviderOutage(mayHaveArrived: mayHaveArrived))) {
          try await provider.ask(Self.request)
        }
      }
    }
    // The document cannot be fetched in time: the person is not in question yet.
    let gate = Gate()
    let router = Router()
    router.get(".well-known/openid-configuration") { _, _ in
      await gate.pass()
      return ""
    }
    try await LocalServer.serve(router) { base in
      var (settings, client) = (ScriptedProvider.settings(base), HTTPClient.Settings())
      settings.backchannel = BackchannelSettings()
      client.allowsPlainHTTP = true
      client.timeout = .milliseconds(100)
      let provider = OpenIDProvider(settings, client: HTTPClient(client), now: { ScriptedProvider.now })
      await #expect(throws: BackchannelError.unavailable()) { try await provider.ask(Self.request) }
      await gate.open()
    }
  }

  @Test("no app configured, no endpoint published, nobody there")
  func noApp() async throws {
    try await ScriptedProvider.with { provider, _ in
      await #expect(throws: BackchannelError.misconfigured("no backchannel")) { try await provider.ask(Self.request) }
    }
    try await Self.with { provider, script in
      script.announce("backchannel_authentication_endpoint", .null)
      await #expect(throws: BackchannelError.misconfigured("no endpoint")) { try await provider.ask(Self.request) }
    }
    var settings = ScriptedProvider.settings("http://127.0.0.1:9")
    settings.backchannel = BackchannelSettings()
    let dead = OpenIDProvider(settings, client: ScriptedProvider.plainClient, now: { ScriptedProvider.now })
    await #expect(throws: BackchannelError.unavailable()) { try await dead.ask(Self.request) }
    await #expect(throws: BackchannelError.unavailable()) { try await dead.result(of: "r-1") }
    let none = TrustedProviders([:])
    await #expect(throws: BackchannelError.misconfigured("issuer")) { try await none.ask(Self.request) }
    await #expect(throws: BackchannelError.misconfigured("issuer")) { try await none.result(of: "r-1", issuer: "x") }
  }

  // MARK: The result

  @Test("errors of the token endpoint (CIBA Core §11)")
  func resultErrors() async throws {
    try await Self.with { provider, script in
      let rows: [(ScriptedProvider.Answer, Result<BackchannelResult, BackchannelError>)] = [
        (.error("authorization_pending"), .success(.waiting)), (.error("slow_down"), .success(.slowDown)),
        (.error("expired_token"), .success(.expired)), (.error("access_denied"), .success(.denied)),
        (.error("access_denied", 403), .success(.denied)),
        (.error("transaction_failed"), .success(.failed("transaction_failed"))),
        (.error("invalid_grant"), .success(.failed("invalid_grant"))),
        (.error("invalid_client", 401), .failure(.misconfigured("invalid_client"))),
        (.error("unauthorized_client", 403), .failure(.misconfigured("unauthorized_client"))),
        (.error("unsupported_grant_type"), .failure(.misconfigured("unsupported_grant_type"))),
        (.error("x", 500), .failure(.unavailable())), (.error("x", 429), .failure(.unavailable())),
        (.init(status: 200, body: [:]), .success(.failed("no id_token"))),
        (.init(status: 200, body: ["id_token": "x.y.z"]), .success(.failed("form"))),
      ]
      for (answer, expected) in rows {
        script.answer("token", answer)
        let found: Result<BackchannelResult, BackchannelError>
        do throws(BackchannelError) { found = .success(try await provider.result(of: "r-1")) } catch {
          found = .failure(error)
        }
        #expect(found == expected, "\(answer)")
      }
      let call = try #require(script.calls.first)
      #expect(call.form == ["grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": "r-1"])
      #expect(call.authorization?.hasPrefix("Basic ") == true)
    }
  }

  private static func tokens(_ idToken: String) -> JSONValue { ["id_token": .string(idToken), "access_token": "a-1"] }

  @Test("a right ID token: what it says; the level from userinfo if the token has none")
  func approved() async throws {
    try await Self.with { provider, script in
      script.answer("token", Self.tokens(try await script.idToken(["jti": "j-1"])))
      let answer = try await provider.result(of: "r-1")
      guard case .approved(let statement) = answer else { return #expect(Bool(false), "\(answer)") }
      #expect(statement.subject == "subject-1" && statement.issuer == script.issuer && statement.level == .high)
      #expect(statement.acr == "high" && statement.tokenID == "j-1" && statement.tokenDigest.count == 32)
      #expect(statement.issued == ScriptedProvider.now && statement.authenticationTime == ScriptedProvider.now)

      script.answer("token", Self.tokens(try await script.idToken(["acr": nil])))
      script.answer("userinfo", ["sub": "subject-1", "acr": "substantial"])
      guard case .approved(let second) = try await provider.result(of: "r-2") else { return #expect(Bool(false)) }
      #expect(second.level == .substantial && second.acr == "substantial")
      #expect(script.calls.last?.authorization == "Bearer a-1")
    }
  }

  @Test("a wrong ID token is refused and named, and is no approval")
  func wrongTokens() async throws {
    try await Self.with { provider, script in
      let now = ScriptedProvider.now
      let other = ES256PrivateKey()
      let rows: [(String, String)] = [
        ("iss", try await script.idToken(["iss": "https://evil.example"])),
        ("aud", try await script.idToken(["aud": "others"])), ("azp", try await script.idToken(["azp": "others"])),
        ("exp", try await script.idToken(times: ["exp": now - 30])),
        ("exp", try await script.idToken(times: ["exp": nil])),
        ("iat", try await script.idToken(times: ["iat": now + 31])),
        ("iat", try await script.idToken(times: ["iat": nil])),
        ("nbf", try await script.idToken(times: ["nbf": now + 31])),
        ("sub", try await script.idToken(["sub": ""])), ("sub", try await script.idToken(["sub": nil])),
        ("auth_time", try await script.idToken(times: ["auth_time": nil])),
        ("auth_time", try await script.idToken(times: ["auth_time": 0])),
        ("auth_time", try await script.idToken(times: ["auth_time": now + 31])),
        ("acr", try await script.idToken(["acr": "unknown"])),
        ("auth_req_id", try await script.idToken(["urn:openid:params:jwt:claim:auth_req_id": "r-2"])),
        ("signature", try await script.idToken(key: other)),
      ]
      for (reason, token) in rows {
        script.answer("token", Self.tokens(token))
        #expect(try await provider.result(of: "r-1") == .failed(reason))
      }
      // Its own request is right.
      let own = try await script.idToken(["urn:openid:params:jwt:claim:auth_req_id": "r-1"])
      script.answer("token", Self.tokens(own))
      guard case .approved = try await provider.result(of: "r-1") else { return #expect(Bool(false)) }
    }
  }

  @Test("userinfo about somebody else, without a level, or not there: no approval")
  func wrongUserInfo() async throws {
    try await Self.with { provider, script in
      let token = try await script.idToken(["acr": nil])
      let rows: [(String, ScriptedProvider.Answer)] = [
        ("userinfo sub", .init(status: 200, body: ["sub": "subject-2", "acr": "high"])),
        ("userinfo sub", .init(status: 200, body: ["acr": "high"])),
        ("acr", .init(status: 200, body: ["sub": "subject-1"])), ("status 401", .error("invalid_token", 401)),
        ("unverified", .error("x", 500)),
      ]
      for (reason, answer) in rows {
        script.answer("token", Self.tokens(token))
        script.answer("userinfo", answer)
        #expect(try await provider.result(of: "r-1") == .failed(reason))
      }
      script.answer("token", ["id_token": .string(token)])
      #expect(try await provider.result(of: "r-1") == .failed("acr"))
    }
  }
}
