import Octets
import Synchronization
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import WireJSON

/// oauth2/authorize with its pages, token, revoke and pushed_authorize.
extension TestService {
  func addAuthorizationServer(to router: Router<BasicRequestContext>, below prefix: String, _ version: String) {
    router.get("\(prefix)/oauth2/authorize") { [self] request, _ in
      await answer { try authorizePage(Self.query(request), version, request.headers[.acceptLanguage]) }
    }
    router.post("\(prefix)/oauth2/login") { [self] request, _ in
      await answer { try logInPage(try await Self.form(request)) }
    }
    router.post("\(prefix)/oauth2/consent") { [self] request, _ in
      await answer { try consent(try await Self.form(request), version) }
    }
    router.post("\(prefix)/oauth2/token") { [self] request, _ in
      await answer { try token(try await Self.form(request), request.headers[.authorization], version) }
    }
    router.post("\(prefix)/oauth2/revoke") { [self] request, _ in
      await answer { try revoke(try await Self.form(request), request.headers[.authorization]) }
    }
    router.post("\(prefix)/oauth2/pushed_authorize") { [self] request, _ in
      await answer { try push(try await Self.form(request), request.headers[.authorization]) }
    }
  }

  /// Where an authorization is confirmed to which a message led. The right PIN is never given here.
  func addConfirmationPage(to router: Router<BasicRequestContext>) {
    let form = "<form method=post><input type=password name=PIN inputmode=numeric><button>Confirm</button></form>"
    router.get("confirm/:handle") { [self] _, _ in page(form) }
    router.post("confirm/:handle") { [self] _, context in
      let handle = context.parameters.get("handle") ?? ""
      let wrong = state.withLock { state in
        state.wrongAnswers[handle, default: 0] += 1
        return (state.wrongAnswers[handle] ?? 0, state.wrongAnswers.values.reduce(0, +))
      }
      return page(wrong.0 < 3 && wrong.1 < 5 ? form : "<p>over</p>")
    }
  }

