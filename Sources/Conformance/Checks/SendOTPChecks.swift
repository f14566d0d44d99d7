internal import WireJSON

extension Section {
  private static let method = "credentials/sendOTP"

  static let sendOTP = Section(
    title: method,
    checks: [
      Check(128, needs: method) { session in
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
      Check(129, needs: method) { try await $0.missingCredential(method, [:]) },
      Check(130, needs: method) { try await $0.unknownCredential(method, [:]) },
      Check(132, needs: method) { session in
        let exchange = try await session.api.call(method, [:], .header("Conformance abc"))
        // Misspelt in the source.
        try exchange.refused("invalid_request", "Malformed authroization header.")
      },
      .unseen(285, because: "it tells clients when to call the method"),
    ])
}
