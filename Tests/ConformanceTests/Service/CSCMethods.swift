import Synchronization
import Foundation
import HTTPTypes
import Hummingbird
import WireJSON

extension TestService {
  private static let malformed =
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."

  static func methods(_ version: String) -> [String] {
    let both = [
      "auth/login", "auth/revoke", "credentials/list", "credentials/info", "credentials/authorize",
      "credentials/extendTransaction", "credentials/sendOTP", "signatures/signHash", "signatures/timestamp",
    ]
    return both
      + (version == "v1"
        ? []
        : [
          "credentials/authorizeCheck", "credentials/getChallenge", "signatures/signDoc", "signatures/signPolling",
          "credentials/create", "credentials/delete",
        ])
  }

  func call(_ method: String, _ version: String, _ request: Request) async throws -> Response {
    let buffer = try await request.body.collect(upTo: 1 << 20)
    let body = try JSONValue.parse(Array(buffer.readableBytesView), limits: .own).object ?? JSONObject()
    let header = request.headers[.authorization]
    guard method == "info" || Self.methods(version).contains(method) || has(.knowsEverything) else {
      throw Refusal(status: 501, text: "The requested method is not implemented")
    }
    let bearer = header.flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
    let call = Call(service: self, version: version, fields: body, bearer: bearer)
    switch method {
    case "info": return Response(json: call.info())
    case "auth/login": return Response(json: try call.logIn(header))
    default: break
    }
    if let bearer, let order = state.withLock({ $0.orders[bearer] }) {
      return try call.carryOut(order, bearer, method)
    }
    let token = try authenticate(header, method, version)
    if has(.breaksInside), method == "credentials/list", body.members.isEmpty {
      throw Refusal(status: 500, code: "server_error", text: "broken")
    }
    switch method {
    case "auth/revoke": return try call.revoke()
    case "credentials/list": return Response(json: try call.list(token))
    case "credentials/info": return Response(json: try call.credentialInfo())
    case "credentials/authorize": return try call.authorize()
    case "credentials/sendOTP": return try call.sendOTP()
    case "credentials/getChallenge": return try call.getChallenge()
    case "credentials/authorizeCheck": return try call.authorizeCheck()
    case "credentials/extendTransaction": return Response(json: try call.extend())
    case "signatures/signHash": return Response(json: try call.signHash())
    case "signatures/signDoc": return Response(json: try await call.signDoc())
    case "signatures/signPolling": return try call.poll(token)
    case "credentials/create", "credentials/delete": return try call.withoutOrder(method)
    case "signatures/timestamp": return Response(json: try await call.timestamp())
    default: throw Refusal(text: "Invalid parameter")
    }
  }

  private func authenticate(_ header: String?, _ method: String, _ version: String) throws -> Token {
    guard let header, header.hasPrefix("Bearer ") else {
      if version == "v2" { throw Refusal(text: "Malformed authorization header.") }
      switch method {
      case "credentials/sendOTP": throw Refusal(text: "Malformed authroization header.")
      case "auth/revoke", "credentials/extendTransaction":
        throw Refusal(text: Self.malformed.replacing("a required", with: "a REQUIRED"))
      default: throw Refusal(text: Self.malformed)
      }
    }
    let text = String(header.dropFirst(7))
    if let token = state.withLock({ $0.tokens[text] }), !token.isRefresh { return token }
    if let warrant = state.withLock({ $0.warrants[text] }), warrant.credential == "page" { return Token() }
    throw Refusal(
      status: has(.saysBadTokenAs400) ? 400 : 401, code: "invalid_token",
      text: "The token provided is not a valid OAuth access or refresh token.")
  }
}

/// One request in its version.
struct Call {
  let service: TestService
  let version: String
  let fields: JSONObject
  let bearer: String?

  var isV1: Bool { version == "v1" }
  func has(_ fault: Fault) -> Bool { service.has(fault) }

  func value(_ name: String) throws -> JSONValue? {
    let value = fields[name]
    if value == .null {
      if has(.refusesNulls) { throw TestService.Refusal(text: "Invalid parameter \(name)") }
      return nil
    }
    return value
  }

  func string(_ name: String) throws -> String {
    guard let text = try value(name)?.string else {
      throw TestService.Refusal(text: "Missing (or invalid type) string parameter \(name)")
    }
    return text
  }

  func invalid(_ name: String) -> TestService.Refusal { .init(text: "Invalid parameter \(name)") }