  private static func query(_ request: Request) -> [String: String] {
    Dictionary(
      request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
  }

  private static func form(_ request: Request) async throws -> [String: String] {
    let body = try await request.body.collect(upTo: 64 << 10)
    return try URLEncodedFormDecoder().decode([String: String].self, from: String(buffer: body))
  }

  // MARK: Pages

  private func authorizePage(_ query: [String: String], _ version: String, _ language: String?) throws -> Response {
    var query = query
    if let uri = query["request_uri"] {
      guard let pushed = state.withLock({ $0.pushed.removeValue(forKey: uri) }) else {
        return page("<p>unknown</p>", .badRequest)
      }
      query = pushed
    }
    let target = query["redirect_uri"] ?? Self.callback
    guard query["client_id"] == "app", target == Self.callback || has(.redirectsAnywhere) else {
      return page("<p>unknown client or redirect URI</p>", .badRequest)
    }
    query["target"] = target
    guard let type = query["response_type"] else { return redirect(query, [("error", "invalid_request")]) }
    guard type == "code" else { return redirect(query, [("error", "unsupported_response_type")]) }
    let scope = query["scope"] ?? "service"
    let orders = version == "v2" ? ["credential-creation", "credential-deletion"] : []
    guard (["service", "credential"] + orders).contains(scope) || has(.takesAnyScope) else {
      return redirect(query, [("error", "invalid_scope")])
    }
    if version == "v2", query["code_challenge"] == nil { return redirect(query, [("error", "invalid_request")]) }
    if query["credentialID"] == "page", query["hash"] ?? query["hashes"] == nil {
      return redirect(query, [("error", "invalid_request")])
    }
    if let token = query["account_token"], !has(.ignoresAccountTokens), !isAcceptable(token) {
      return redirect(query, [("error", "invalid_request")])
    }
    let id = UUID().uuidString
    state.withLock { $0.pages[id] = query }
    let tongue = query["lang"] ?? language.map { String($0.prefix(2)) } ?? "en"
    var response = page(
      """
      <form method=POST action="login"><input type=hidden name=transaction value="\(id)">
      <label>Name <input name="username" autocomplete="username"></label>
      <input type='password' name='password'><button>Log in</button></form>
      """, .ok, ["de", "en"].contains(tongue) ? tongue : "en")
    response.headers[.setCookie] = "session=\(id); Path=/; Secure; HttpOnly"
    return response
  }

  private func isAcceptable(_ token: String) -> Bool {
    let parts = token.split(separator: ".").map(String.init)
    guard parts.count == 3 else { return false }
    func decode(_ text: String) -> Data { Data(Base64.decodeURL(text) ?? []) }
    let key = SymmetricKey(data: SHA256.hash(data: Data("app-secret".utf8)))
    let mac = HMAC<SHA256>.authenticationCode(for: Data("\(parts[0]).\(parts[1])".utf8), using: key)
    guard Data(mac) == decode(parts[2]),
      let payload = try? JSONValue.parse(Array(decode(parts[1])), limits: .own).object,
      payload["azp"] == "app", payload["sub"] == "alice", let id = payload["jti"]?.string,
      let issued = payload["iat"]?.integer, Double(issued) > clock.now() - 3600
    else { return false }
    return state.withLock { $0.usedAccountTokens.insert(id).inserted }
  }

  private func logInPage(_ form: [String: String]) throws -> Response {
    guard let id = form["transaction"], state.withLock({ $0.pages[id] }) != nil, form["username"] == "alice",
      form["password"] == "secret-word"
    else { return page("<p>wrong</p>", .unauthorized) }
    let pin =
      switch state.withLock({ $0.pages[id]?["scope"] }) {
      case "credential", "credential-deletion": "<input type=password name=PIN inputmode=numeric required>"
      case "credential-creation":
        "<input type=password name=first autocomplete=new-password><input type=password name=second autocomplete=new-password>"
      default: ""
      }
    return page(
      """
      <form action="consent" method="post"><input type="hidden" name="transaction" value="\(id)">\(pin)
      <button name="decision" value="deny">No, thank you</button>
      <button name="decision" value="approve">Yes &amp; go on</button></form>
      """)
  }

  private func consent(_ form: [String: String], _ version: String) throws -> Response {
    guard let id = form["transaction"], let query = state.withLock({ $0.pages.removeValue(forKey: id) }) else {
      return page("<p>unknown</p>", .badRequest)
    }
    guard form["decision"] == "approve" else { return redirect(query, [("error", "access_denied")]) }
    if query["scope"] == "credential", form["PIN"] != Self.pin { return page("<p>wrong PIN</p>", .badRequest) }
    switch query["scope"] {
    case "credential-creation":
      guard let pin = form["first"], pin == form["second"], pin != Self.pin else {
        return page("<p>PIN</p>", .badRequest)
      }
      state.withLock { $0.chosenPIN = pin }
    case "credential-deletion":
      guard form["PIN"] == state.withLock({ $0.chosenPIN }) else { return page("<p>wrong PIN</p>", .badRequest) }
    default: break
    }
    let code = UUID().uuidString
    state.withLock { $0.grants[code] = query }
    return redirect(query, [("code", code)])
  }

  private func redirect(_ query: [String: String], _ answer: [(String, String)]) -> Response {
    var answer = answer
    if let state = query["state"], !has(.dropsState) { answer.append(("state", state)) }
    let plain = CharacterSet.alphanumerics
    let text = answer.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: plain) ?? "")" }.joined(
      separator: "&")
    return Response(status: .found, headers: [.location: "\(query["target"] ?? Self.callback)?\(text)"])
  }

  private func page(_ body: String, _ status: HTTPResponse.Status = .ok, _ language: String = "en") -> Response {
    Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: "<!doctype html><html lang=\(language)><body>\(body)</body></html>")))
  }

  // MARK: Endpoints for programs

  /// Refuses what is not the client.
  private func authenticate(_ form: [String: String], _ header: String?) throws -> String {
    let clients = ["app": "app-secret", "other": "other-secret"]
    if let header {
      guard header.hasPrefix("Basic "), let data = Data(base64Encoded: String(header.dropFirst(6))) else {
        throw Refusal(status: 401, code: "invalid_client", text: "Invalid authorization header")
      }
      let parts = String(decoding: data, as: UTF8.self).split(separator: ":").map(String.init)
      guard parts.count == 2, clients[parts[0]] == parts[1] else {
        throw Refusal(text: "Invalid parameter client_secret")
      }
      return parts[0]
    }
    guard let id = form["client_id"] else { throw Refusal(text: "Missing parameter client_id") }
    guard let secret = clients[id] else { throw Refusal(text: "Invalid parameter client_id") }
    guard let given = form["client_secret"] else { throw Refusal(text: "Client authorization required") }
    guard given == secret else { throw Refusal(text: "Invalid parameter client_secret") }
    return id
  }

  private func push(_ form: [String: String], _ header: String?) throws -> Response {
    _ = try authenticate(form, header)
    let uri = "urn:test:\(UUID().uuidString)"
    state.withLock { $0.pushed[uri] = form }
    var response = Response(json: ["request_uri": .string(uri), "expires_in": 60], status: .created)
    response.headers[.cacheControl] = "no-cache, no-store"
    return response
  }

  private func token(_ form: [String: String], _ header: String?, _ version: String) throws -> Response {
    let client = try authenticate(form, header)
    switch form["grant_type"] {
    case nil: throw Refusal(text: "Missing parameter grant_type")
    case "client_credentials":
      return Response(json: ["access_token": .string(issue(grant: "client", user: nil)), "token_type": "Bearer"])
    case "refresh_token":
      guard let text = form["refresh_token"] else { throw Refusal(text: "Missing parameter refresh_token") }
      guard let token = state.withLock({ $0.tokens[text] }), token.isRefresh else {
        throw Refusal(code: "invalid_grant", text: "Invalid parameter refresh_token")
      }
      return Response(json: ["access_token": .string(issue(grant: token.grant)), "token_type": "Bearer"])
    case "authorization_code": return Response(json: try redeem(form, client, version))
    default: throw Refusal(text: "Invalid parameter grant_type")
    }
  }

  private func redeem(_ form: [String: String], _ client: String, _ version: String) throws -> JSONValue {
    guard let code = form["code"] else { throw Refusal(text: "Missing parameter code") }
    guard let query = state.withLock({ $0.grants[code] }), client == query["client_id"] else {
      throw Refusal(code: "invalid_grant", text: "Invalid parameter code")
    }
    guard form["redirect_uri"] == query["redirect_uri"] else {
      throw Refusal(
        code: "invalid_grant",
        text: "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    }
    let challenge = Base64.encodeURL(OctetDigest.sha256(form["code_verifier"] ?? ""))
    guard challenge == query["code_challenge"] || has(.ignoresVerifier) else {
      throw Refusal(code: "invalid_grant", text: "Invalid parameter code_verifier")
    }
    if query["authorization_details"] != nil, form["authorization_details"] == nil {
      throw Refusal(text: "Missing parameter authorization_details")
    }
    if !has(.takesCodeTwice) { state.withLock { $0.grants[code] = nil } }
    let grant = UUID().uuidString
    let refresh = JSONValue.string(issue(grant: grant, isRefresh: true))
    if query["scope"]?.hasPrefix("credential-") == true {
      let token = UUID().uuidString
      state.withLock { $0.orders[token] = query }
      return ["access_token": .string(token), "token_type": "Bearer", "expires_in": 60]
    }
    guard query["scope"] == "credential" else {
      return ["access_token": .string(issue(grant: grant)), "token_type": "Bearer", "refresh_token": refresh]
    }
    let digests = (query["hash"] ?? query["hashes"] ?? "").split(separator: ",").map { part -> String in
      let text = String(part)
      let padded = text.replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
      return padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)
    }
    let warrant = makeWarrant("page", Int(query["numSignatures"] ?? "") ?? 1, digests)
    var answer: JSONValue = [
      "access_token": .string(warrant), "token_type": version == "v1" ? "SAD" : "Bearer", "credentialID": "page",
    ]
    if has(.refreshesCredentials), case .object(var object) = answer {
      object["refresh_token"] = refresh
      answer = .object(object)
    }
    return answer
  }

  private func revoke(_ form: [String: String], _ header: String?) throws -> Response {
    _ = try authenticate(form, header)
    guard let text = form["token"] else { throw Refusal(text: "Missing parameter token") }
    if let hint = form["token_type_hint"], !["access_token", "refresh_token"].contains(hint) {
      throw Refusal(text: "Invalid parameter token_type_hint")
    }
    if has(.revokesNothing) { return Response(status: .noContent) }
    guard revoke(text) else { throw Refusal(text: "Invalid string parameter token") }
    return Response(status: .noContent)
  }
}
