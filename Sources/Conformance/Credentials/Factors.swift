import Vocabulary
internal import WireJSON

/// Sends the user's factors for a credential.
extension Session {
  /// Cost of authorizing with this credential in this version; nil if what was given does not suffice.
  /// One-time passwords are dear, because each is good once in half a minute.
  func cost(of credential: CredentialFacts) -> Int? {
    if mode(of: credential) == .oauth2code {
      return subject.client != nil && subject.username != nil && subject.password != nil ? 10 : nil
    }
    switch version {
    case .v1: return costV1(credential)
    case .v2: return objectsToUse(of: credential).map { $0.reduce(0) { $0 + cost(of: $1) } }
    }
  }

  func mode(of credential: CredentialFacts) -> CredentialFacts.Mode? {
    version == .v1 ? credential.modeV1 : credential.modeV2
  }

  private func costV1(_ credential: CredentialFacts) -> Int? {
    guard credential.modeV1 == .explicit else { return credential.modeV1 == .implicit ? 2 : nil }
    var cost = 0
    switch credential.pin {
    case .required: if subject.pin == nil { return nil }
    case .optional, .forbidden: break
    }
    switch credential.otp {
    case .required:
      guard let price = costOfOTP(credential) else { return nil }
      cost += price
    case .optional where !(credential.pin != .forbidden && subject.pin != nil):
      guard let price = costOfOTP(credential) else { return nil }
      cost += price
    case .forbidden where credential.pin == .forbidden: return nil
    case .optional, .forbidden: break
    }
    return cost
  }

  private func costOfOTP(_ credential: CredentialFacts) -> Int? {
    if credential.otpIsOnline { return run.mailbox != nil && has("credentials/sendOTP") ? 20 : nil }
    return run.authenticator != nil ? 50 : nil
  }

  private func cost(of object: CredentialFacts.Object) -> Int {
    switch object.type {
    case "ChallengeResponse": 20
    case "Password" where object.generator == "totp": 50
    default: 0
    }
  }

  /// v2: the authentication objects to be used; nil if the expression cannot be satisfied with what was given.
  func objectsToUse(of credential: CredentialFacts) -> [CredentialFacts.Object]? {
    guard credential.modeV2 == .explicit,
      let expression = AuthExpression(credential.expression, ids: credential.objects.map(\.id))
    else { return nil }
    let available = credential.objects.filter(canUse).sorted { cost(of: $0) < cost(of: $1) }
    return expression.cheapest(of: available.map(\.id))?.compactMap { id in available.first { $0.id == id } }
  }

  private func canUse(_ object: CredentialFacts.Object) -> Bool {
    switch (object.type, object.generator) {
    case ("Password", nil): subject.pin != nil
    case ("Password", "totp"): run.authenticator != nil
    case ("ChallengeResponse", let generator):
      generator != "oidc" && run.mailbox != nil && has("credentials/getChallenge")
    default: false
    }
  }

  // MARK: What goes into credentials/authorize

  /// Whether a TOTP is among the factors that will be sent.
  func usesAuthenticator(_ credential: CredentialFacts) -> Bool {
    version == .v1
      ? credential.otp == .required && !credential.otpIsOnline
      : objectsToUse(of: credential)?.contains { $0.generator == "totp" } ?? false
  }

  /// The request with the right factors added.
  func withFactors(_ body: JSONValue, _ credential: CredentialFacts) async throws -> JSONValue {
    version == .v1 ? try await withFactorsV1(body, credential) : try await withFactorsV2(body, credential)
  }

  private func withFactorsV1(_ body: JSONValue, _ credential: CredentialFacts) async throws -> JSONValue {
    guard credential.modeV1 == .explicit else { return body }
    var body = body
    if credential.pin != .forbidden, let pin = subject.pin { body = body.with(["PIN": .string(pin)]) }
    let hasPIN = body.object?["PIN"] != nil
    if credential.otp == .required || credential.otp == .optional && !hasPIN {
      body = body.with(["OTP": .string(try await oneTimePassword(for: credential))])
    }
    return body
  }

  /// v1: a code from the authenticator, or one that is sent now.
  func oneTimePassword(for credential: CredentialFacts) async throws -> String {
    if credential.otpIsOnline {
      return try await deliveredCode(for: credential) {
        try await api.call("credentials/sendOTP", ["credentialID": .string(credential.id)])
      }
    }
    guard let authenticator = run.authenticator else { throw Finding.missing("--totp-secret is not given") }
    return await authenticator.code()
  }

  private func withFactorsV2(_ body: JSONValue, _ credential: CredentialFacts) async throws -> JSONValue {
    var entries: [JSONValue] = []
    for object in objectsToUse(of: credential) ?? [] {
      entries.append(["id": .string(object.id), "value": .string(try await value(of: object, credential))])
    }
    return body.with(["authData": .array(entries)])
  }

  private func value(of object: CredentialFacts.Object, _ credential: CredentialFacts) async throws -> String {
    if object.isChallenge {
      return try await deliveredCode(for: credential) {
        try await api.call(
          "credentials/getChallenge", ["credentialID": .string(credential.id), "authObjectID": .string(object.id)])
      }
    }
    if object.generator == "totp", let authenticator = run.authenticator { return await authenticator.code() }
    return subject.pin ?? ""
  }

  /// Asks the service to send a code, and reads it where the user would. A code that was sent before and not used is
  /// good too: services limit how many messages they send.
  func deliveredCode(for credential: CredentialFacts, _ send: () async throws -> Exchange) async throws -> String {
    if let code = unusedCodes.removeValue(forKey: credential.id) { return code }
    guard let mailbox = run.mailbox else { throw Finding.missing("--messages is not given") }
    let before = await mailbox.messages()
    let exchange = try await patiently(send)
    try exchange.isEmpty204()
    guard let code = await mailbox.newCode(for: credential.id, since: before) else {
      throw exchange.failure("a code for this credential among the messages", received: "none within 10 s")
    }
    return code
  }

  /// Waits as long as a service that limits its messages says, and asks once more.
  func patiently(_ send: () async throws -> Exchange) async throws -> Exchange {
    let exchange = try await send()
    guard exchange.status == 429,
      let wait = exchange.answer.header("Retry-After").flatMap({ Seconds.finite(Double($0)) })
    else {
      return exchange
    }
    guard wait <= subject.patience else {
      throw Finding.missing("the service sends no further message for \(Seconds.text(wait)) s (--patience)")
    }
    run.note("waiting \(Seconds.text(wait)) s until the service sends another message")
    await clock.sleep(seconds: wait + 0.5)
    return try await send()
  }
}
