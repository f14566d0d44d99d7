import Crypto
import Foundation
import JWTKit
import SoleControl
import Synchronization
import Testing
import Vocabulary
import WireJSON

@testable import OpenIDClient

@Suite("Access tokens", .timeLimit(.minutes(2)))
struct AccessTokenTests {
  private let forge = Forge()
  private let partner = PartnerID("portal")

  private static let introspected: JSONObject = JSONObject([
    ("active", true), ("client_id", "us"), ("sub", "subject-1"), ("token_type", "Bearer"), ("acr", "high"),
    ("auth_time", .integer(Forge.now - 3)), ("iat", .integer(Forge.now)), ("exp", .integer(Forge.now + 60)),
    ("jti", "t-1"),
  ])

  private func answers(_ change: @Sendable (inout JSONObject) -> Void = { _ in }, userInfo: JSONValue? = nil) {
    var introspected = Self.introspected
    change(&introspected)
    forge.answers.withLock {
      $0["introspect"] = .object(introspected)
      $0["userinfo"] = userInfo
    }
  }

  @Test("introspection tells whose an access token is; the gateway shows who it is, and the token is good once")
  func introspection() async throws {
    let forge = forge
    answers()
    try await forge.with({ $0.accessTokens = .introspection }) { [partner] provider, issuer, _ in
      let statement = try await provider.verify("opaque.token-1", for: partner)
      #expect(statement.issuer == issuer && statement.subject == "subject-1" && statement.level == .high)
      #expect(statement.nonce == nil && statement.authenticationTime == Forge.now - 3)
      #expect(statement.accessToken == .init(id: "t-1", expires: Forge.now + 60 + 31))
      let form = try #require(forge.received.withLock { $0.last })
      #expect(form.contains("token=opaque.token-1") && form.contains("client_id=us"))
    }
  }

  @Test(
    "what introspection says against a token is heeded",
    arguments: [
      ("inactive", "active", false), ("inactive", "active", "true"), ("client_id", "client_id", "others"),
      ("client_id", "client_id", nil), ("iss", "iss", "https://evil.example"), ("token_type", "token_type", "id_token"),
      ("exp", "exp", .integer(Forge.now - 30)), ("nbf", "nbf", .integer(Forge.now + 31)), ("sub", "sub", nil),
      ("acr", "acr", "unknown"), ("auth_time", "auth_time", nil),
    ] as [(String, String, JSONValue?)])
  func refusals(reason: String, member: String, value: JSONValue?) async throws {
    answers { $0[member] = value }
    try await forge.with({ $0.accessTokens = .introspection }) { [partner] provider, _, _ in
      await #expect(throws: EIDTokenError.refused(reason)) { try await provider.verify("opaque", for: partner) }
    }
  }

  @Test("with both, userinfo must be about the same person, and may hold the level")
  func both() async throws {
    let forge = forge
    let change: @Sendable (inout ProviderSettings) -> Void = {
      $0.accessTokens = .both
      $0.levelClaim = "loa"
      $0.levelSource = .userInfo
      $0.claims = ["name", "age"]
    }
    try await forge.with(change) { [partner] provider, _, _ in
      answers({ $0["loa"] = "high" }, userInfo: ["sub": "subject-1", "loa": "low", "name": "Alice", "age": 40])
      let statement = try await provider.verify("opaque", for: partner)
      #expect(statement.level == .low && statement.acr == "low")
      #expect(statement.claims == [.init(name: "name", value: "Alice"), .init(name: "age", value: "40")])
      answers(userInfo: ["sub": "subject-2", "loa": "low"])
      await #expect(throws: EIDTokenError.refused("userinfo sub")) { try await provider.verify("opaque", for: partner) }
      answers({ $0["loa"] = "high" }, userInfo: ["sub": "subject-1"])
      await #expect(throws: EIDTokenError.refused("acr")) { try await provider.verify("opaque", for: partner) }
      answers(userInfo: nil)
      await #expect(throws: EIDTokenError.refused("status 401")) { try await provider.verify("opaque", for: partner) }
    }
  }

