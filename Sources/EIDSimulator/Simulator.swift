internal import Foundation
internal import HTTPTypes
internal import Hummingbird
public import Logging
internal import NIOCore
internal import Octets
internal import OutboundHTTP
internal import WireJSON

/// A small OpenID provider for the sandbox and the tests: discovery, JWKS, authorization code flow with PKCE,
/// token and userinfo endpoints, over HTTP, in a process of its own. Its people and their PINs are made up; the
/// protocol is the real one.
public struct Simulator: Sendable {
  public struct Person: Sendable {
    public var subject, name, pin: String
    public init(subject: String, name: String, pin: String) {
      self.subject = subject
      self.name = name
      self.pin = pin
    }
  }

  public struct Settings: Sendable {
    public var port: Int
    public var clientID: String
    public var redirectURIs: [String]
    public var people: [Person]
    /// Of the client where it asks people in the app; without one its name is enough.
    public var clientSecret: String?
    /// The client's endpoint for notifications (CIBA's ping mode).
    public var notificationEndpoint: String?
    /// Seconds between two polls.
    public var interval = 5
    /// The secret of the gateway's webhooks; without it the messenger takes nothing.
    public var webhookSecret: String?

    public init(
      port: Int, clientID: String, redirectURIs: [String], people: [Person], webhookSecret: String? = nil
    ) {
      self.port = port
      self.clientID = clientID
      self.redirectURIs = redirectURIs
      self.people = people
      self.webhookSecret = webhookSecret
    }

    public var issuer: String { "http://127.0.0.1:\(port)" }
  }

  let settings: Settings
  let state: ProviderState
  let apps: BackchannelRequests
  let notifier: HTTPClient
  private let messages: Messages
  let logger: Logger

  public init(_ settings: Settings, logger: Logger) {
    self.settings = settings
    messages = Messages(secret: settings.webhookSecret)
    state = ProviderState(settings)
    apps = BackchannelRequests(interval: TimeInterval(settings.interval))
    var client = HTTPClient.Settings()
    client.allowsPlainHTTP = true
    notifier = HTTPClient(client)
    self.logger = logger
  }

