import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Octets
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// How a request reaches `oauth2/token` and `oauth2/revoke`.
@Suite("Token requests", .timeLimit(.minutes(5)))
struct TokenRequestTests {
  private static let refused = "400 invalid_request Send the parameters in the body, not in the query"

  private static func text(_ pairs: [String: String]) -> String {
    pairs.map { "\($0.key)=\(PercentText.encode($0.value))" }.sorted().joined(separator: "&")
  }

  private func post(
    _ fixture: GatewayFixture, _ path: String, query: [String: String] = [:], form: [String: String],
    header: String? = nil
  ) async throws -> GatewayFixture.Answer {
    var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    headers[.authorization] = header
    let fields = headers
    return try await fixture.application.test(.router) { client in
      try await client.execute(
        uri: query.isEmpty ? path : "\(path)?\(Self.text(query))", method: .post, headers: fields,
        body: ByteBuffer(string: Self.text(form))
      ) { answer in
        let octets = Array(answer.body.readableBytesView)
        return GatewayFixture.Answer(
          status: answer.status.code,
          json: try octets.isEmpty ? JSONObject() : #require(JSONValue.parse(octets, limits: .own).object),
          headers: answer.headers)
      }
    }
  }

  /// The parameters that redeem a new code.
  private func redemption(_ fixture: GatewayFixture, of client: String) async throws -> [String: String] {
    let way = try await CredentialWay(fixture, ["scope": "service", "client_id": client])
    _ = try await way.logIn()
    let end = try await way.approve()
    let location = end.headers[.location] ?? "no redirect: \(end.text)"
    let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
    return [
      "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
      "code_verifier": CredentialWay.verifier, "client_id": client,
    ]
  }

  private static let secret = ["client_secret": OAuthFixture.secret]
  private static func basic(_ client: String) -> String {
    "Basic " + Base64.encode(Array("\(client):\(OAuthFixture.secret)".utf8))
  }