  func credential() throws -> TestService.Credential {
    let id = try string("credentialID")
    if service.state.withLock({ $0.made.contains(id) }) { return TestService.Credential(id: id) }
    guard let credential = TestService.credentials.first(where: { $0.id == id }) else { throw invalid("credentialID") }
    return credential
  }

  // MARK: info, log-in, tokens

  func info() -> JSONValue {
    var listed = TestService.methods(version)
    if has(.hidesMethod) { listed.removeAll { $0 == "credentials/list" } }
    var info: JSONObject = JSONObject([
      ("specs", .string(isV1 ? "1.0.4.0" : "2.0.0.0")), ("name", "Test service"),
      ("logo", .string(TestService.base + "/logo.png")), ("region", has(.saysRegionInWords) ? "Austria" : "AT"),
      ("lang", "en"), ("description", "Made to be broken."), ("authType", ["basic", "oauth2code", "oauth2client"]),
      ("oauth2", .string(TestService.base + (isV1 ? "/as1/" : "/as2"))),
      ("methods", .array(listed.map(JSONValue.string))),
    ])
    if fields["lang"]?.string == "de" {
      info["lang"] = "de"
      if !has(.speaksOneLanguage) { info["description"] = "Zum Zerbrechen gemacht." }
    }
    if has(.hasNoName) { info["name"] = nil }
    if !isV1 {
      info["asynchronousOperationMode"] = true
      info["signAlgorithms"] = ["algos": ["1.2.840.10045.4.3.2"]]
      info["signature_formats"] = ["formats": ["C"], "envelope_properties": [["Detached", "Attached"]]]
      info["conformance_levels"] = ["AdES-B-B"]
    }
    return .object(info)
  }

  func logIn(_ header: String?) throws -> JSONValue {
    if let refresh = fields["refresh_token"] {
      guard let text = refresh.string else {
        throw TestService.Refusal(text: "Invalid string parameter: refresh_token")
      }
      guard let token = service.state.withLock({ $0.tokens[text] }), token.isRefresh else {
        throw TestService.Refusal(text: "Invalid refresh_token")
      }
      return ["access_token": .string(service.issue(grant: token.grant)), "expires_in": 600]
    }
    guard let header, header.hasPrefix("Basic "), let data = Data(base64Encoded: String(header.dropFirst(6))),
      !data.isEmpty
    else { throw TestService.Refusal(status: 401, text: "Malformed authentication parameter.") }
    let parts = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { throw TestService.Refusal(text: "Malformed username-password.") }
    guard parts[0] == "alice", parts[1] == "secret-word" || has(.letsEveryoneIn) else {
      throw TestService.Refusal(
        code: "authentication_error", text: "An error occurred during authentication process")
    }
    let grant = UUID().uuidString
    var answer = JSONObject([("access_token", .string(service.issue(grant: grant))), ("expires_in", 600)])
    if fields["rememberMe"]?.bool == true || has(.givesRefreshUnasked) {
      answer["refresh_token"] = .string(service.issue(grant: grant, isRefresh: true))
    }
    return .object(answer)
  }

  func revoke() throws -> Response {
    let text = try string("token")
    if let hint = try value("token_type_hint"), !["access_token", "refresh_token"].contains(hint.string) {
      throw TestService.Refusal(text: "Invalid string parameter token_type_hint")
    }
    guard service.revoke(text) else { throw TestService.Refusal(text: "Invalid string parameter token") }
    return Response(status: .noContent)
  }

  // MARK: Credentials

  func list(_ token: TestService.Token) throws -> JSONValue {
    var ids = TestService.credentials.map(\.id).filter { !$0.hasPrefix("lock") }
    ids += service.state.withLock { $0.made.sorted() }
    if let user = try value("userID") {
      if token.user != nil {
        if !has(.listsForAnybody) { throw TestService.Refusal(text: "userID parameter MUST be null") }
      } else {
        guard let name = user.string, !name.isEmpty, name.count < 100 else { throw invalid("userID") }
        if name != "alice" { ids = [] }
      }
    }
    if isV1 {
      guard let page = try value("pageToken") else { return self.page(of: ids, from: 0) }
      guard let text = page.string, text.hasPrefix("from-"), let start = Int(text.dropFirst(5)) else {
        throw invalid("pageToken")
      }
      return self.page(of: ids, from: start)
    }
    var answer = JSONObject([("credentialIDs", .array(ids.map(JSONValue.string)))])
    let onlyValid = try value("onlyValid")?.bool == true
    if onlyValid {
      ids.removeAll { $0 == "off" }
      answer["credentialIDs"] = .array(ids.map(JSONValue.string))
      answer["onlyValid"] = true
    }
    guard try value("credentialInfo")?.bool == true else { return .object(answer) }
    answer["credentialInfos"] = .array(
      try TestService.credentials.filter { ids.contains($0.id) }.map { credential in
        var info = try detail(credential).object ?? JSONObject()
        info["credentialID"] = .string(credential.id)
        return .object(info)
      })
    return .object(answer)
  }

