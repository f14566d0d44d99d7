import HTTPTypes
import Registry
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

@Suite("Tokens, scopes and addresses of the partner API", .timeLimit(.minutes(5)))
struct PartnerFrameTests {
  private static let person = #"{"kind":"person","locale":"de","contact":{"email":"a@example.org"}}"#

  private func token(_ fixture: GatewayFixture, _ client: String, _ scope: String) async throws -> (Int, String) {
    let answer = try await PageVisitor(fixture).post(
      "/oauth2/token",
      ["grant_type": "client_credentials", "client_id": client, "client_secret": OAuthFixture.secret, "scope": scope],
      headers: [:])
    let json = try JSONValue.parse(Array(answer.text.utf8), limits: .own).object
    return (answer.status, json?["scope"]?.string ?? json?["error"]?.string ?? "")
  }

  @Test(
    "a client gets the scopes that it asks for and is registered for, and no other",
    arguments: [
      ("desk", "partner.read", "200 partner.read"),
      ("desk", "partner.revoke partner.read partner.read", "200 partner.read partner.revoke"),
      ("desk", "partner.read service", "400 invalid_scope"), ("desk", "service partner.read", "400 invalid_scope"),
      ("desk", "partner.all", "400 invalid_scope"), ("desk", "partner.read ", "400 invalid_scope"),
      ("help", "partner.revoke", "200 partner.revoke"), ("help", "partner.read", "400 invalid_scope"),
      ("batch", "partner.read", "400 invalid_scope"), ("desk", "service", "200 service"),
    ])
  func scopes(client: String, scope: String, row: String) async throws {
    let (status, text) = try await token(GatewayFixture(), client, scope)
    #expect("\(status) \(text)" == row)
  }

  @Test("a client that proves nothing gets no token, whatever it is registered for")
  func publicClient() async throws {
    let fixture = try await GatewayFixture()
    fixture.partners.change(PartnerID("portal")) { partner in
      for index in partner.clients.indices where partner.clients[index].id == ClientID("app") {
        partner.clients[index].grants.insert(.clientCredentials)
        partner.clients[index].partnerScopes = [.read]
      }
    }
    let answer = try await PageVisitor(fixture).post(
      "/oauth2/token", ["grant_type": "client_credentials", "client_id": "app", "scope": "partner.read"], headers: [:])
    let json = try JSONValue.parse(Array(answer.text.utf8), limits: .own).object
    #expect(answer.status == 400 && json?["error"]?.string == "unauthorized_client", "\(answer.text)")
  }

