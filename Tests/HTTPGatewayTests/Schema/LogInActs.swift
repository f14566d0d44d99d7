import Attempts
import CSCModel
import Crypto
import HTTPTypes
import OAuth
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway
@testable import SoleControl

/// What is done because of accounts, tokens and what the authorization server keeps.
extension SchemaAct {
  static let logIns: [SchemaAct] = [
    logIn("account"), logIn("account_seal"),
    SchemaAct("token", "call the API") { bench in
      _ = try await credentials(bench)
      return Ready(row: "digest = x'\(Hex.encode(TokenService.digest(bench.alice)))'") { bench in
        let answer = try await bench.call("credentials/list", "{}", .v2, token: bench.alice)
        return answer.status == 200 && answer["credentialIDs"]?.array == [.string("c1")]
      }
    },
    SchemaAct("token", "refresh") { bench in
      let issued = try await bench.tokens.issue(partner: "portal", signer: "alice", withRefreshToken: true)
      let refresh = try #require(issued.refreshToken)
      return Ready(row: "digest = x'\(Hex.encode(TokenService.digest(refresh)))'") { bench in
        _ = try await bench.tokens.refresh(refresh)
        return true
      }
    },
    SchemaAct("token", "call the API with a token that has expired", isDone: false) { bench in
      Ready(row: "digest = x'\(Hex.encode(TokenService.digest(bench.alice)))'") { bench in
        bench.signing.clock.advance(3601)
        return try await bench.call("credentials/list", "{}", .v2, token: bench.alice).status == 200
      }
    },
    SchemaAct("attempt", "log in while one has to wait", isDone: false) { bench in
      for user in ["alice", "bob"] {
        for _ in 0..<6 {
          _ = try? await bench.tokens.logIn(username: user, password: "wrong", rememberMe: false)
        }
      }
      let pair = AttemptKey(.logInPair, "alice", Origin.local.address).digest
      return Ready(row: "kind = 'login.pair' AND digest = x'\(Hex.encode(pair))'") { bench in
        _ = try await bench.tokens.logIn(username: "alice", password: GatewayBench.password, rememberMe: false)
        return true
      }
    },
    SchemaAct("oauth_entry", "approve on the page") { bench in
      let way = try await consent(bench)
      let (cookies, form) = (way.cookies, way.form)
      return Ready(row: "kind = 'transaction' AND json_extract(body, '$.user.username') = 'alice'") { bench in
        let end = try await PageVisitor(bench, cookies: cookies).post("/oauth2/consent", form)
        return end.headers[.location]?.contains("code=") ?? false
      }
    },
    SchemaAct("oauth_entry", "exchange a code") { bench in
      let way = try await consent(bench)
      let end = try await way.visitor.post("/oauth2/consent", way.form)
      let location = end.headers[.location] ?? ""
      let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
      return Ready(row: "kind = 'code'") { try await redeems($0, code) }
    },
    SchemaAct("oauth_entry", "exchange a code that has expired", isDone: false) { bench in
      let way = try await consent(bench)
      let end = try await way.visitor.post("/oauth2/consent", way.form)
      let location = end.headers[.location] ?? ""
      let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
      return Ready(row: "kind = 'code'") { bench in
        bench.signing.clock.advance(120)
        return try await redeems(bench, code)
      }
    },
    SchemaAct("oauth_entry", "begin with a pushed request") { bench in
      _ = try await consent(bench)
      let answer = try await PageVisitor(bench).post(
        "/oauth2/pushed_authorize",
        CredentialWay.parameters(["scope": "service"]).merging(["client_secret": OAuthBench.secret]) { $1 },
        headers: [:])
      let uri = String(try #require(answer.text.firstMatch(of: /"request_uri":"([^"]+)"/), "\(answer.text)").1)
      return Ready(row: "kind = 'par'") { bench in
        let query = "client_id=portal&request_uri=\(FormText.encode(uri))"
        return try await PageVisitor(bench).get("/oauth2/authorize?\(query)").status == 200
      }
    },
    SchemaAct("oauth_entry", "use an account_token again", isDone: false) { bench in
      _ = try await consent(bench)
      let query = try accountQuery(bench)
      let first = try await PageVisitor(bench).get("/oauth2/authorize?\(query)")
      #expect(first.status == 200, "\(first.text)")
      return Ready(row: "kind = 'jti'") { bench in
        try await PageVisitor(bench).get("/oauth2/authorize?\(query)").status == 200
      }
    },
    SchemaAct("identity", "offer a certificate in somebody's name") { bench in
      try await bench.signing.enrolIdentity("bob", givenName: "Bob", surname: "Other")
      return Ready(row: "signer = 'alice'") { bench in
        let (_, identity) = try await bench.signing.service.creatable(
          policy: TestIssuance.policies.explicit, claim: SubjectClaim(), SignerID("alice"), SigningBench.partner)
        return identity.commonName == "Alice Example"
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
  private static func consent(_ bench: GatewayBench) async throws -> Consent {
    for (id, signer) in [("c8", "bob"), ("c9", "alice")] {
      _ = try await bench.signing.enrol(id, signer: signer, mode: .oauth2code)
    }
    var consent: Consent?
    for (id, user) in [("c8", "bob"), ("c9", "alice")] {
      let way = try await CredentialWay(
        bench, ["scope": "credential", "credentialID": id, "numSignatures": "1", "hash": Base64.encodeURL(digest("a"))])
      let page = try await way.logIn(user)
      #expect(page.status == 200, "\(page.text)")
      consent = Consent(
        visitor: way.visitor, form: page.hidden.merging(["decision": "approve", "PIN": SigningBench.pin]) { $1 })
    }
    return try #require(consent)
  }

  private static func redeems(_ bench: GatewayBench, _ code: String) async throws -> Bool {
    let answer = try await PageVisitor(bench).post(
      "/oauth2/token",
      [
        "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthBench.redirectURI,
        "code_verifier": CredentialWay.verifier, "client_id": "portal", "client_secret": OAuthBench.secret,
      ], headers: [:])
    return answer.status == 200
  }

  /// A request with a statement of the client about who its user is.
  private static func logIn(_ table: String) -> SchemaAct {
    SchemaAct(table, "log in") { _ in
      Ready(row: "username = 'alice'") { bench in
        _ = try await bench.tokens.logIn(username: "alice", password: GatewayBench.password, rememberMe: false)
        return true
      }
    }
  }

  private static func accountQuery(_ bench: GatewayBench) throws -> String {
    let claims: JSONValue = [
      "sub": "alice", "azp": "portal", "iat": .integer(bench.signing.clock.now), "jti": "j-1",
    ]
    let signed =
      Base64.encodeURL(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8)) + "." + Base64.encodeURL(claims.compact())
    let key = SymmetricKey(data: Array(SHA256.hash(data: Array(OAuthBench.secret.utf8))))
    let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
    return CredentialWay.query(["scope": "service", "account_token": signed + "." + Base64.encodeURL(Array(code))])
  }
}