  /// Serves until the task is cancelled.
  public func run(onRunning: @escaping @Sendable () async -> Void) async throws {
    let application = Application(
      router: router(), configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: settings.port)),
      onServerRunning: { _ in await onRunning() }, logger: logger)
    try await application.run()
  }

  private func router() -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.get(".well-known/openid-configuration") { _, _ in Response(json: discovery) }
    router.get("jwks") { _, _ in Response(json: await state.jwks()) }
    router.get("authorize") { request, _ in loginPage(Self.query(request)) }
    router.post("authorize") { request, _ in await login(try await Self.form(request)) }
    router.post("token") { request, _ in
      await token(try await Self.form(request), request.headers[.authorization])
    }
    addAppRoutes(to: router)
    router.get("userinfo") { request, _ in await userInfo(request.headers[.authorization]) }
    router.post("messages") { request, _ in try await receive(request) }
    router.get("messages") { _, _ in Response(json: await messages.list()) }
    // For tests of key rotation.
    router.post("control/rotate-keys") { _, _ in
      await state.rotateKeys()
      return Response(status: .noContent)
    }
    return router
  }

  private var discovery: JSONValue {
    let issuer = settings.issuer
    return [
      "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize"),
      "token_endpoint": .string(issuer + "/token"), "userinfo_endpoint": .string(issuer + "/userinfo"),
      "jwks_uri": .string(issuer + "/jwks"), "response_types_supported": ["code"],
      "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
      "code_challenge_methods_supported": ["S256"],
      "grant_types_supported": ["authorization_code", .string(Self.backchannelGrant)],
      "backchannel_authentication_endpoint": .string(issuer + "/backchannel"),
      "backchannel_token_delivery_modes_supported": ["poll", "ping"],
      "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
      "acr_values_supported": .array(ProviderState.levels.map(JSONValue.string)),
    ]
  }

  // MARK: Log-in

  /// Nothing may be sent to a redirect URI before client and URI are known to belong together.
  private func isKnown(_ parameters: [String: String]) -> Bool {
    parameters["client_id"] == settings.clientID
      && settings.redirectURIs.contains(parameters["redirect_uri"] ?? "")
  }

  private func loginPage(_ parameters: [String: String], message: String = "") -> Response {
    guard isKnown(parameters) else { return Response(text: "unknown client or redirect_uri", status: .badRequest) }
    let hidden = parameters.filter { $0.key != "subject" && $0.key != "pin" }.sorted { $0.key < $1.key }.map {
      "<input type=\"hidden\" name=\"\(Self.escape($0.key))\" value=\"\(Self.escape($0.value))\">"
    }.joined(separator: "\n")
    let people = settings.people.map {
      "<option value=\"\(Self.escape($0.subject))\">\(Self.escape($0.name))</option>"
    }.joined()
    return Response(
      html: """
        <!doctype html><html lang="en"><title>Simulated eID</title>
        <h1>Simulated eID</h1><p>This provider is for trying out only.</p><p role="alert">\(Self.escape(message))</p>
        <form method="post" action="/authorize">\(hidden)
        <label>Person <select name="subject">\(people)</select></label>
        <label>PIN <input name="pin" type="password" autocomplete="off"></label>
        <button>Log in</button></form></html>
        """)
  }

  private func login(_ parameters: [String: String]) async -> Response {
    guard isKnown(parameters), let redirectURI = parameters["redirect_uri"] else {
      return Response(text: "unknown client or redirect_uri", status: .badRequest)
    }
    guard
      let person = settings.people.first(where: {
        $0.subject == parameters["subject"] && $0.pin == parameters["pin"]
      })
    else { return loginPage(parameters, message: "Person or PIN is wrong.") }
    var answer: [(String, String)]
    if parameters["response_type"] != "code" {
      answer = [("error", "unsupported_response_type")]
    } else if let challenge = parameters["code_challenge"], parameters["code_challenge_method"] == "S256" {
      let code = await state.makeCode(
        for: person, redirectURI: redirectURI, challenge: challenge, nonce: parameters["nonce"],
        level: parameters["acr_values"])
      answer = [("code", code)]
    } else {
      answer = [("error", "invalid_request")]
    }
    if let value = parameters["state"] { answer.append(("state", value)) }
    let query = answer.map { "\($0.0)=\(PercentText.encode($0.1))" }.joined(separator: "&")
    return Response(status: .found, headers: [.location: redirectURI + (redirectURI.contains("?") ? "&" : "?") + query])
  }

  // MARK: Tokens

  private func token(_ parameters: [String: String], _ authorization: String?) async -> Response {
    var parameters = parameters
    if parameters["client_id"] == nil { parameters["client_id"] = Self.clientID(ofBasic: authorization) }
    if parameters["grant_type"] == Self.backchannelGrant { return await redeem(parameters, authorization) }
    guard parameters["grant_type"] == "authorization_code" else {
      return Response(json: ["error": "unsupported_grant_type"], status: .badRequest)
    }
    guard parameters["client_id"] == settings.clientID, let code = parameters["code"],
      let tokens = await state.redeem(
        code, redirectURI: parameters["redirect_uri"] ?? "", verifier: parameters["code_verifier"] ?? "")
    else { return Response(json: ["error": "invalid_grant"], status: .badRequest) }
    return Response(json: [
      "access_token": .string(tokens.access), "id_token": .string(tokens.id), "token_type": "Bearer",
      "expires_in": 300,
    ])
  }

  /// The client named in the header. In the code flow PKCE does what its secret would.
  private static func clientID(ofBasic authorization: String?) -> String? {
    guard let authorization, authorization.hasPrefix("Basic "),
      let octets = Base64.decode(String(authorization.dropFirst(6)))
    else { return nil }
    return String(decoding: octets, as: UTF8.self).split(separator: ":").first.map(String.init)
  }

  private func userInfo(_ authorization: String?) async -> Response {
    guard let authorization, authorization.hasPrefix("Bearer "),
      let person = await state.person(accessToken: String(authorization.dropFirst(7)))
    else { return Response(json: ["error": "invalid_token"], status: .unauthorized) }
    return Response(json: ["sub": .string(person.subject), "name": .string(person.name)])
  }

  // MARK: Messages

  private func receive(_ request: Request) async throws -> Response {
    let body = Array(try await request.body.collect(upTo: 64 << 10).readableBytesView)
    let signature = HTTPField.Name("Countersign-Signature").flatMap { request.headers[$0] }
    let isTaken = await messages.receive(body, signature: signature ?? "", now: Int64(Date().timeIntervalSince1970))
    return Response(status: isTaken ? .noContent : .unauthorized)
  }

  // MARK: Forms

  private static func query(_ request: Request) -> [String: String] {
    Dictionary(
      request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
  }

  static func form(_ request: Request) async throws -> [String: String] {
    let body = try await request.body.collect(upTo: 64 << 10)
    let decoded = try? URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))
    return decoded ?? [:]
  }

  static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }
}

extension Response {
  init(json: JSONValue, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.compact())))
  }

  init(text: String, status: HTTPResponse.Status) {
    self.init(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  init(html: String) {
    self.init(
      status: .ok,
      headers: [.contentType: "text/html; charset=utf-8", .contentSecurityPolicy: "default-src 'none'"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
  }
}
