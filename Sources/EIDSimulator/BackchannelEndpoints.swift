internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Octets
internal import OutboundHTTP
internal import WireJSON

extension Simulator {
  static let backchannelGrant = "urn:openid:params:grant-type:ciba"
  private static let longestLife: TimeInterval = 600

  func addAppRoutes(to router: Router<BasicRequestContext>) {
    router.post("backchannel") { request, _ in
      await ask(try await Self.form(request), request.headers[.authorization])
    }
    router.get("app") { _, _ in await appPage() }
    router.post("app") { request, _ in await answer(try await Self.form(request)) }
    // For tests: what was asked, and answers that no person gives.
    router.get("control/requests") { _, _ in Response(json: .array(await apps.all.map(Self.json))) }
    router.post("control/requests") { request, _ in await control(try await Self.form(request)) }
  }

  // MARK: For the client

  private func ask(_ parameters: [String: String], _ authorization: String?) async -> Response {
    func refused(_ error: String, _ status: HTTPResponse.Status = .badRequest) -> Response {
      Response(json: ["error": .string(error)], status: status)
    }
    guard isConfidential(parameters, authorization) else { return refused("invalid_client", .unauthorized) }
    guard let scope = parameters["scope"], scope.split(separator: " ").contains("openid") else {
      return refused("invalid_scope")
    }
    guard let hint = parameters["login_hint"] else { return refused("invalid_request") }
    guard let person = settings.people.first(where: { $0.subject == hint }) else { return refused("unknown_user_id") }
    let message = parameters["binding_message"] ?? ""
    guard message.utf8.count <= 100, message.utf8.allSatisfy({ 0x20...0x7e ~= $0 }) else {
      return refused("invalid_binding_message")
    }
    let wanted = parameters["requested_expiry"].flatMap(Double.init) ?? Self.longestLife
    guard wanted > 0 else { return refused("invalid_request") }
    let request = await apps.add(
      person, bindingMessage: message, scope: scope,
      acrValues: (parameters["acr_values"] ?? "").split(separator: " ").map(String.init),
      notificationToken: parameters["client_notification_token"], lifetime: min(wanted, Self.longestLife))
    return Response(json: [
      "auth_req_id": .string(request.id), "expires_in": .integer(Int64(min(wanted, Self.longestLife))),
      "interval": .integer(Int64(apps.interval)),
    ])
  }

  /// The part of the token endpoint.
  func redeem(_ parameters: [String: String], _ authorization: String?) async -> Response {
    guard isConfidential(parameters, authorization) else {
      return Response(json: ["error": "invalid_client"], status: .unauthorized)
    }
    switch await apps.redeem(parameters["auth_req_id"] ?? "") {
    case .error(let error): return Response(json: ["error": .string(error)], status: .badRequest)
    case .tokens(let person, let level, let time):
      guard let tokens = await state.tokens(for: person, level: level, time: time) else {
        return Response(json: ["error": "server_error"], status: .internalServerError)
      }
      return Response(json: [
        "access_token": .string(tokens.access), "id_token": .string(tokens.id), "token_type": "Bearer",
        "expires_in": 300,
      ])
    }
  }

  /// Whether the client showed its secret, in the header or among the parameters.
  private func isConfidential(_ parameters: [String: String], _ authorization: String?) -> Bool {
    guard let secret = settings.clientSecret else { return parameters["client_id"] == settings.clientID }
    if let authorization {
      return authorization == "Basic \(Base64.encode(Array("\(settings.clientID):\(secret)".utf8)))"
    }
    return parameters["client_id"] == settings.clientID && parameters["client_secret"] == secret
  }

  // MARK: For the person

