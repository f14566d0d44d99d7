import Crypto
import OpenIDClient
import Foundation
import JOSE
import JWTKit
import OutboundHTTP
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

@Suite("ID tokens", .timeLimit(.minutes(2)))
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
      ("auth_time", "auth_time", "null"), ("auth_time", "auth_time", "1800000031"), ("auth_time", "auth_time", "0"),
      ("auth_time", "auth_time", "\"1799999997\""), ("exp", "exp", "9223372036854775807"),
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

  @Test("a token of a partner's own client is good for that partner alone")
  func audiences() async throws {
    let key = key
    let change: @Sendable (inout ProviderSettings) -> Void = {
      $0.audiences = ["portal": ["portal-web", "portal-app"], "rival": ["rival-web"]]
    }
    try await forge.with(change) { provider, issuer, _ in
      for (audience, good) in [
        ("portal-web", ["portal"]), ("portal-app", ["portal"]), ("rival-web", ["rival"]), ("us", ["portal", "rival"]),
        ("others", []),
      ] {
        var claims = Forge.claims(issuer: issuer)
        claims["aud"] = audience
        let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
        for partner in ["portal", "rival"] {
          let statement = try? await provider.verify(text, for: PartnerID(partner))
          #expect((statement != nil) == good.contains(partner), "\(audience) for \(partner)")
        }
        claims["azp"] = audience == "rival-web" ? "portal-web" : "rival-web"
        let other = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
        let partner = PartnerID(audience == "rival-web" ? "rival" : "portal")
        await #expect(throws: EIDTokenError.self) { try await provider.verify(other, for: partner) }
      }
    }
  }

  @Test("a provider that does not tell when it authenticated: the token's own time counts if the settings say so")
  func timeOfIssue() async throws {
    let key = key
    let change: @Sendable (inout ProviderSettings) -> Void = { $0.authenticationTime = .issuedAt }
    try await forge.with(change) { provider, issuer, _ in
      for told in [nil, 0, Forge.now - 3] {
        var claims = Forge.claims(issuer: issuer)
        claims["auth_time"] = told
        claims["iat"] = Forge.now - 1
        let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
        let statement = try await provider.verify(idToken: text)
        #expect(statement.isTimeOfIssue == (told != Forge.now - 3))
        #expect(statement.authenticationTime == (statement.isTimeOfIssue ? Forge.now - 1 : Forge.now - 3))
      }
      var claims = Forge.claims(issuer: issuer)
      claims["auth_time"] = "yesterday"
      let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: claims, key: key)
      await #expect(throws: EIDTokenError.refused("auth_time")) { try await provider.verify(idToken: text) }
    }
  }

  @Test("each algorithm that may be allowed is verified, and refused where the settings leave it out")
  func algorithms() async throws {
    let pem = try await run(
      "/usr/bin/openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], withErrors: false
    ).output
    let rsa = try JWTKit.Insecure.RSA.PrivateKey(pem: pem)
    let p384 = ES384PrivateKey()
    let ed = Curve25519.Signing.PrivateKey()
    let forge = forge
    for allowed in [Set(TokenAlgorithm.allCases), [.es256]] {
      try await forge.with({ $0.algorithms = allowed }) { provider, issuer, _ in
        let published = [
          try Forge.jwk(rsa.publicKey, kid: "rsa"), Forge.jwk(p384, kid: "p384"), Forge.jwk(ed.publicKey, kid: "ed"),
        ]
        forge.keys.withLock { $0.published += published }
        for (algorithm, kid) in [
          (TokenAlgorithm.rs256, "rsa"), (.ps256, "rsa"), (.es384, "p384"), (.edDSA, "ed"),
        ] as [(TokenAlgorithm, JWKIdentifier)] {
          let keys = JWTKeyCollection()
          switch algorithm {
          case .rs256: await keys.add(rsa: rsa, digestAlgorithm: .sha256, kid: kid)
          case .ps256: await keys.add(pss: rsa, digestAlgorithm: .sha256, kid: kid)
          case .es384: await keys.add(ecdsa: p384, kid: kid)
          default: await keys.add(eddsa: EdDSA.PrivateKey(backing: ed), kid: kid)
          }
          let text = try await keys.sign(Forge.Payload(issuer: issuer), kid: kid)
          let result = await Result.catching { () async throws(EIDTokenError) in
            try await provider.verify(idToken: text).subject
          }
          #expect(
            result == (allowed.contains(algorithm) ? .success("subject-1") : .failure(.refused("alg"))),
            "\(algorithm)")
        }
      }
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
      await #expect(throws: EIDTokenError.encrypted) { try await provider.verify(idToken: "a.b.c.d.e") }
      await refused(
        try Forge.token(header: ["alg": "ES256", "kid": "k1", "typ": "at+jwt"], claims: claims, key: key), "typ")
      await refused(String(repeating: "a", count: 20_000), "size")
      _ = try await provider.verify(idToken: right)
    }
  }

  @Test("a doubled claim makes a token unreadable, even if the provider signed it")
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

  @Test("a provider that does not answer is told apart from a bad token")
  func unreachable() async throws {
    var client = HTTPClient.Settings()
    client.allowsPlainHTTP = true
    let issuer = "http://127.0.0.1:1"
    let provider = OpenIDProvider(
      ProviderSettings(issuer: issuer, clientID: "us", levels: ["high": .high]), client: HTTPClient(client),
      now: { Forge.now })
    let text = try Forge.token(header: ["alg": "ES256", "kid": "k1"], claims: Forge.claims(issuer: issuer), key: key)
    await #expect(throws: EIDTokenError.providerUnavailable()) { try await provider.verify(idToken: text) }
    let providers = TrustedProviders([issuer: provider])
    await #expect(throws: EIDTokenError.refused("issuer")) {
      try await providers.verify(token: text, issuer: "https://other.example", for: PartnerID("portal"))
    }
  }
}

extension Result where Failure == EIDTokenError {
  /// Result or error of a call, to be compared.
  static func catching(_ body: () async throws(EIDTokenError) -> Success) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
