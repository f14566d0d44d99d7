import Throttling
import CSCModel
import HTTPTypes
import Issuance
import OAuth
import Octets
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway
@testable import SoleControl
import Vocabulary

/// Acts because of accounts, tokens and what the authorization server keeps.
extension SchemaAct {
  static let logIns: [SchemaAct] = [
    logIn("account"), logIn("account_mac"),
    SchemaAct("token", "call the API") { fixture in
      _ = try await credentials(fixture)
      return Ready(row: "digest = x'\(Hex.encode(TokenService.digest(fixture.alice)))'") { fixture in
        let answer = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
        return answer.status == 200 && answer["credentialIDs"]?.array == [.string("c1")]
      }
    },
    SchemaAct("token", "refresh") { fixture in
      let issued = try await fixture.tokens.issue(partner: "portal", signer: "alice", withRefreshToken: true)
      let refresh = try #require(issued.refreshToken)
      return Ready(row: "digest = x'\(Hex.encode(TokenService.digest(refresh)))'") { fixture in
        _ = try await fixture.tokens.refresh(refresh)
        return true
      }
    },
    SchemaAct("token", "call the API with a token that has expired", isDone: false) { fixture in
      Ready(row: "digest = x'\(Hex.encode(TokenService.digest(fixture.alice)))'") { fixture in
        fixture.signing.clock.advance(3601)
        return try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice).status == 200
      }
    },
    SchemaAct("throttle", "log in while one has to wait", isDone: false) { fixture in
      for user in ["alice", "bob"] {
        for _ in 0..<6 {
          _ = try? await fixture.tokens.logIn(username: user, password: "wrong", rememberMe: false)
        }
      }
      let pair = ThrottleKey(.logInPair, "alice", Origin.local.address).digest
      return Ready(row: "kind = 'login.pair' AND digest = x'\(Hex.encode(pair))'") { fixture in
        _ = try await fixture.tokens.logIn(username: "alice", password: GatewayFixture.password, rememberMe: false)
        return true
      }
    },
    SchemaAct("oauth_entry", "approve on the page") { fixture in
      let way = try await consent(fixture)
      let (cookies, form) = (way.cookies, way.form)
      return Ready(row: "kind = 'transaction' AND json_extract(body, '$.user.username') = 'alice'") { fixture in
        let end = try await PageVisitor(fixture, cookies: cookies).post("/oauth2/consent", form)
        return end.headers[.location]?.contains("code=") ?? false
      }
    },
    SchemaAct("oauth_entry", "exchange a code") { fixture in
      let way = try await consent(fixture)
      let end = try await way.visitor.post("/oauth2/consent", way.form)
      let location = end.headers[.location] ?? ""
      let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
      return Ready(row: "kind = 'code'") { try await redeems($0, code) }
    },
    SchemaAct("oauth_entry", "exchange a code that has expired", isDone: false) { fixture in
      let way = try await consent(fixture)
      let end = try await way.visitor.post("/oauth2/consent", way.form)
      let location = end.headers[.location] ?? ""
      let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
      return Ready(row: "kind = 'code'") { fixture in
        fixture.signing.clock.advance(120)
        return try await redeems(fixture, code)
      }
    },
    SchemaAct("oauth_entry", "begin with a pushed request") { fixture in
      _ = try await consent(fixture)
      let answer = try await PageVisitor(fixture).post(
        "/oauth2/pushed_authorize",
        CredentialWay.parameters(["scope": "service"]).merging(["client_secret": OAuthFixture.secret]) { $1 },
        headers: [:])
      let uri = String(try #require(answer.text.firstMatch(of: /"request_uri":"([^"]+)"/), "\(answer.text)").1)
      return Ready(row: "kind = 'par'") { fixture in
        let query = "client_id=portal&request_uri=\(PercentText.encode(uri))"
        return try await PageVisitor(fixture).get("/oauth2/authorize?\(query)").status == 200
      }
    },
    SchemaAct("oauth_entry", "use an account_token again", isDone: false) { fixture in
      _ = try await consent(fixture)
      let query = try CredentialWay.accountQuery(fixture)
      let first = try await PageVisitor(fixture).get("/oauth2/authorize?\(query)")
      #expect(first.status == 200, "\(first.text)")
      return Ready(row: "kind = 'jti'") { fixture in
        try await PageVisitor(fixture).get("/oauth2/authorize?\(query)").status == 200
      }
    },
    SchemaAct("certificate_subject", "offer a certificate in somebody's name") { fixture in
      try await fixture.signing.registerSubject("bob", givenName: "Bob", surname: "Other")
      return Ready(row: "signer = 'alice'") { fixture in
        let subject = try await fixture.signing.issuance.subject(of: SignerID("alice"), at: SigningFixture.partner)
        return subject?.commonName == "Alice Example"
      }
    },
  ]

  // MARK: Parts of them

  private struct Consent {
    let visitor: PageVisitor
    /// The approval that the page would send.
    let form: [String: String]
    var cookies: [String: String] { visitor.cookies }
  }

  /// Alice is on the consent page for a signature; Bob stands where she did.
  private static func consent(_ fixture: GatewayFixture) async throws -> Consent {
    for (id, signer) in [("c8", "bob"), ("c9", "alice")] {
      _ = try await fixture.signing.createCredential(id, signer: signer, mode: .oauth2code)
    }
    var consent: Consent?
    for (id, user) in [("c8", "bob"), ("c9", "alice")] {
      let way = try await CredentialWay(
        fixture,
        ["scope": "credential", "credentialID": id, "numSignatures": "1", "hash": Base64.encodeURL(digest("a"))])
      let page = try await way.logIn(user)
      #expect(page.status == 200, "\(page.text)")
      consent = Consent(
        visitor: way.visitor, form: page.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 })
    }
    return try #require(consent)
  }

  private static func redeems(_ fixture: GatewayFixture, _ code: String) async throws -> Bool {
    let answer = try await PageVisitor(fixture).post(
      "/oauth2/token",
      [
        "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
        "code_verifier": CredentialWay.verifier, "client_id": "portal", "client_secret": OAuthFixture.secret,
      ], headers: [:])
    return answer.status == 200
  }

  /// A request with a statement of the client about who its user is.
  private static func logIn(_ table: String) -> SchemaAct {
    SchemaAct(table, "log in") { _ in
      Ready(row: "username = 'alice'") { fixture in
        _ = try await fixture.tokens.logIn(username: "alice", password: GatewayFixture.password, rememberMe: false)
        return true
      }
    }
  }
}
