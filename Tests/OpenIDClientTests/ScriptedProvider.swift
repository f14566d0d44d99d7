import OpenIDClient
import Foundation
import HTTPTypes
import Hummingbird
import JWTKit
import NIOCore
import Octets
import OutboundHTTP
import SoleControl
import Vocabulary
import Synchronization
import TestSupport
import WireJSON

/// A provider that answers each call with what the test put in line for its endpoint, and keeps what it was asked.
final class ScriptedProvider: Sendable {
  struct Call: Sendable {
    let path: String
    let authorization: String?
    let form: [String: String]
  }

  struct Answer: Sendable {
    var status: Int
    var body: JSONValue

    static func error(_ code: String, _ status: Int = 400) -> Answer {
      Answer(status: status, body: ["error": .string(code)])
    }
  }

  private struct State {
    var base = ""
    var lines: [String: [Answer]] = [:]
    var calls: [Call] = []
    var document: [(String, JSONValue)] = []
    var readings = 0
  }

  static let now: Int64 = 1_800_000_000
  let key = ES256PrivateKey()
  private let state = Mutex(State())

  var issuer: String { state.withLock { $0.base } }
  var calls: [Call] { state.withLock { $0.calls } }

  /// Puts an answer in line.
  func answer(_ path: String, _ answer: Answer) { state.withLock { $0.lines[path, default: []].append(answer) } }
  func answer(_ path: String, _ body: JSONValue) { self.answer(path, Answer(status: 200, body: body)) }
  /// Adds a member to the discovery document.
  func announce(_ name: String, _ value: JSONValue) { state.withLock { $0.document.append((name, value)) } }
  func begin(at base: String) { state.withLock { $0.base = base } }

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.get(".well-known/openid-configuration") { _, _ in Self.response(200, self.document) }
    router.get("jwks") { _, _ in Self.response(200, self.keys) }
    for path in ["token", "backchannel", "userinfo", "mtls/token", "mtls/introspect", "mtls/backchannel"] {
      for method in [HTTPRequest.Method.get, .post] {
        router.on(RouterPath(path), method: method) { request, _ in
          let body = String(buffer: try await request.body.collect(upTo: 64 << 10))
          return self.respond(path, request.headers[.authorization], body)
        }
      }
    }
    return router
  }

  private var document: JSONValue {
    state.withLock { state in
      let base = state.base
      let members: [(String, JSONValue)] = [
        ("issuer", .string(base)), ("jwks_uri", .string(base + "/jwks")), ("token_endpoint", .string(base + "/token")),
        ("userinfo_endpoint", .string(base + "/userinfo")),
        ("backchannel_authentication_endpoint", .string(base + "/backchannel")),
      ]
      // Announced by the test, in place of the standard.
      let changed = Set(state.document.map(\.0))
      return .object(JSONObject(members.filter { !changed.contains($0.0) } + state.document))
    }
  }

  private var keys: JSONValue {
    func url(_ text: String?) -> JSONValue {
      .string(Base64.encodeURL(text.flatMap(Base64.decode) ?? []))
    }
    let point = key.publicKey.parameters
    return [
      "keys": [["kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "x": url(point?.x), "y": url(point?.y)]]
    ]
  }

  private func respond(_ path: String, _ authorization: String?, _ body: String) -> Response {
    var components = URLComponents()
    components.percentEncodedQuery = body
    let form = Dictionary(
      (components.queryItems ?? []).map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
    let answer: Answer? = state.withLock { state in
      state.calls.append(Call(path: path, authorization: authorization, form: form))
      guard state.lines[path]?.isEmpty == false else { return nil }
      return state.lines[path]?.removeFirst()
    }
    return Self.response(answer?.status ?? 500, answer?.body ?? ["error": "nothing in line"])
  }

  private static func response(_ status: Int, _ body: JSONValue) -> Response {
    Response(
      status: .init(code: status), headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.compact())))
  }

  // MARK: Tokens

  private struct Claims: JWTPayload {
    let members: [String: String]
    let times: [String: Int64]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Name.self)
      for (name, value) in members { try container.encode(value, forKey: Name(stringValue: name)) }
      for (name, value) in times { try container.encode(value, forKey: Name(stringValue: name)) }
    }

    init(members: [String: String], times: [String: Int64]) {
      self.members = members
      self.times = times
    }

    init(from decoder: any Decoder) throws { throw CancellationError() }
    func verify(using algorithm: some JWTAlgorithm) {}

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
  }

  /// An ID token of subject-1 at level high, with these changes; nil leaves a claim out.
  func idToken(
    _ changes: [String: String?] = [:], times: [String: Int64?] = [:], key: ES256PrivateKey? = nil
  ) async throws -> String {
    var members: [String: String?] = ["iss": issuer, "sub": "subject-1", "aud": "us", "acr": "high"]
    var all: [String: Int64?] = ["exp": Self.now + 300, "iat": Self.now, "auth_time": Self.now]
    members.merge(changes) { $1 }
    all.merge(times) { $1 }
    return try await JWTKeyCollection().add(ecdsa: key ?? self.key, kid: "k1").sign(
      Claims(members: members.compactMapValues { $0 }, times: all.compactMapValues { $0 }), kid: "k1")
  }

  // MARK: Running

  static func settings(_ issuer: String) -> ProviderSettings {
    ProviderSettings(issuer: issuer, clientID: "us", levels: ["low": .low, "substantial": .substantial, "high": .high])
  }

  static var plainClient: HTTPClient {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    // All tests share two threads, and an answer can come late.
    settings.timeout = .seconds(60)
    settings.connectTimeout = .seconds(60)
    return HTTPClient(settings)
  }

  /// Runs `body` with a gateway's side of this provider.
  static func with(
    _ change: @escaping @Sendable (inout ProviderSettings) throws -> Void = { _ in },
    _ body: @escaping @Sendable (OpenIDProvider, ScriptedProvider) async throws -> Void
  ) async throws {
    let script = ScriptedProvider()
    try await LocalServer.serve(script.router) { base in
      script.begin(at: base)
      var settings = settings(base)
      try change(&settings)
      try await body(OpenIDProvider(settings, client: plainClient, now: { now }), script)
    }
  }
}
