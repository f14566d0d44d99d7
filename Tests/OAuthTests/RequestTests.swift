import CSCModel
import Crypto
import OAuth
import Octets
import Registry
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Requests for a code", .timeLimit(.minutes(2)))
struct RequestTests {
  @Test("a good request is kept as it is")
  func good() async throws {
    let fixture = try await ServerFixture()
    let request = try await fixture.server.request(ServerFixture.parameters(), .v2, reader: ServerFixture.reader)
    #expect(request.client == "app" && request.scope == .service && request.state == "s 1")
    #expect(request.redirectURI == ServerFixture.redirectURI && request.challenge == ServerFixture.challenge)
    let rich = try await fixture.server.request(
      ServerFixture.parameters("app", ["authorization_details": "[]"]), .v2, reader: ServerFixture.reader)
    #expect(rich.scope == .credential && rich.credential?.isRich == true)
    // One client sends the scope next to the details.
    let both = try await fixture.server.request(
      ServerFixture.parameters("app", ["authorization_details": "[]", "scope": "credential"]), .v2,
      reader: ServerFixture.reader)
    #expect(both.credential?.isRich == true)
  }

  @Test(
    "what is wrong with a request of a known client is told to the client",
    arguments: [
      (["response_type": nil], "invalid_request"), (["response_type": "token"], "unsupported_response_type"),
      (["response_type": "code token"], "unsupported_response_type"), (["scope": "openid"], "invalid_scope"),
      (["scope": "service credential"], "invalid_scope"),
      (["scope": "service", "authorization_details": "[]"], "invalid_scope"),
      (["code_challenge": nil], "invalid_request"), (["code_challenge_method": nil], "invalid_request"),
      (["code_challenge_method": "plain"], "invalid_request"), (["code_challenge": "short"], "invalid_request"),
      (["scope": "credential"], "invalid_request"), (["request": "e30.e30."], "request_not_supported"),
      (["account_token": "a.b.c"], "invalid_request"),
    ] as [([String: String?], String)])
  func redirected(changes: [String: String?], code: String) async throws {
    let fixture = try await ServerFixture()
    await #expect {
      _ = try await fixture.server.request(ServerFixture.parameters("app", changes), .v2, reader: ServerFixture.reader)
    } throws: { error in
      guard case CodeRequestRefusal.redirect(let error, let destination) = error else { return false }
      return error.code == code && destination == Destination(uri: ServerFixture.redirectURI, state: "s 1")
    }
  }

  @Test(
    "an unknown client or redirect URI is told to nobody but the person",
    arguments: [
      ("nobody", [:]), ("app", ["redirect_uri": ServerFixture.redirectURI + "/"]),
      ("app", ["redirect_uri": "https://app.example.org/cb?x=1"]),
      ("app", ["redirect_uri": "https://APP.example.org/cb"]),
      ("app", ["redirect_uri": "https://app.example.org.evil.example/cb"]), ("two", ["redirect_uri": nil]),
      ("app", ["request_uri": "urn:ietf:params:oauth:request_uri:made-up"]), ("machine", [:]),
    ] as [(String, [String: String?])])
  func page(client: String, changes: [String: String?]) async throws {
    let fixture = try await ServerFixture()
    await #expect {
      _ = try await fixture.server.request(ServerFixture.parameters(client, changes), .v2, reader: ServerFixture.reader)
    } throws: { error in
      if case CodeRequestRefusal.page = error { true } else { false }
    }
  }

  @Test("a language longer than a tag of RFC 5646 need be counts as absent")
  func language() async throws {
    let fixture = try await ServerFixture()
    let (longest, tooLong) = (String(repeating: "x", count: 35), String(repeating: "x", count: 36))
    for (changes, language) in [
      (["lang": longest], longest), (["lang": tooLong], nil), (["ui_locales": "\(longest) de"], longest),
      (["ui_locales": tooLong], nil), (["ui_locales": "\(tooLong) de"], nil),
      (["lang": "ä" + longest.dropFirst(2)], "ä" + longest.dropFirst(2)),
      (["lang": "ä" + longest.dropFirst()], nil), (["lang": tooLong, "ui_locales": "de"], "de"),
    ] as [([String: String?], String?)] {
      let request = try await fixture.server.request(
        ServerFixture.parameters("app", changes), .v2, reader: ServerFixture.reader)
      #expect(request.language == language, "\(changes)")
    }
  }

  @Test("a parameter that comes twice is refused, one without a value counts as absent")
  func repeated() async throws {
    let fixture = try await ServerFixture()
    #expect(Parameters([("a", "1"), ("a", "1")]).repeatsOne)
    #expect(Parameters([("a", "1"), ("b", "")])["b"] == nil)
    await #expect {
      _ = try await fixture.server.request(
        Parameters([("client_id", "app"), ("state", "1"), ("state", "2")]), .v2, reader: ServerFixture.reader)
    } throws: { error in
      if case CodeRequestRefusal.page(.repeatedParameter) = error { true } else { false }
    }
  }

  @Test("v1: the first redirect URI is the default, and only an excepted client may leave out PKCE")
  func v1() async throws {
    let fixture = try await ServerFixture()
    let two = try await fixture.server.request(
      ServerFixture.parameters("two", ["redirect_uri": nil]), .v1, reader: ServerFixture.reader)
    #expect(two.redirectURI == ServerFixture.redirectURI && !two.namesRedirectURI)
    let without: [String: String?] = ["code_challenge": nil, "code_challenge_method": nil]
    let old = try await fixture.server.request(
      ServerFixture.parameters("old", without), .v1, reader: ServerFixture.reader)
    #expect(old.challenge == nil)
    for (client, version) in [("old", CSCVersion.v2), ("app", .v1), ("client-42", .v1)] {
      await #expect(throws: CodeRequestRefusal.self) {
        try await fixture.server.request(
          ServerFixture.parameters(client, without), version, reader: ServerFixture.reader)
      }
    }
  }

  @Test("a pushed request is opened by its client, within a minute; what stands next to it does not count")
  func pushed() async throws {
    let fixture = try await ServerFixture()
    let app = fixture.client("app")
    func push(_ changes: [String: String?] = [:]) async throws -> String {
      try await fixture.server.push(
        ServerFixture.parameters("app", changes), .v2, client: app, reader: ServerFixture.reader)
    }
    func use(_ uri: String, _ client: String = "app") async throws -> CodeRequest {
      try await fixture.server.request(
        Parameters([
          ("client_id", client), ("request_uri", uri), ("state", "other"), ("redirect_uri", "https://evil.example"),
        ]), .v2, reader: ServerFixture.reader)
    }
    let uri = try await push()
    await #expect(throws: CodeRequestRefusal.self) { try await use(uri, "client-42") }
    let request = try await use(uri)
    #expect(request.state == "s 1" && request.redirectURI == ServerFixture.redirectURI)

    let stateless = try await push(["state": nil])
    #expect(try await use(stateless).state == "other")

    let old = try await push()
    fixture.clock.advance(60)
    await #expect(throws: CodeRequestRefusal.self) { try await use(old) }

    await #expect(throws: OAuthError.unsupportedResponseType) { try await push(["response_type": "token"]) }
    await #expect(throws: OAuthError.invalid("redirect_uri")) {
      try await push(["redirect_uri": "https://evil.example"])
    }
    await #expect(throws: OAuthError.invalid("request_uri")) { try await push(["request_uri": uri]) }
  }

  @Test("a pushed request belongs to the browser that opens it, which may load it again until it is answered")
  func reload() async throws {
    let fixture = try await ServerFixture()
    let server = fixture.server
    let uri = try await server.push(
      ServerFixture.parameters(), .v2, client: fixture.client("app"), reader: ServerFixture.reader)
    func open(_ secret: String?) async throws -> TransactionKey {
      let secret = try await server.browserSecret(secret)
      let parameters = Parameters([("client_id", "app"), ("request_uri", uri)])
      let request = try await server.request(parameters, .v2, browserSecret: secret, reader: ServerFixture.reader)
      return try await server.begin(request, browserSecret: secret).key
    }
    let first = try await open(nil)
    await #expect(throws: CodeRequestRefusal.self) { try await open(nil) }
    fixture.clock.advance(300)
    let second = try await open(first.browserSecret)
    fixture.clock.advance(299)
    let third = try await open(first.browserSecret)
    // The first window's time is over, the others are good.
    fixture.clock.advance(1)
    await #expect(throws: TransactionRefusal.unknown) { try await server.transaction(first) }
    await #expect(throws: CodeRequestRefusal.self) { try await open(first.browserSecret) }
    let known = try await server.logIn(second, username: "alice", password: ServerFixture.password)
    let other = try await server.logIn(third, username: "alice", password: ServerFixture.password)
    _ = try await fixture.code(second, known)
    // One request, one answer.
    await #expect(throws: TransactionRefusal.unknown) { try await fixture.code(third, other) }
    await #expect(throws: CodeRequestRefusal.self) { try await open(first.browserSecret) }
  }

  @Test("a native application's loopback port is free; everything else is compared octet by octet")
  func loopback() async throws {
    let fixture = try await ServerFixture()
    func isGood(_ uri: String, _ client: String = "native") async -> Bool {
      let parameters = ServerFixture.parameters(client, ["redirect_uri": uri])
      let request = try? await fixture.server.request(parameters, .v2, reader: ServerFixture.reader)
      return request?.redirectURI == uri
    }
    for uri in [
      "http://127.0.0.1:8091/cb", "http://127.0.0.1:51234/cb", "http://127.0.0.1/cb", "http://127.0.0.1:1/cb",
      "http://127.0.0.1:65535/cb", "http://[::1]:51234/cb?x=1", "http://[::1]/cb?x=1",
    ] { #expect(await isGood(uri), "\(uri)") }
    for uri in [
      "http://127.0.0.1:51234/cb/", "http://127.0.0.1:51234/CB", "http://127.0.0.1:51234/cb?x=1",
      "http://127.0.0.1:51234/cb#x", "http://127.0.0.1:51234/x/../cb", "http://127.0.0.1:51234/%63b",
      "http://127.0.0.1:51234//cb", "http://127.0.0.1:51234", "https://127.0.0.1:51234/cb",
      "HTTP://127.0.0.1:51234/cb", "http://localhost:51234/cb", "http://localhost:8091/cb",
      "http://127.0.0.2:8091/cb", "http://127.1:8091/cb", "http://[::1]:8091/cb", "http://[0:0:0:0:0:0:0:1]/cb?x=1",
      "http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:080/cb", "http://127.0.0.1:/cb",
      "http://127.0.0.1:+1/cb", "http://127.0.0.1:1@evil.example/cb", "http://127.0.0.1@evil.example:1/cb",
      "http://127.0.0.1.evil.example:1/cb", "http://127.0.0.1:51234\\cb", "http://127.0.0.1:5123٤/cb",
    ] { #expect(!(await isGood(uri)), "\(uri)") }
    // One that keeps a secret has a registered port.
    #expect(await isGood("http://127.0.0.1:8091/cb", "local"))
    #expect(!(await isGood("http://127.0.0.1:51234/cb", "local")))
    #expect(!(await isGood("http://127.0.0.1:51234/cb", "app")))

    let uri = "http://127.0.0.1:51234/cb"
    let code = try await fixture.code("native", ["redirect_uri": uri])
    let refused = OAuthError.invalidGrant(
      "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    await #expect(throws: refused) {
      try await fixture.redeem(code, "native", ["redirect_uri": "http://127.0.0.1:8091/cb"])
    }
    _ = try await fixture.redeem(code, "native", ["redirect_uri": uri])
  }

  @Test("openid and offline_access are ignored next to a scope of ours")
  func addedScopes() async throws {
    let fixture = try await ServerFixture()
    for (scope, expected) in [
      ("openid service", Scope.service), ("service offline_access", .service),
      ("openid offline_access service", .service),
      ("openid credential", .credential), ("offline_access", nil), ("openid offline_access", nil), ("openid", nil),
      ("service profile", nil), ("service credential openid", nil), ("service  openid", nil), ("service,openid", nil),
      ("OPENID service", nil), (" service", nil),
    ] as [(String, Scope?)] {
      let parameters = ServerFixture.parameters("app", ["scope": scope, "credentialID": "cred-1"])
      let request = try? await fixture.server.request(parameters, .v2, reader: ServerFixture.reader)
      #expect(request?.scope == expected, "\(scope)")
    }
  }

  @Test("account_token: the vector of the reference opens the account once, and only within its life")
  func accountToken() async throws {
    let fixture = try await ServerFixture()
    let token =
      "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY2N0LTIwOTMxIiwiaWF0IjoxNzYwMDAwMDAwLCJqdGkiOiI1ZjBjMmMxZS04YTdiLTRmNmUtOWQxMS0zYjJhMWMwZDllOGYiLCJpc3MiOiJFeGFtcGxlIFNpZ25lciIsImF6cCI6ImNsaWVudC00MiJ9.SwK4g7Kosg9DH5QqwzGsoZxBwpk9e1yAl7E4GZgWH1Q"
    func use(_ token: String, _ client: String = "client-42") async throws -> CodeRequest {
      try await fixture.server.request(
        ServerFixture.parameters(client, ["account_token": token]), .v2, reader: ServerFixture.reader)
    }
    fixture.clock.advance(1_760_000_000 - fixture.clock.now + 600)
    // The hexadecimal text of the digest as key.
    let hexKey =
      token.split(separator: ".").dropLast().joined(separator: ".") + ".gRiEACm1leDEp9C1Ey-cvUCj8Cu3G4ZWCANO9DIjSPM"
    for (token, client) in [(hexKey, "client-42"), (token, "old"), (token + "A", "client-42")] {
      await #expect(throws: CodeRequestRefusal.self) { try await use(token, client) }
    }
    #expect(try await use(token).account == "acct-20931")
    await #expect(throws: CodeRequestRefusal.self) { try await use(token) }

    for time: JSONValue in [.integer(.min), .integer(.max), .integer(-1), .real(1e300), .null, "1760000000"] {
      let claims: JSONValue = ["sub": "acct-20931", "iat": time, "jti": "x", "azp": "client-42"]
      let signed = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9." + Base64.encodeURL(claims.compact())
      let key = SymmetricKey(data: OctetDigest.sha256("s3cr3t-Of-client-42"))
      let mac = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
      await #expect(throws: CodeRequestRefusal.self, "\(time)") {
        try await use("\(signed).\(Base64.encodeURL(Array(mac)))")
      }
    }

    let late = try await ServerFixture()
    late.clock.advance(1_760_000_000 - late.clock.now + 601)
    await #expect(throws: CodeRequestRefusal.self) {
      try await late.server.request(
        ServerFixture.parameters("client-42", ["account_token": token]), .v2, reader: ServerFixture.reader)
    }
  }
}
