import Synchronization
import Foundation
import HTTPTypes
import Hummingbird
import WireJSON

extension TestService {
  func issue(grant: String, isRefresh: Bool = false, user: String? = "alice") -> String {
    let text = UUID().uuidString
    state.withLock { $0.tokens[text] = Token(isRefresh: isRefresh, grant: grant, user: user) }
    return text
  }

  /// Whether there was such a token.
  func revoke(_ text: String) -> Bool {
    state.withLock { state in
      if state.warrants[text] != nil {
        state.warrants[text]?.isDead = true
        return true
      }
      guard let token = state.tokens[text] else { return false }
      if has(.keepsRevokedTokens) { return true }
      state.tokens[text] = nil
      if token.isRefresh { state.tokens = state.tokens.filter { $0.value.grant != token.grant } }
      return true
    }
  }

  func makeWarrant(_ credential: String, _ count: Int, _ digests: [String]?) -> String {
    let sad = UUID().uuidString
    state.withLock {
      $0.warrants[sad] = Warrant(credential: credential, left: count, digests: digests, expires: clock.now() + 20)
    }
    return sad
  }

  func send(_ credential: String) {
    let code = "\(Int.random(in: 100_000...999_999))"
    state.withLock { state in
      state.codes[credential] = code
      state.messages.append([
        "id": .string(UUID().uuidString), "credentialID": .string(credential), "code": .string(code),
      ])
    }
  }
}

extension Call {
  private var hashes: String { isV1 ? "hash" : "hashes" }

  func authorize() throws -> Response {
    let credential = try credential()
    guard credential.isEnabled else {
      throw TestService.Refusal(text: "The credential identified by credentialID is disabled")
    }
    let count = try count()
    guard count >= 1 else { throw TestService.Refusal(text: "Invalid value for parameter numSignatures") }
    guard count <= 5 else { throw TestService.Refusal(text: "Numbers of signatures is too high") }
    let digests = try value(hashes)?.array?.compactMap(\.string)
    if digests != nil, !isV1, try value("hashAlgorithmOID") == nil { throw invalid("hashAlgorithmOID") }
    guard digests != nil || credential.scal == 1 else {
      throw TestService.Refusal(text: "Missing (or invalid type) array parameter \(hashes)")
    }
    if ["PHONE", "PAGE"].contains(credential.factors.first) {
      let handle = UUID().uuidString
      service.state.withLock { state in
        state.codes[handle] = "pending"
        guard credential.factors == ["PAGE"] else { return }
        state.wrongAnswers[handle] = 0
        state.messages.append([
          "id": .string(handle), "credentialID": .string(credential.id),
          "text": .string("Please look at \(TestService.base)/confirm/\(handle) soon"),
        ])
      }
      return Response(json: ["handle": .string(handle)], status: .accepted)
    }
    try check(credential)
    return Response(json: ["SAD": .string(service.makeWarrant(credential.id, count, digests)), "expiresIn": 20])
  }

  private func count() throws -> Int {
    switch try value("numSignatures") {
    case .integer(let number): return Int(number)
    case .string(let text) where has(.takesCountAsText): return Int(text) ?? 1
    default: throw TestService.Refusal(text: "Missing (or invalid type) integer parameter numSignatures")
    }
  }

  private func check(_ credential: TestService.Credential) throws {
    let entries = try value("authData")?.array ?? []
    for factor in credential.factors {
      let entry = entries.compactMap(\.object).first { $0["id"]?.string == factor }
      let given = isV1 ? try value(factor == "SMS" ? "OTP" : factor)?.string : entry?["value"]?.string
      if factor == "PIN" { try checkPIN(given, credential) } else { try checkCode(given, credential) }
    }
  }

  private func checkPIN(_ given: String?, _ credential: TestService.Credential) throws {
    let tries = service.state.withLock { $0.wrongPINs[credential.id, default: 0] }
    guard tries < 5 else {
      throw TestService.Refusal(text: has(.locksInOtherWords) ? "Locked" : isV1 ? "PIN locked" : "Credential locked")
    }
    guard given == TestService.pin || has(.takesWrongPIN) else {
      service.state.withLock { $0.wrongPINs[credential.id, default: 0] += 1 }
      throw isV1
        ? TestService.Refusal(code: "invalid_pin", text: "The PIN is invalid")
        : TestService.Refusal(code: "invalid_authentication_data", text: "The authentication data is invalid")
    }
    service.state.withLock { $0.wrongPINs[credential.id] = 0 }
  }

  private func checkCode(_ given: String?, _ credential: TestService.Credential) throws {
    let code = service.state.withLock { $0.codes.removeValue(forKey: credential.id) }
    guard given != nil, given == code else {
      throw isV1
        ? TestService.Refusal(code: "invalid_otp", text: "The OTP is invalid")
        : TestService.Refusal(code: "invalid_authentication_data", text: "The authentication data is invalid")
    }
  }

  func sendOTP() throws -> Response {
    let credential = try credential()
    service.send(credential.id)
    guard has(.tellsCode) else { return Response(status: .noContent) }
    return Response(json: ["code": .string(service.state.withLock { $0.codes[credential.id] ?? "" })])
  }

  func getChallenge() throws -> Response {
    let credential = try credential()
    let object = try string("authObjectID")
    guard credential.factors.contains(object), object != "PIN" || has(.takesAnyChallengeObject) else {
      if has(.takesAnyChallengeObject) { return Response(json: ["challenge": "77"]) }
      throw invalid("authObjectID")
    }
    guard object == "SMS" else { return Response(json: ["challenge": "7730-1182"]) }
    service.send(credential.id)
    return Response(status: .noContent)
  }

  /// The first question is answered with another handle, the second with the SAD.
  func authorizeCheck() throws -> Response {
    let handle = try string("handle")
    try checkAnswers(handle)
    let known = service.state.withLock { state in
      defer { if state.codes[handle] == "pending" { state.codes[handle] = "confirmed" } }
      return state.codes[handle]
    }
    switch known {
    case "pending": return Response(json: ["handle": .string(handle)], status: .accepted)
    case nil where !has(.knowsEveryHandle): throw invalid("handle")
    default: return Response(json: ["SAD": .string(service.makeWarrant("phone", 1, nil))])
    }
  }

  /// Three wrong answers end an authorization, five in all the credential.
  private func checkAnswers(_ handle: String) throws {
    let (own, all) = service.state.withLock { ($0.wrongAnswers[handle] ?? 0, $0.wrongAnswers.values.reduce(0, +)) }
    if all >= 5 { throw TestService.Refusal(text: has(.locksInOtherWords) ? "Locked" : "Credential locked") }
    if own >= 3 {
      throw TestService.Refusal(code: "invalid_authentication_data", text: "The authentication data is invalid")
    }
  }

  func extend() throws -> JSONValue {
    let credential = try credential()
    let sad = try string("SAD")
    let digests = try value(hashes)?.array?.compactMap(\.string)
    guard digests != nil || credential.scal == 1 else {
      throw TestService.Refusal(text: "Missing (or invalid type) array parameter \(hashes)")
    }
    let left = try service.state.withLock { state in
      guard let warrant = state.warrants[sad], !warrant.isDead, warrant.credential == credential.id, warrant.left > 0
      else { throw invalid("SAD") }
      guard service.clock.now() < warrant.expires else { throw TestService.Refusal(text: "SAD expired") }
      state.warrants[sad]?.isDead = !has(.extendsForFree)
      return warrant.left
    }
    return ["SAD": .string(service.makeWarrant(credential.id, has(.extendsForFree) ? 5 : left, digests))]
  }
}
