import Vocabulary
internal import WireJSON

/// Only with credentials that exist to be locked.
extension Section {
  static let locking = Section(
    title: "locking",
    checks: [
      Check(111, needs: "credentials/authorize") { session in
        let (credential, exchange) = try await session.lockOTP()
        _ = credential
        try exchange.refused("invalid_request", "OTP locked")
      },
      Check(131, 111204, needs: "credentials/sendOTP") { session in
        let credential =
          session.version == .v1 ? try await session.lockOTP().0 : try await session.lockChallenge()
        guard session.version == .v2 || credential.otpIsOnline else {
          throw Finding.missing("no lockable credential with an online OTP is given")
        }
        let exchange = try await session.api.call("credentials/sendOTP", ["credentialID": .string(credential.id)])
        try exchange.refused("invalid_request", "OTP locked")
      },
      Check(110, needs: "credentials/authorize") { session in
        let exchange = try await session.lockPIN(
          try session.lockable("PIN") { $0.modeV1 == .explicit && $0.pin == .required && $0.otp == .forbidden })
        try exchange.refused("invalid_request", "PIN locked")
      },
      Check(113, 110809, needs: "credentials/authorize") { session in
        let exchange = try await session.lockPIN(
          try session.lockable("PIN") { credential in
            credential.modeV2 == .explicit && credential.objects.count == 1 && credential.objects[0].type == "Password"
              && credential.objects[0].generator == nil
          })
        try exchange.refused("invalid_request", "Credential locked")
      },
      Check(120, 110903, needs: "credentials/authorizeCheck") { session in
        let exchange = try await session.answerWrongly(until: ["invalid_authentication_data"])
        try exchange.refused("invalid_authentication_data", "The authentication data is invalid")
      },
      Check(121, 110904, needs: "credentials/authorizeCheck") { session in
        let exchange = try await session.answerWrongly(until: ["invalid_request"])
        try exchange.refused("invalid_request", "Credential locked")
      },
    ])
}

extension Session {
  /// More wrong tries than any service should allow.
  private static let mostTries = 12

  fileprivate func lockable(
    _ what: String, where fits: (CredentialFacts) -> Bool
  ) throws -> CredentialFacts {
    guard !subject.lockable.isEmpty else {
      throw Finding.missing("locks a credential for good; needs --may-lock and --lockable")
    }
    guard let credential = run.credentials.first(where: { subject.lockable.contains($0.id) && fits($0) }) else {
      throw Finding.missing("no lockable credential with \(what) is given")
    }
    return credential
  }

  /// Tries wrong PINs until the answer changes, which shows that no further try counts.
  fileprivate func lockPIN(_ credential: CredentialFacts) async throws -> Exchange {
    let wrong: JSONValue =
      version == .v1
      ? ["PIN": .string(wrongPIN)]
      : ["authData": [["id": .string(credential.objects.first?.id ?? ""), "value": .string(wrongPIN)]]]
    return try await lastOfTries(["invalid_pin", "invalid_authentication_data"]) {
      var body = signableBody(credential)
      for member in wrong.object?.members ?? [] { body = body.with([member.name: member.value]) }
      return try await api.call("credentials/authorize", body)
    }
  }

  /// Gives wrong PINs on another channel, over as many authorizations as it takes for one to end with such an error.
  fileprivate func answerWrongly(until errors: Set<String>) async throws -> Exchange {
    guard !subject.lockable.isEmpty else {
      throw Finding.unseen(
        "somebody would have to answer wrongly on another channel; or give --may-lock and --lockable")
    }
    var last: Exchange?
    for _ in 0..<4 {
      let pending = try await beginOutOfBand { subject.lockable.contains($0.id) }
      guard let link = pending.link else {
        throw Finding.unseen("the tool gives no wrong answers where the authorization is confirmed")
      }
      try await follow(link, pin: wrongPIN, mostTimes: Self.mostTries)
      let exchange = try await api.call("credentials/authorizeCheck", ["handle": .string(pending.handle)])
      if errors.contains(exchange.error ?? "") { return exchange }
      last = exchange
    }
    guard let last, last.status != 202 else {
      throw Finding.notOffered("wrong answers end no authorization")
    }
    return last
  }

  /// v1: tries wrong one-time passwords next to the right PIN, until the answer changes.
  fileprivate func lockOTP() async throws -> (CredentialFacts, Exchange) {
    let credential = try lockable("OTP") { $0.modeV1 == .explicit && $0.otp == .required }
    if credential.otpIsOnline {
      _ = try await api.call("credentials/sendOTP", ["credentialID": .string(credential.id)])
    }
    let exchange = try await lastOfTries(["invalid_otp"]) {
      var body = signableBody(credential).with(["OTP": .string(run.authenticator?.wrongCode() ?? "000000")])
      if credential.pin != .forbidden, let pin = subject.pin { body = body.with(["PIN": .string(pin)]) }
      return try await api.call("credentials/authorize", body)
    }
    return (credential, exchange)
  }

  /// v2: answers a challenge wrongly, next to the right PIN, until the answer changes.
  fileprivate func lockChallenge() async throws -> CredentialFacts {
    let credential = try lockable("a challenge") { credential in
      credential.modeV2 == .explicit && credential.objects.contains(where: \.isChallenge)
    }
    _ = try await api.call("credentials/sendOTP", ["credentialID": .string(credential.id)])
    let answers = credential.objects.map { object -> JSONValue in
      ["id": .string(object.id), "value": .string(object.isChallenge ? "000000" : subject.pin ?? "")]
    }
    _ = try await lastOfTries(["invalid_authentication_data"]) {
      try await api.call(
        "credentials/authorize", signableBody(credential).with(["authData": .array(answers)]))
    }
    return credential
  }

  private func lastOfTries(_ wrong: Set<String>, _ attempt: () async throws -> Exchange) async throws -> Exchange {
    var exchange = try await attempt()
    for _ in 1..<Self.mostTries where wrong.contains(exchange.error ?? "") { exchange = try await attempt() }
    if wrong.contains(exchange.error ?? "") {
      throw Finding.notOffered("nothing was locked after \(Self.mostTries) wrong tries")
    }
    return exchange
  }
}
