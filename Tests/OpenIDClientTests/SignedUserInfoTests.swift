import Foundation
import JOSE
import OpenIDClient
import JWTKit
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// OpenID Connect Core §5.3.2: userinfo may be a JWT that the provider has signed.
@Suite("Signed userinfo", .timeLimit(.minutes(2)))
struct SignedUserInfoTests {
  private let forge = Forge()
  private static let header: [String: any Sendable] = ["alg": "ES256", "kid": "k1"]

  private func verified(
    _ header: [String: any Sendable] = Self.header, _ changes: [String: (any Sendable)?] = [:],
    by other: ES256PrivateKey? = nil, settings: @escaping @Sendable (inout ProviderSettings) -> Void = { _ in },
    partner: String = "portal"
  ) async throws -> EIDStatement? {
    let forge = forge
    let key = other ?? forge.keys.withLock { $0.es256 }
    let found = Mutex<EIDStatement?>(nil)
    try await forge.with({
      $0.accessTokens = .both
      $0.audiences = ["portal": ["portal-web"]]
      settings(&$0)
    }) { provider, issuer, _ in
      forge.answers.withLock {
        $0["introspect"] = [
          "active": true, "client_id": "portal-web", "sub": "s", "acr": "high", "jti": "token-1",
          "exp": .integer(Forge.now + 300), "auth_time": .integer(Forge.now - 3),
        ]
      }
      var claims: [String: Any] = ["iss": issuer, "aud": "us", "sub": "s", "name": "Alice", "jti": "answer-1"]
      for (name, value) in changes { claims[name] = value }
      let text = try Forge.token(header: header, claims: claims, key: key)
      forge.signedUserInfo.withLock { $0 = text + "\r\n" }
      let statement = try await provider.verify("token", for: PartnerID(partner))
      found.withLock { $0 = statement }
    }
    return found.withLock { $0 }
  }

  @Test("a right one is as good as JSON; what it says of itself says nothing of the token")
  func accepted() async throws {
    for changes in [
      [:], ["aud": "portal-web"], ["aud": ["us"]], ["aud": nil, "iss": nil], ["exp": Forge.now + 1, "iat": Forge.now],
      ["exp": Double(Forge.now) + 1.5],
    ] as [[String: (any Sendable)?]] {
      let statement = try #require(await verified(Self.header, changes) { $0.claims = ["name"] })
      #expect(statement.subject == "s" && statement.claims.map(\.value) == ["Alice"])
      // Each answer has its own id and end: the token's are those of introspection, or it would be good twice.
      #expect(statement.tokenID == "token-1" && statement.accessToken?.id == "token-1")
      #expect(statement.accessToken?.expires == Forge.now + 331)
    }
  }

  @Test("whatever an ID token would be refused for, it is refused for, and that is no outage")
  func refused() async throws {
    for (reason, header, changes) in [
      ("userinfo iss", Self.header, ["iss": "https://evil.example"]), ("aud", Self.header, ["aud": "others"]),
      ("aud", Self.header, ["aud": 5]), ("azp", Self.header, ["aud": ["us", "others"]]),
      ("userinfo sub", Self.header, ["sub": "somebody else"]), ("userinfo sub", Self.header, ["sub": nil]),
      ("exp", Self.header, ["exp": Forge.now - 31]), ("iat", Self.header, ["iat": Forge.now + 31]),
      ("nbf", Self.header, ["nbf": Forge.now + 31]), ("exp", Self.header, ["exp": "soon"]),
      ("kid", ["alg": "ES256", "kid": "k9"], [:]), ("alg", ["alg": "none"], [:]),
      ("alg", ["alg": "HS256", "kid": "k1"], [:]),
      ("userinfo typ", ["alg": "ES256", "kid": "k1", "typ": "at+jwt"], [:]),
      ("crit", ["alg": "ES256", "kid": "k1", "crit": ["x"]], [:]),
    ] as [(String, [String: any Sendable], [String: (any Sendable)?])] {
      await #expect(throws: EIDTokenError.refused(reason), "\(reason)") { _ = try await verified(header, changes) }
    }
    await #expect(throws: EIDTokenError.refused("signature")) { _ = try await verified(by: forge.other) }
    await #expect(throws: EIDTokenError.refused("userinfo alg")) {
      _ = try await verified { $0.algorithms = [.rs256] }
    }
  }
}
