import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// A gateway with credentials of every kind that the error tables tell apart, and bodies with one fault each.
struct RowStand: Sendable {
  typealias Answers = [Int: GatewayFixture.Answer]
  typealias Changes = [String: JSONValue?]

  static let sha256: JSONValue = "2.16.840.1.101.3.4.2.1"
  static let sha512: JSONValue = "2.16.840.1.101.3.4.2.3"
  static let rsaEncryption: JSONValue = "1.2.840.113549.1.1.1"
  static let rsassaPSS: JSONValue = "1.2.840.113549.1.1.10"
  static let ecdsa: JSONValue = "1.2.840.10045.4.3.2"

  let fixture: GatewayFixture
  /// SCAL 1 with a PIN; SCAL 2; one that is disabled; one whose certificate is expired.
  let one, two, disabled, expired: Credential

  init() async throws {
    fixture = try await GatewayFixture()
    one = try await fixture.signing.createCredential("one")
    two = try await fixture.signing.createCredential("two", scal: .two)
    var off = try await fixture.signing.createCredential("disabled")
    off.isEnabled = false
    try await fixture.signing.service.credentials.put(off, events: [])
    disabled = off
    expired = try await fixture.signing.createCredential("expired", days: 0)
    fixture.signing.clock.advance(120)
  }

  func call(
    _ method: String, _ body: JSONValue, token: String? = nil, header: String? = nil
  ) async throws -> GatewayFixture.Answer {
    let text = String(decoding: body.compact(), as: UTF8.self)
    return try await fixture.call(method, text, .v2, token: token ?? fixture.alice, header: header)
  }

  /// The answers to bodies that differ from a right one as told; a member that is nil is left out.
  func answers(_ method: String, from body: JSONValue, _ changes: [Int: Changes]) async throws -> Answers {
    var found: Answers = [1: try await call(method, body, header: "Conformance abc")]
    for (row, changes) in changes.sorted(by: { $0.key < $1.key }) {
      found[row] = try await call(method, body.changed(changes))
    }
    return found
  }

  /// A new SAD.
  func sad(_ credential: Credential, digests: [[UInt8]] = []) async throws -> JSONValue {
    let authorization = try await fixture.signing.authorize(credential, digests: digests)
    return .string(Base64.encodeURL(authorization.sad.octets))
  }

  static func hash(_ text: String) -> JSONValue { .string(Base64.encode(digest(text))) }

  // MARK: OAuth

  func form(
    _ path: String, _ form: [String: String], header: String? = nil
  ) async throws -> GatewayFixture.Answer {
    var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    headers[.authorization] = header
    let fields = headers
    let body = form.map { "\($0.key)=\(PercentText.encode($0.value))" }.joined(separator: "&")
    return try await fixture.application.test(.router) { client in
      try await client.execute(uri: path, method: .post, headers: fields, body: ByteBuffer(string: body)) { answer in
        let octets = Array(answer.body.readableBytesView)
        return GatewayFixture.Answer(
          status: answer.status.code,
          json: try octets.isEmpty ? JSONObject() : #require(JSONValue.parse(octets, limits: .own).object),
          headers: answer.headers)
      }
    }
  }

  /// A code for scope service, as alice's browser brings it to the client.
  func code() async throws -> String {
    let way = try await CredentialWay(fixture, ["scope": "service"])
    _ = try await way.logIn()
    let end = try await way.approve()
    let location = end.headers[.location] ?? "no redirect: \(end.text)"
    return String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
  }
}

extension JSONValue {
  /// The object with some members replaced, added, or left out.
  func changed(_ changes: RowStand.Changes) -> JSONValue {
    var object = object ?? JSONObject()
    for (name, value) in changes { object[name] = value }
    return .object(object)
  }
}