  private func page(of ids: [String], from start: Int) -> JSONValue {
    let asked = fields["maxResults"]?.integer ?? 50
    let size = asked < 1 ? 50 : Int(min(asked, 50))
    let end = min(start + size, ids.count)
    var answer = JSONObject([("credentialIDs", .array(ids[min(start, end)..<end].map(JSONValue.string)))])
    if end < ids.count { answer["nextPageToken"] = .string("from-\(has(.repeatsPages) ? max(start, end - 1) : end)") }
    return .object(answer)
  }

  func credentialInfo() throws -> JSONValue { try detail(credential()) }

  private func detail(_ credential: TestService.Credential) throws -> JSONValue {
    let kind = try value("certificates")?.string ?? "single"
    guard ["none", "single", "chain"].contains(kind) else { throw invalid("certificates") }
    var certificate = JSONObject([("status", "valid")])
    var text = Data(service.certificate).base64EncodedString()
    if has(.breaksBase64) { text.insert("\n", at: text.index(text.startIndex, offsetBy: 64)) }
    if kind != "none" { certificate["certificates"] = [.string(text)] }
    if try value("certInfo")?.bool == true {
      let name =
        has(.writesNamesWithSlashes) ? "/O=Countersign sandbox/CN=localhost" : "CN=localhost,O=Countersign sandbox"
      certificate["issuerDN"] = .string(name)
      certificate["subjectDN"] = .string(name)
      certificate["serialNumber"] = "4102030405060708090A0B0C0D0E0F10"
      certificate["validFrom"] = "20260101000000Z"
      certificate["validTo"] = "20300101000000Z"
    }
    let withFactors = try value("authInfo")?.bool == true
    var info = JSONObject([
      (
        "key",
        [
          "status": credential.isEnabled ? "enabled" : "disabled", "algo": ["1.2.840.10045.4.3.2"], "len": 256,
          "curve": "1.2.840.10045.3.1.7",
        ]
      ), ("cert", .object(certificate)),
      ("SCAL", has(.sendsSCALAsNumber) ? .integer(Int64(credential.scal)) : .string("\(credential.scal)")),
      ("multisign", 5),
    ])
    if isV1 { addFactorsV1(credential, withFactors, &info) } else { addFactorsV2(credential, withFactors, &info) }
    return .object(info)
  }

  private func addFactorsV1(_ credential: TestService.Credential, _ isWanted: Bool, _ info: inout JSONObject) {
    info["authMode"] = .string(credential.mode)
    guard isWanted, credential.mode == "explicit" else { return }
    let pin = credential.factors.contains("PIN")
    info["PIN"] = pin ? ["presence": "true", "format": "N"] : ["presence": "false"]
    info["OTP"] =
      credential.factors.contains("SMS")
      ? ["presence": "true", "type": "online", "format": "N", "ID": "SMS"] : ["presence": "false"]
  }

  private func addFactorsV2(_ credential: TestService.Credential, _ isWanted: Bool, _ info: inout JSONObject) {
    var auth = JSONObject([("mode", .string(credential.mode)), ("objects", [])])
    if isWanted, credential.mode == "explicit" {
      auth["expression"] = .string(credential.factors.joined(separator: " AND "))
      auth["objects"] = .array(
        credential.factors.map { id in
          let types = [
            "PIN": "Password", "SMS": "ChallengeResponse", "CARD": "ChallengeResponse", "PHONE": "ChallengeResponseOOB",
            "PAGE": "PasswordOOB",
          ]
          var object = JSONObject([("type", .string(types[id] ?? "")), ("id", .string(id))])
          if id == "CARD" { object["generator"] = "oidc" }
          return .object(object)
        })
    }
    info["auth"] = .object(auth)
    info["signatureQualifier"] = "eu_eidas_aes"
  }
}