  @Test("userinfo alone does not say for whom a token was made, so the token must say it itself")
  func userInfoAlone() async throws {
    let forge = forge
    let key = forge.keys.withLock { $0.es256 }
    answers(userInfo: ["sub": "subject-1", "acr": "high", "auth_time": .integer(Forge.now - 3)])
    try await forge.with({ $0.accessTokens = .userInfo }) { [partner, other = forge.other] provider, issuer, _ in
      func token(_ change: (inout [String: Any]) -> Void = { _ in }, typ: String = "at+jwt", by key: ES256PrivateKey)
        throws -> String
      {
        var claims: [String: Any] = [
          "iss": issuer, "sub": "subject-1", "client_id": "us", "exp": Forge.now + 60, "iat": Forge.now, "aud": "x",
        ]
        change(&claims)
        return try Forge.token(header: ["alg": "ES256", "kid": "k1", "typ": typ], claims: claims, key: key)
      }
      let good = try token(by: key)
      #expect(try await provider.verify(good, for: partner).subject == "subject-1")
      let refusals: [(String, String)] = [
        ("form", "opaque"), ("client_id", try token({ $0["client_id"] = "others" }, by: key)),
        ("iss", try token({ $0["iss"] = "https://evil.example" }, by: key)),
        ("exp", try token({ $0["exp"] = Forge.now - 30 }, by: key)), ("signature", try token(by: other)),
        ("userinfo sub", try token({ $0["sub"] = "subject-2" }, by: key)),
        // Not an access token by its own word, so it is read as an ID token, and is none.
        ("aud", try token(typ: "JWT", by: key)),
      ]
      for (reason, text) in refusals {
        await #expect(throws: EIDTokenError.refused(reason)) { try await provider.verify(text, for: partner) }
      }
      await #expect(throws: EIDTokenError.encrypted) { try await provider.verify("a.b.c.d.e", for: partner) }
      await #expect(throws: EIDTokenError.refused("form")) { try await provider.verify("a b c", for: partner) }
    }
  }

  @Test("where the settings accept no access tokens none is sent to the provider")
  func notAccepted() async throws {
    let forge = forge
    answers()
    try await forge.with { [partner] provider, _, _ in
      await #expect(throws: EIDTokenError.refused("form")) { try await provider.verify("opaque", for: partner) }
      #expect(forge.received.withLock { $0 } == [])
    }
    try await forge.with({ $0.accessTokens = .introspection }) { [partner] provider, _, _ in
      for text in ["a\r\nX: y", "", "ä", String(repeating: "a", count: 20_000)] {
        await #expect(throws: EIDTokenError.refused("form")) { try await provider.verify(text, for: partner) }
      }
      #expect(forge.received.withLock { $0 } == [])
    }
  }

  @Test("an access token next to an ID token has the form of one, or no provider is called")
  func formBesideIDToken() async throws {
    let forge = forge
    let key = forge.keys.withLock { $0.es256 }
    answers(userInfo: ["sub": "subject-1", "acr": "substantial"])
    try await forge.with({ $0.levelSource = .userInfo }) { [partner] provider, issuer, _ in
      var claims = Forge.claims(issuer: issuer)
      claims["acr"] = nil
      let idToken = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
      for text in [
        "a\r\nX-Forwarded-For: 1", "a\nb", "a\rb", "a\0b", "a\u{7f}", "a\tb", "a\"b", "ä", "", "a=b", "=",
        String(repeating: "a", count: SignedToken.largest + 1),
      ] {
        await #expect(throws: EIDTokenError.refused("form"), "\(text.prefix(20))") {
          try await provider.verify(idToken + " " + text, for: partner)
        }
      }
      #expect(forge.received.withLock { $0 } == [] && forge.readings.withLock { $0 } == 0)
      #expect(try await provider.verify(idToken + " Aa0-._~+/==", for: partner).level == .substantial)
      // Also where the provider itself hands it over.
      await #expect(throws: EIDTokenError.refused("access token")) {
        try await provider.userInfo(accessToken: "a\r\nX: y", subject: "subject-1")
      }
    }
  }

  @Test("an ID token with its access token: userinfo must name the same person, and the hash must fit")
  func together() async throws {
    let forge = forge
    let key = forge.keys.withLock { $0.es256 }
    let change: @Sendable (inout ProviderSettings) -> Void = { $0.levelSource = .userInfo }
    try await forge.with(change) { [partner] provider, issuer, _ in
      func idToken(_ hash: String?) throws -> String {
        var claims = Forge.claims(issuer: issuer)
        claims["acr"] = nil
        claims["at_hash"] = hash
        return try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
      }
      let half = Forge.base64url(Data(SHA256.hash(data: Data("opaque".utf8)).prefix(16)))
      answers(userInfo: ["sub": "subject-1", "acr": "substantial"])
      for hash in [nil, half] {
        let statement = try await provider.verify(idToken(hash) + " opaque", for: partner)
        #expect(statement.level == .substantial && statement.nonce == "n-1" && statement.accessToken == nil)
      }
      await #expect(throws: EIDTokenError.refused("at_hash")) {
        try await provider.verify(idToken(half) + " another", for: partner)
      }
      await #expect(throws: EIDTokenError.refused("access token")) {
        try await provider.verify(idToken(nil), for: partner)
      }
      answers(userInfo: ["sub": "subject-2", "acr": "substantial"])
      await #expect(throws: EIDTokenError.refused("userinfo sub")) {
        try await provider.verify(idToken(nil) + " opaque", for: partner)
      }
    }
  }
}