  @Test("parameters in the query are refused, wherever the rest stands, and nothing is spent")
  func refused() async throws {
    let fixture = try await GatewayFixture()
    let pairs = try await redemption(fixture, of: "portal")
    let header = Self.basic("portal")
    #expect(try await post(fixture, "/oauth2/token", query: pairs, form: [:], header: header).row == Self.refused)
    for name in pairs.keys {
      let rest = pairs.filter { $0.key != name }
      let answer = try await post(
        fixture, "/oauth2/token", query: [name: pairs[name] ?? ""], form: rest, header: header)
      #expect(answer.row == Self.refused, "\(name)")
    }
    for (name, value) in ["scope": "service", "refresh_token": "x", "authorization_details": "[]"] {
      #expect(
        try await post(fixture, "/oauth2/token", query: [name: value], form: pairs, header: header).row == Self.refused)
    }
    // One that is too long to be read is not taken for an empty one.
    let many = Dictionary(uniqueKeysWithValues: (0..<300).map { ("a\($0)", "1") }).merging(Self.secret) { $1 }
    let unread = try await post(fixture, "/oauth2/token", query: many, form: pairs, header: header)
    #expect(unread.row.hasPrefix("400 invalid_request "), "\(unread.row)")
    // A query that has none of them is a part of the address (RFC 6749 §3.2).
    let good = try await post(fixture, "/oauth2/token", query: ["api-version": "1"], form: pairs, header: header)
    #expect(good.status == 200, "\(good.row)")
  }

  @Test("a client that is registered so is served, but for its proof of who it is, and for what comes twice")
  func served() async throws {
    let fixture = try await GatewayFixture()
    let pairs = try await redemption(fixture, of: "tester")
    for (name, value) in ["client_secret": OAuthFixture.secret, "client_assertion": "x", "client_assertion_type": "y"] {
      let query = pairs.merging([name: value]) { $1 }
      #expect(try await post(fixture, "/oauth2/token", query: query, form: [:]).row == Self.refused, "\(name)")
    }
    let header = Self.basic("tester")
    let twice = try await post(
      fixture, "/oauth2/token", query: pairs, form: ["code": pairs["code"] ?? ""], header: header)
    #expect(twice.status == 400 && twice["error"] == "invalid_request", "\(twice.row)")
    #expect(
      try await post(fixture, "/oauth2/token", query: pairs, form: [:]).row
        == "400 invalid_request Client authorization required")
    let issued = try await post(fixture, "/oauth2/token", query: pairs, form: [:], header: header)
    #expect(issued.status == 200 && issued["token_type"] == "Bearer", "\(issued.row)")
    // Half and half.
    let refresh = try #require(issued["refresh_token"]?.string)
    let next = try await post(
      fixture, "/oauth2/token", query: ["grant_type": "refresh_token", "refresh_token": refresh],
      form: Self.secret.merging(["client_id": "tester"]) { $1 })
    #expect(next.status == 200, "\(next.row)")
    // The body alone does too.
    let body = try await redemption(fixture, of: "tester")
    #expect(try await post(fixture, "/oauth2/token", form: body.merging(Self.secret) { $1 }).status == 200)
  }

  @Test(
    "a proof in the query is refused at each endpoint, also next to a right one in the body",
    arguments: ["/oauth2/token", "/oauth2/revoke", "/revoke", "/csc/v1/oauth2/revoke", "/oauth2/pushed_authorize"])
  func proofs(path: String) async throws {
    let fixture = try await GatewayFixture()
    let form = [
      "client_id": "portal", "token": "x", "grant_type": "client_credentials", "response_type": "code",
      "redirect_uri": OAuthFixture.redirectURI, "code_challenge": "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs",
      "code_challenge_method": "S256",
    ].merging(Self.secret) { $1 }
    for (name, value) in ["client_secret": OAuthFixture.secret, "client_assertion": "x", "client_assertion_type": "y"] {
      #expect(try await post(fixture, path, query: [name: value], form: form).row == Self.refused, "\(name)")
      let without = form.filter { $0.key != "client_secret" }
      #expect(try await post(fixture, path, query: [name: value], form: without).row == Self.refused, "\(name)")
    }
    #expect(try await post(fixture, path, query: ["api-version": "1"], form: form).row != Self.refused)
  }

  @Test("no log has what stood in the query")
  func log() async throws {
    let lines = LogLines()
    let fixture = try await GatewayFixture(logger: Logger(label: "test") { _ in lines })
    for client in ["portal", "tester"] {
      let pairs = try await redemption(fixture, of: client)
      let answer = try await post(fixture, "/oauth2/token", query: pairs, form: [:], header: Self.basic(client))
      #expect(answer.status == (client == "tester" ? 200 : 400))
      let written = lines.lines.withLock(\.self)
      #expect(written.contains { $0.contains("oauth2/token") })
      for value in [pairs["code"], pairs["code_verifier"]].compactMap(\.self) {
        #expect(!written.contains { $0.contains(value) })
      }
    }
  }

  @Test("token_type_hint: a wrong one misleads no one, and one that is no type is refused")
  func hint() async throws {
    let fixture = try await GatewayFixture()
    let pairs = try await redemption(fixture, of: "portal")
    let issued = try await post(fixture, "/oauth2/token", form: pairs.merging(Self.secret) { $1 })
    let (access, refresh) = (
      try #require(issued["access_token"]?.string), try #require(issued["refresh_token"]?.string)
    )
    func revoke(_ token: String, _ hint: String, client: String = "portal") async throws -> GatewayFixture.Answer {
      let form = ["token": token, "token_type_hint": hint, "client_id": client]
      return try await post(fixture, "/oauth2/revoke", form: form.merging(Self.secret) { $1 })
    }
    let unknown = "400 invalid_request Invalid string parameter token"
    #expect(try await revoke(access, "sad").row == "400 invalid_request Invalid parameter token_type_hint")
    #expect(try await revoke(access, "access_token", client: "plain").row == unknown)
    #expect(try await revoke("x", "access_token").row == unknown)
    #expect(try await fixture.call("credentials/list", "{}", .v2, token: access).status == 200)
    // RFC 7009 §2.1: the search goes on over all types. The refresh token stays good.
    #expect(try await revoke(access, "refresh_token").status == 204)
    #expect(try await fixture.call("credentials/list", "{}", .v2, token: access).status == 401)
    #expect(try await revoke(access, "access_token").row == unknown)
    let again = ["grant_type": "refresh_token", "refresh_token": refresh, "client_id": "portal"].merging(Self.secret) {
      $1
    }
    let next = try await post(fixture, "/oauth2/token", form: again)
    let (newAccess, newRefresh) = (
      try #require(next["access_token"]?.string), try #require(next["refresh_token"]?.string)
    )
    // With the refresh token all access tokens of its grant fall.
    #expect(try await revoke(newRefresh, "access_token").status == 204)
    #expect(try await fixture.call("credentials/list", "{}", .v2, token: newAccess).status == 401)
    #expect(try await revoke(newRefresh, "refresh_token").row == unknown)
  }
}
