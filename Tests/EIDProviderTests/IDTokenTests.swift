import Crypto
import EIDProvider
import Foundation
import Hummingbird
import JWTKit
import NIOCore
import OutboundHTTP
import SoleControl
import Synchronization
import TestSupport
import Testing
import WireJSON

/// A provider whose every claim, header and key the test chooses.
private final class Forge: Sendable {
  struct Keys {
    var es256 = ES256PrivateKey()
    var kid = "k1"
    var published: [JSONValue] = []
  }

  static let now: Int64 = 1_800_000_000
  let keys = Mutex(Keys())
  let readings = Mutex(0)
  let other = ES256PrivateKey()

  static func jwk(_ key: ES256PrivateKey, kid: String) -> JSONValue {
    func url(_ text: String?) -> JSONValue {
      .string((text ?? "").replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
    }
    let point = key.publicKey.parameters
    return ["kty": "EC", "crv": "P-256", "kid": .string(kid), "alg": "ES256", "x": url(point?.x), "y": url(point?.y)]
  }

  static func claims(issuer: String) -> [String: Any] {
    [
      "iss": issuer, "sub": "subject-1", "aud": "us", "exp": now + 300, "iat": now, "auth_time": now - 3,
      "nonce": "n-1", "acr": "high",
    ]
  }

  /// Signs any header and claims, as no honest library would.
  static func token(header: [String: Any], claims: [String: Any], key: ES256PrivateKey) throws -> String {
    func part(_ object: [String: Any]) throws -> String {
      base64url(try JSONSerialization.data(withJSONObject: object))
    }
    let input = try part(header) + "." + part(claims)
    let signing = try P256.Signing.PrivateKey(pemRepresentation: key.pemRepresentation)
    return input + "." + base64url(try signing.signature(for: Data(input.utf8)).rawRepresentation)
  }

  static func base64url(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Runs `body` with a provider that trusts this forge.
  func with(_ body: @escaping @Sendable (OpenIDProvider, _ issuer: String, TestTime) async throws -> Void) async throws
  {
    keys.withLock { $0.published = [Self.jwk($0.es256, kid: $0.kid)] }
    let router = Router()
    let issuer = Mutex("")
    router.get(".well-known/openid-configuration") { _, _ in
      let base = issuer.withLock { $0 }
      let document: JSONValue = [
        "issuer": .string(base), "jwks_uri": .string(base + "/jwks"), "token_endpoint": .string(base + "/token"),
      ]
      return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.compact())))
    }
    router.get("jwks") { _, _ in
      self.readings.withLock { $0 += 1 }
      let document: JSONValue = ["keys": .array(self.keys.withLock { $0.published })]
      return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.compact())))
    }
    try await LocalServer.serve(router) { base in
      issuer.withLock { $0 = base }
      var client = HTTPClient.Settings()
      client.allowsPlainHTTP = true
      let time = TestTime()
      let provider = OpenIDProvider(
        ProviderSettings(
          issuer: base, clientID: "us", levels: ["low": .low, "substantial": .substantial, "high": .high]),
        client: HTTPClient(client), now: { time.now })
      try await body(provider, base, time)
    }
  }
}

private final class TestTime: Sendable {
  private let time = Mutex(Forge.now)
  var now: Int64 { time.withLock { $0 } }
  func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}

@Suite("ID tokens")
struct IDTokenTests {
  private let forge = Forge()
  private var key: ES256PrivateKey { forge.keys.withLock { $0.es256 } }

