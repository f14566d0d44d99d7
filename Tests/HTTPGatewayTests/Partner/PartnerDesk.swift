import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import PartnerModel
import RecordedCalls
import Registry
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Software of a partner that calls the partner API.
struct PartnerDesk {
  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let octets: [UInt8]

    var json: JSONObject { (try? JSONValue.parse(octets, limits: .own).object) ?? JSONObject() }
    subscript(name: String) -> JSONValue? { json[name] }

    /// The status, and the type of a problem with the places that it names.
    var row: String {
      let type = json["type"]?.string.map { String($0.dropFirst("/problems/".count)) }
      let places = json["errors"]?.array?.compactMap { fault in
        fault.object?["pointer"]?.string ?? fault.object?["parameter"]?.string.map { "?\($0)" }
      }
      return (["\(status)"] + (type.map { [$0] } ?? []) + (places ?? [])).joined(separator: " ")
    }

    /// The body without the id of the request.
    var masked: JSONObject {
      var json = json
      json["instance"] = nil
      return json
    }
  }

  static let all = "partner.read partner.identify partner.issue partner.revoke partner.audit"

  let fixture: GatewayFixture
  let token: String

  init(_ fixture: GatewayFixture, client: String = "desk", scope: String = all) async throws {
    self.fixture = fixture
    let answer = try await PageVisitor(fixture).post(
      "/oauth2/token",
      [
        "grant_type": "client_credentials", "client_id": client, "client_secret": OAuthFixture.secret, "scope": scope,
      ], headers: [:])
    let json = try JSONValue.parse(Array(answer.text.utf8), limits: .own).object
    token = try #require(json?["access_token"]?.string, "\(answer.text)")
  }

  /// With a token that was fetched before.
  init(_ fixture: GatewayFixture, token: String) {
    self.fixture = fixture
    self.token = token
  }

  /// - Parameter key: of the call; a new one if the test names none. Nil for none.
  func post(_ path: String, _ body: String, key: String? = "\(UInt64.random(in: .min ... .max))-key-of-a-call")
    async throws
    -> Answer
  { try await send(.post, path, body, key.map { [.idempotencyKey: $0] } ?? [:]) }

  func get(_ path: String) async throws -> Answer { try await send(.get, path) }

  func patch(_ path: String, _ body: String, match: String? = nil) async throws -> Answer {
    try await send(.patch, path, body, match.map { [.ifMatch: $0] } ?? [:])
  }

  /// - Parameter isDocumented: false for paths in other spellings, which no document has: they are not recorded.
  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ headers: HTTPFields = [:],
    authorization: String?? = .none, isDocumented: Bool = true
  ) async throws -> Answer {
    var fields = headers
    fields[.authorization] = authorization ?? "Bearer \(token)"
    if body != nil { fields[.contentType] = "application/json" }
    let sent = fields
    let work: @Sendable (any TestClientProtocol) async throws -> Answer = { client in
      try await client.execute(
        uri: "/partner/v1/\(path)", method: method, headers: sent, body: body.map { ByteBuffer(string: $0) }
      ) {
        Answer(status: $0.status.code, headers: $0.headers, octets: Array($0.body.readableBytesView))
      }
    }
    guard isDocumented else {
      return try await Application(responder: fixture.gateway.responder()).test(.router) { try await work($0) }
    }
    return try await fixture.application.test(.router) { try await work($0) }
  }

  /// The call that a POST is, as the gateway names it.
  func call(_ route: String, _ body: String, key: String, client: String = "desk") throws -> IncomingCall {
    let caller = PartnerCaller(partner: PartnerID("portal"), client: ClientID(client), scopes: [])
    let object = try #require(try JSONValue.parse(Array(body.utf8), limits: .own).object)
    let calls = try #require(fixture.gateway.partnerAPI).calls
    return calls.call(caller, to: route, key: try IdempotencyKey(fields: [key]), object)
  }

  /// The id of a new signer.
  func newSigner(_ body: String = #"{"kind":"person","locale":"de"}"#) async throws -> String {
    let answer = try await post("signers", body)
    return try #require(answer["id"]?.string, "\(answer.row)")
  }
}