  private func appPage(message: String = "") async -> Response {
    let people = settings.people.map {
      "<option value=\"\(Self.escape($0.subject))\">\(Self.escape($0.name))</option>"
    }.joined()
    var forms = ""
    for request in await apps.all {
      guard case .waiting = request.state, Date() < request.expires else { continue }
      forms += """
        <form method="post" action="/app"><input type="hidden" name="number" value="\(request.number)">
        <p><strong>\(Self.escape(request.bindingMessage))</strong></p>
        <label>Person <select name="subject">\(people)</select></label>
        <label>PIN <input name="pin" type="password" autocomplete="off"></label>
        <button name="decision" value="approve">Approve</button> <button name="decision" value="deny">Refuse</button>
        </form>
        """
    }
    return Response(
      html: """
        <!doctype html><html lang="en"><title>Simulated eID app</title>
        <h1>Simulated eID app</h1><p>This provider is for trying out only.</p><p role="alert">\(Self.escape(message))</p>
        \(forms.isEmpty ? "<p>Nothing waits for you.</p>" : forms)</html>
        """)
  }

  private func answer(_ parameters: [String: String]) async -> Response {
    guard let number = parameters["number"].flatMap(Int.init),
      let person = settings.people.first(where: {
        $0.subject == parameters["subject"] && $0.pin == parameters["pin"]
      }), await apps.all.contains(where: { $0.number == number && $0.person.subject == person.subject })
    else { return await appPage(message: "Person or PIN is wrong.") }
    let isApproved = parameters["decision"] == "approve"
    let state: BackchannelRequests.Request.State =
      isApproved ? .approved(person, level: ProviderState.levels[2], time: Date()) : .denied
    guard let request = await apps.settle(number: number, as: state) else {
      return await appPage(message: "That is over.")
    }
    await notify(of: request)
    return await appPage(message: isApproved ? "Approved." : "Refused.")
  }

  // MARK: For tests

  private static func json(_ request: BackchannelRequests.Request) -> JSONValue {
    let state =
      switch request.state {
      case .waiting: "waiting"
      case .approved: "approved"
      case .denied: "denied"
      case .ended(let error): error
      }
    return [
      "number": .integer(Int64(request.number)), "id": .string(request.id), "subject": .string(request.person.subject),
      "bindingMessage": .string(request.bindingMessage), "scope": .string(request.scope),
      "acrValues": .array(request.acrValues.map(JSONValue.string)), "state": .string(state),
      "polls": .integer(Int64(request.polls)), "isPinged": .bool(request.notificationToken != nil),
    ]
  }

  /// `number` and `decision`: `approve` (as the person that `subject` names, at `level`), `deny`, `slow-down`
  /// (`times`), or an error of the token endpoint.
  private func control(_ parameters: [String: String]) async -> Response {
    guard let number = parameters["number"].flatMap(Int.init), let decision = parameters["decision"],
      let asked = await apps.all.first(where: { $0.number == number })
    else { return Response(status: .badRequest) }
    var request: BackchannelRequests.Request?
    switch decision {
    case "approve":
      let named = parameters["subject"].flatMap { name in settings.people.first { $0.subject == name } }
      request = await apps.settle(
        number: number,
        as: .approved(named ?? asked.person, level: parameters["level"] ?? ProviderState.levels[2], time: Date()))
    case "deny": request = await apps.settle(number: number, as: .denied)
    case "slow-down":
      await apps.slowDown(number: number, times: parameters["times"].flatMap(Int.init) ?? 1)
      return Response(status: .noContent)
    default: request = await apps.settle(number: number, as: .ended(error: decision))
    }
    guard let request else { return Response(status: .conflict) }
    await notify(of: request)
    return Response(status: .noContent)
  }

  // MARK: Ping mode

  /// Says to the client that there is news (§10.2).
  private func notify(of request: BackchannelRequests.Request) async {
    guard let token = request.notificationToken, let endpoint = settings.notificationEndpoint else { return }
    let body: JSONValue = ["auth_req_id": .string(request.id)]
    let answer = try? await notifier.perform(
      HTTPClient.Request(
        url: endpoint, body: body.compact(),
        headers: ["Content-Type: application/json", "Authorization: Bearer \(token)"]))
    if answer?.status != 204 {
      logger.warning("the client did not take a notification", metadata: ["status": "\(answer?.status ?? 0)"])
    }
  }
}