  @Test("a right token is accepted, with what it says")
  func accepted() async throws {
    let key = key
    try await forge.with { provider, issuer, _ in
      let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: Forge.claims(issuer: issuer), key: key)
      let statement = try await provider.verify(idToken: text)
      #expect(statement.issuer == issuer && statement.subject == "subject-1" && statement.nonce == "n-1")
      #expect(statement.level == .high && statement.authenticationTime == Forge.now - 3)
    }
  }

  @Test(
    "a wrong claim is refused and named",
    arguments: [
      ("iss", "iss", "\"https://evil.example\""), ("aud", "aud", "\"others\""), ("aud", "aud", "[\"others\"]"),
      ("aud", "aud", "null"), ("azp", "azp", "\"others\""), ("azp", "aud", "[\"us\",\"others\"]"),
      ("exp", "exp", "1799999970"), ("exp", "exp", "null"), ("exp", "exp", "\"1800000300\""),
      ("iat", "iat", "1800000031"),
      ("iat", "iat", "null"), ("nbf", "nbf", "1800000031"), ("sub", "sub", "\"\""), ("sub", "sub", "null"),
      ("nonce", "nonce", "\"\""), ("nonce", "nonce", "null"), ("acr", "acr", "\"unknown\""), ("acr", "acr", "null"),
      ("auth_time", "auth_time", "null"), ("auth_time", "auth_time", "1800000031"),
    ])
  func wrongClaims(reason: String, claim: String, value: String) async throws {
    let key = key
    try await forge.with { provider, issuer, _ in
      var claims = Forge.claims(issuer: issuer)
      claims[claim] =
        value == "null" ? nil : try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
      let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
      await #expect(throws: EIDTokenError.refused(reason)) { try await provider.verify(idToken: text) }
    }
  }

  @Test("several audiences are good if the token was made for us")
  func authorizedParty() async throws {
    let key = key
    try await forge.with { provider, issuer, _ in
      var claims = Forge.claims(issuer: issuer)
      claims["aud"] = ["us", "others"]
      claims["azp"] = "us"
      _ = try await provider.verify(
        idToken: Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key))
    }
  }

  @Test("alg none, HMAC with the public key, unknown key ids, other keys, changed and cut signatures are refused")
  func forgeries() async throws {
    let (key, other) = (key, forge.other)
    try await forge.with { provider, issuer, _ in
      let claims = Forge.claims(issuer: issuer)
      let right = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
      let parts = right.split(separator: ".").map(String.init)
      func refused(_ text: String, _ reason: String) async {
        await #expect(throws: EIDTokenError.refused(reason), "\(reason)") { try await provider.verify(idToken: text) }
      }
      func header(_ object: [String: Any]) throws -> String {
        Forge.base64url(try JSONSerialization.data(withJSONObject: object))
      }
      await refused(try header(["alg": "none"]) + ".\(parts[1]).", "alg")
      await refused(try header(["alg": "None", "kid": "k1"]) + ".\(parts[1]).", "alg")
      let symmetric = SymmetricKey(data: Data(key.publicKey.pemRepresentation.utf8))
      let input = try header(["alg": "HS256", "kid": "k1"]) + "." + parts[1]
      let mac = HMAC<SHA256>.authenticationCode(for: Data(input.utf8), using: symmetric)
      await refused(input + "." + Forge.base64url(Data(mac)), "alg")
      await refused(try Forge.token(header: ["alg": "ES256", "kid": "k9"], claims: claims, key: key), "kid")
      await refused(try Forge.token(header: ["alg": "RS256", "kid": "k1"], claims: claims, key: key), "kid")
      await refused(try Forge.token(header: ["alg": "ES384", "kid": "k1"], claims: claims, key: key), "kid")
      await refused(try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: other), "signature")
      await refused(
        try Forge.token(header: ["alg": "ES256", "kid": "k1", "crit": ["b64"]], claims: claims, key: key), "crit")
      var evil = claims
      evil["sub"] = "subject-2"
      await refused(
        "\(parts[0]).\(Forge.base64url(try JSONSerialization.data(withJSONObject: evil))).\(parts[2])", "signature")
      await refused("\(parts[0]).\(parts[1]).", "signature")
      await refused("\(parts[0]).\(parts[1])", "form")
      await refused("a.b.c.d.e", "encrypted")
      await refused(String(repeating: "a", count: 20_000), "size")
      _ = try await provider.verify(idToken: right)
    }
  }

  @Test("a doubled claim makes a token unreadable, whoever signed it")
  func doubledClaim() async throws {
    let key = key
    try await forge.with { provider, issuer, _ in
      let claims = #"{"iss":"\#(issuer)","sub":"a","sub":"b"}"#
      let input = Forge.base64url(Data(#"{"alg":"ES256","kid":"k1"}"#.utf8)) + "." + Forge.base64url(Data(claims.utf8))
      let signing = try P256.Signing.PrivateKey(pemRepresentation: key.pemRepresentation)
      let text = input + "." + Forge.base64url(try signing.signature(for: Data(input.utf8)).rawRepresentation)
      await #expect(throws: EIDTokenError.refused("form")) { try await provider.verify(idToken: text) }
    }
  }

  @Test("rotated keys are read again, but strangers' key ids do not make us call the provider each time")
  func rotation() async throws {
    let (key, next) = (key, forge.other)
    let forge = forge
    try await forge.with { provider, issuer, time in
      let claims = Forge.claims(issuer: issuer)
      _ = try await provider.verify(
        idToken: Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key))
      forge.keys.withLock { $0.published = [Forge.jwk(next, kid: "k2")] }
      let rotated = try Forge.token(header: ["alg": "ES256", "kid": "k2"], claims: claims, key: next)
      let readings = forge.readings.withLock { $0 }
      for number in 0..<20 {
        let text = try Forge.token(header: ["alg": "ES256", "kid": "x\(number)"], claims: claims, key: next)
        await #expect(throws: EIDTokenError.refused("kid")) { try await provider.verify(idToken: text) }
      }
      #expect(forge.readings.withLock { $0 } == readings)
      time.advance(11)
      _ = try await provider.verify(idToken: rotated)
      let removed = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
      await #expect(throws: EIDTokenError.refused("kid")) { try await provider.verify(idToken: removed) }
    }
  }

  @Test("two keys of the same id are ambiguous")
  func sameKeyIDs() async throws {
    let (key, other) = (key, forge.other)
    let forge = forge
    try await forge.with { provider, issuer, _ in
      forge.keys.withLock { $0.published = [Forge.jwk(key, kid: "k1"), Forge.jwk(other, kid: "k1")] }
      let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: Forge.claims(issuer: issuer), key: key)
      await #expect(throws: EIDTokenError.refused("ambiguous keys")) { try await provider.verify(idToken: text) }
    }
  }

  @Test("a provider that does not answer is told apart from a bad token")
  func unreachable() async throws {
    var client = HTTPClient.Settings()
    client.allowsPlainHTTP = true
    let issuer = "http://127.0.0.1:1"
    let provider = OpenIDProvider(
      ProviderSettings(issuer: issuer, clientID: "us", levels: ["high": .high]), client: HTTPClient(client),
      now: { Forge.now })
    let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: Forge.claims(issuer: issuer), key: key)
    await #expect(throws: EIDTokenError.providerUnavailable) { try await provider.verify(idToken: text) }
    let providers = TrustedProviders([issuer: provider])
    await #expect(throws: EIDTokenError.refused("issuer")) {
      try await providers.verify(idToken: text, issuer: "https://other.example")
    }
  }
}
