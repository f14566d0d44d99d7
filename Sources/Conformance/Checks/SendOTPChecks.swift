import Vocabulary
internal import WireJSON

extension Section {
  private static let method = "credentials/sendOTP"

  static let sendOTP = Section(
    title: method,
    checks: [
      Check(128, 111291, needs: method) { session in
        if session.version == .v2 { return try await session.sendOneTimeCode() }
        guard
          let credential = session.run.credentials.first(where: {
            $0.isUsable && $0.otp != .forbidden && $0.otpIsOnline && !session.subject.lockable.contains($0.id)
          })
        else { throw Finding.missing("no credential with an online OTP is given") }
        guard session.run.mailbox != nil else {
          // Half of it can be seen.
          try await session.api.call(method, ["credentialID": .string(credential.id)]).isEmpty204()
          throw Finding.missing("answered 204; whether the code arrives needs --messages")
        }
        let code = try await session.oneTimePassword(for: credential)
        guard credential.modeV1 == .explicit, credential.pin == .forbidden || session.subject.pin != nil else { return }
        var body = session.signableBody(credential).with(["OTP": .string(code)])
        if credential.pin != .forbidden, let pin = session.subject.pin { body = body.with(["PIN": .string(pin)]) }
        let exchange = try await session.api.call("credentials/authorize", body)
        try exchange.require(exchange.status == 200, "200 with the code that was delivered")
      },
      Check(129, 111202, needs: method) { try await $0.missingCredential(method, [:]) },
      Check(130, 111203, needs: method) { try await $0.unknownCredential(method, [:]) },
      Check(132, 111201, needs: method) { session in
        let exchange = try await session.api.call(method, [:], .header("Conformance abc"))
        // Misspelt in the source of v1.
        try exchange.refused(
          "invalid_request",
          session.version == .v1 ? "Malformed authroization header." : "Malformed authorization header.")
      },
      .unseen(285, because: "it tells clients when to call the method"),
    ])
}

extension Session {
  /// v2: the method sends a code as credentials/getChallenge does. It is left for the sample of credentials/authorize.
  fileprivate func sendOneTimeCode() async throws {
    let credential = try credential("explicit with an out-of-band challenge") { credential in
      objectsToUse(of: credential)?.contains(where: \.isChallenge) ?? false
    }
    unusedCodes[credential.id] = nil
    guard let sample = PublishedText.sample("11.12", 1) else { return }
    unusedCodes[credential.id] = try await deliveredCode(for: credential) {
      try await send(sample, ["credentialID": [.string(credential.id)]])
    }
  }
}