  @Test("calls without a good token")
  func tokens() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    let none = try await desk.send(.get, "signers", authorization: .some(nil))
    #expect(none.row == "401 unauthorized" && none.headers[.wwwAuthenticate] == #"Bearer realm="countersign""#)
    for header in ["Bearer wrong", "Bearer \(fixture.partner)", "Bearer \(fixture.alice)"] {
      let answer = try await desk.send(.get, "signers", authorization: header)
      #expect(answer.row == "401 unauthorized" && answer.headers[.wwwAuthenticate] == #"Bearer error="invalid_token""#)
    }
    // And the other way round.
    #expect(try await fixture.call("credentials/list", token: desk.token).status == 401)
    fixture.signing.clock.advance(3601)
    #expect(try await desk.get("signers").row == "401 unauthorized")
  }

  @Test("a token dies with its client or its scopes, and when it is revoked")
  func registered() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    let registered = fixture.partners.partners
    func change(_ change: @escaping @Sendable (inout Client) -> Void) {
      fixture.partners.change(PartnerID("portal")) { partner in
        for index in partner.clients.indices where partner.clients[index].id == ClientID("desk") {
          change(&partner.clients[index])
        }
      }
    }
    change { $0.partnerScopes = [.issue] }
    #expect(try await desk.get("signers").row == "403 insufficient-scope")
    fixture.partners.replace(with: [])
    #expect(try await desk.get("signers").row == "401 unauthorized")
    fixture.partners.replace(with: registered)
    #expect(try await desk.get("signers").status == 200)
    let revoked = try await PageVisitor(fixture).post(
      "/oauth2/revoke",
      ["token": desk.token, "client_id": "desk", "client_secret": OAuthFixture.secret], headers: [:])
    #expect(revoked.status == 204)
    #expect(try await desk.get("signers").row == "401 unauthorized")
  }

  @Test("while the contract rests nothing is changed, and what is only looked at is answered")
  func suspended() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    let id = try await desk.newSigner(Self.person)
    let reader = try await PartnerDesk(fixture, scope: "partner.read")
    fixture.partners.change(PartnerID("portal")) { $0.isSuspended = true }
    // Before the scope, the key and the body.
    for answer in [
      try await desk.post("signers", Self.person), try await desk.patch("signers/\(id)", "{}"),
      try await reader.post("signers", "{", key: nil),
    ] {
      #expect(answer.row == "403 partner-suspended" && answer.headers[.wwwAuthenticate] == nil)
    }
    for path in ["signers", "signers/\(id)", "usage?period=2026-11"] {
      #expect(try await desk.get(path).status == 200)
    }
    fixture.partners.change(PartnerID("portal")) { $0.isSuspended = false }
    #expect(try await desk.post("signers", Self.person).status == 201)
  }

  @Test("each endpoint needs its scope, and a token of all others does not do")
  func lesserScopes() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    let id = try await desk.newSigner(Self.person)
    let endpoints: [(HTTPRequest.Method, String, String?, PartnerScope)] = [
      (.get, "signers", nil, .read), (.post, "signers", "{", .identify), (.get, "signers/\(id)", nil, .read),
      (.patch, "signers/\(id)", "{", .identify), (.get, "usage", nil, .read),
    ]
    for (method, path, body, scope) in endpoints {
      let others = PartnerScope.allCases.filter { $0 != scope }.map(\.rawValue).joined(separator: " ")
      let answer = try await PartnerDesk(fixture, scope: others).send(method, path, body)
      #expect(answer.row == "403 insufficient-scope", "\(method) \(path)")
      #expect(answer["detail"]?.string?.contains(scope.rawValue) == true)
    }
    // Where a signer is reached is shown with its own scope alone.
    let reader = try await PartnerDesk(fixture, scope: "partner.read")
    #expect(try await reader.get("signers/\(id)")["contact"] == nil)
    #expect(try await desk.get("signers/\(id)")["contact"] == ["email": "a@example.org"])
    let items = try await reader.get("signers")["items"]?.array
    #expect(items?.count == 1 && items?.first?.object?["contact"] == nil)
  }

  /// Header fields with their values, without the id of the request and without the length, which has its length in it.
  private static func masked(_ answer: PartnerDesk.Answer) -> [String] {
    let id = answer.headers[.requestID] ?? ""
    return answer.headers.filter { $0.name != .contentLength }.map { "\($0.name): \($0.value == id ? "ID" : $0.value)" }
  }

  @Test("another partner's signer is answered as one that does not exist, in each octet and field (pitfall 45)")
  func isolation() async throws {
    let fixture = try await GatewayFixture()
    let id = try await PartnerDesk(fixture).newSigner(Self.person)
    let rival = try await PartnerDesk(fixture, client: "rival desk")
    let random = String(repeating: "0", count: id.utf8.count)
    let calls: [(HTTPRequest.Method, String?)] = [(.get, nil), (.patch, "{}"), (.patch, #"{"names":{}}"#)]
    for (method, body) in calls {
      let other = try await rival.send(method, "signers/\(id)", body)
      let none = try await rival.send(method, "signers/\(random)", body)
      #expect(other.row == "404 not-found" && other.masked == none.masked)
      #expect(Self.masked(other) == Self.masked(none))
      #expect(
        other.octets.count - (other["instance"]?.string?.utf8.count ?? 0)
          == none.octets.count - (none["instance"]?.string?.utf8.count ?? 0))
    }
    #expect(
      try await rival.post(
        "signers", #"{"kind":"organisation","locale":"de","representativeId":"\#(id)"}"#
      ).masked
        == rival.post(
          "signers", #"{"kind":"organisation","locale":"de","representativeId":"\#(random)"}"#
        ).masked)
    #expect(try await rival.get("signers")["items"]?.array == [])
  }

  @Test("addresses and methods that do not exist are problems too")
  func addresses() async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    for path in ["", "nothing", "signers/a/b"] {
      #expect(try await desk.get(path).row == "404 not-found", "\(path)")
    }
    let wrong = try await desk.send(.delete, "signers/x")
    #expect(wrong.row == "405 method-not-allowed" && wrong.headers[.allow] == "GET, HEAD, PATCH, OPTIONS")
    let options = try await desk.send(.options, "signers")
    #expect(options.status == 204 && options.headers[.allow] == "GET, HEAD, POST, OPTIONS")
  }

  @Test("each type of problem has its page", arguments: ["signer-closed", "nothing", ""])
  func problemPages(type: String) async throws {
    let page = try await PageVisitor(GatewayFixture()).get("/problems/\(type)")
    #expect(page.status == (type == "signer-closed" ? 200 : 404))
    if page.status == 200 { #expect(page.text.contains("Register a new signer.")) }
  }
}
