internal import WireJSON

extension Section {
  private static let method = "credentials/authorize"

  static let authorize = Section(
    title: method,
    checks: [
      Check(109, needs: method) { session in
        let (exchange, credential) = try await session.authorizeWithWrongOTP()
        if exchange.status == 200 {
          session.refusesWrongOTPAtOnce = false
          throw Finding.notOffered("the service checks one-time passwords later, at signHash")
        }
        session.refusesWrongOTPAtOnce = true
        try exchange.refused("invalid_otp", "The OTP is invalid")
        // A right one, so that wrong tries do not add up; it also shows item 95 with an OTP.
        try await session.authorizeRightly(credential)
      },
      Check(95, needs: method) { session in
        try await session.authorizeRightly(try session.credential("explicit") { $0.modeV1 == .explicit })
      },
      Check(95, needs: method) { session in
        // Codes that are sent are looked at with sendOTP.
        let credential = try session.credential("explicit with offline OTP") {
          $0.modeV1 == .explicit && $0.otp == .required && !$0.otpIsOnline
        }
        // Shown by the check of a wrong one already, where that could be made.
        if session.refusesWrongOTPAtOnce != true { try await session.authorizeRightly(credential) }
      },
      Check(96, needs: method) { session in
        let credential = try session.credential("implicit") { $0.modeV1 == .implicit }
        let digest = session.digest()
        let exchange = try await session.api.call(
          method, session.authorizeBody(credential, count: 1, digests: credential.scal == 2 ? [digest] : []))
        try exchange.succeeded()
        _ = try exchange.string("SAD")
      },
      Check(97, needs: method) { session in
        try await session.authorizeRightly(try session.credential("explicit") { $0.modeV2 == .explicit })
      },
      Check(97, needs: method) { session in
        let credential = try session.credential("explicit with an out-of-band challenge") { credential in
          session.objectsToUse(of: credential)?.contains(where: \.isChallenge) ?? false
        }
        try await session.authorizeRightly(credential)
      },
      Check(99, needs: method) { session in
        let credential = try session.inBandCredential { !session.usesAuthenticator($0) }
        let body = session.authorizeBody(credential, count: 1, digests: [session.digest()]).without("hashAlgorithmOID")
        try await session.authorizeCall(body, credential).refused()
      },
      Check(100, needs: method) { session in
        let credential = try session.inBandCredential("SCAL 2") { $0.scal == 2 }
        try await session.authorizeCall(session.authorizeBody(credential, count: 1, digests: []), credential).refused()
      },
      Check(101, needs: method) { session in
        let credential = try session.inBandCredential("SCAL 1") { $0.scal == 1 }
        let exchange = try await session.authorizeCall(
          session.authorizeBody(credential, count: 1, digests: []), credential)
        try exchange.succeeded()
        _ = try exchange.string("SAD")
      },
      Check(102, 110802, needs: method) { session in
        try await session.missingCredential(method, try await session.authorizeSample().body)
      },
      Check(103, 110803, needs: method) { session in
        try await session.unknownCredential(method, try await session.authorizeSample().body)
      },
      Check(104, 110804, needs: method) { session in
        guard
          let credential = session.run.credentials.first(where: {
            !$0.isEnabled && $0.certificateStatus != "expired" && !$0.isOAuth
          })
        else { throw Finding.missing("no disabled credential is given") }
        let body = session.authorizeBody(credential, count: 1, digests: credential.scal == 2 ? [session.digest()] : [])
        let exchange = try await session.api.call(method, try await session.withFactors(body, credential))
        try exchange.refused("invalid_request", "The credential identified by credentialID is disabled")
      },
      Check(105, 110805, needs: method) { session in
        let body = try await session.authorizeSample().body
        for body in [
          body.without("numSignatures"), body.with(["numSignatures": "1"]), body.with(["numSignatures": .real(1.5)]),
        ] {
          let exchange = try await session.api.call(method, body)
          try exchange.refused("invalid_request", Row.missing("numSignatures", type: "integer"))
        }
      },
      Check(106, 110806, needs: method) { session in
        let body = try await session.authorizeSample().body
        for number: Int64 in [0, -1] {
          let exchange = try await session.api.call(method, body.with(["numSignatures": .integer(number)]))
          try exchange.refused("invalid_request", "Invalid value for parameter numSignatures")
        }
      },
      Check(107, 110807, needs: method) { session in
        let (body, credential) = try await session.authorizeSample()
        let number = Int64(credential.multisign) + 1
        let exchange = try await session.api.call(method, body.with(["numSignatures": .integer(number)]))
        try exchange.refused("invalid_request", "Numbers of signatures is too high")
      },
      Check(108, needs: method) { session in
        let credential = try session.credential("PIN") {
          $0.modeV1 == .explicit && $0.pin == .required && $0.otp != .required
        }
        let body = session.signableBody(credential)
        let exchange = try await session.api.call(method, body.with(["PIN": .string(session.wrongPIN)]))
        // The right one next, whatever came: wrong tries must not add up to a lock.
        let right = try await session.authorizeCall(body, credential)
        try exchange.refused("invalid_pin", "The PIN is invalid")
        try right.succeeded()
      },
      Check(112, 110808, needs: method) { session in
        let credential = try session.credential("PIN") { credential in
          session.objectsToUse(of: credential).map {
            $0.count == 1 && $0[0].type == "Password" && $0[0].generator == nil
          } ?? false
        }
        let id = session.objectsToUse(of: credential)?.first?.id ?? ""
        let body = session.signableBody(credential)
        let exchange = try await session.api.call(
          method, body.with(["authData": [["id": .string(id), "value": .string(session.wrongPIN)]]]))
        let right = try await session.authorizeCall(body, credential)
        try exchange.refused("invalid_authentication_data", "The authentication data is invalid")
        try right.succeeded()
      },
      Check(114, 115, 110801, needs: method) { try await $0.malformedHeader(method) },
      Check(116, needs: method) { session in
        let credential = try session.inBandCredential { !session.usesAuthenticator($0) }
        let exchange = try await session.authorizeCall(session.signableBody(credential), credential)
        try exchange.succeeded()
        guard let life = exchange.json?["expiresIn"] else {
          throw Finding.unseen("expiresIn is absent, which means 3600 s, longer than a run")
        }
        try exchange.require((life.integer ?? 0) > 0, "expiresIn as a number of seconds")
      },
      Check(284, needs: method) { session in
        let credential = try session.inBandCredential("SCAL 2 with multisign over 1") {
          $0.scal == 2 && $0.multisign > 1
        }
        let exchange = try await session.authorizeCall(
          session.authorizeBody(credential, count: 2, digests: [session.digest()]), credential)
        try exchange.require(
          exchange.status == 200 && exchange.json?["SAD"]?.string != nil
            || exchange.status == 400 && exchange.error != nil,
          "200 with SAD, or 400, for one hash and two signatures")
      },
    ])
}

extension Session {
  /// A PIN that looks right and is wrong.
  var wrongPIN: String {
    let pin = subject.pin ?? "00000000"
    let last = pin.last == "0" ? "1" : "0"
    return pin.dropLast() + last
  }

  /// A right request without factors, with digests where they are needed.
  func signableBody(_ credential: CredentialFacts) -> JSONValue {
    authorizeBody(credential, count: 1, digests: credential.scal == 2 ? [digest()] : [])
  }

  /// A right request with its factors, to be given one fault. Not for one-time passwords: each fault would cost one.
  fileprivate func authorizeSample() async throws -> (body: JSONValue, credential: CredentialFacts) {
    let credential = try inBandCredential("PIN or") { cost(of: $0) ?? 99 < 20 }
    return (try await withFactors(signableBody(credential), credential), credential)
  }

  func authorizeRightly(_ credential: CredentialFacts) async throws {
    let exchange = try await authorizeCall(signableBody(credential), credential)
    try exchange.succeeded()
    _ = try exchange.string("SAD")
    try exchange.require(exchange.json?["handle"] == nil, "no handle")
  }

  /// v1: everything right but the one-time password.
  func authorizeWithWrongOTP() async throws -> (Exchange, CredentialFacts) {
    let credential = try credential("offline OTP") {
      $0.modeV1 == .explicit && $0.otp == .required && !$0.otpIsOnline
    }
    guard let authenticator = run.authenticator else { throw Finding.missing("--totp-secret is not given") }
    var body = signableBody(credential).with(["OTP": .string(authenticator.wrongCode())])
    if credential.pin != .forbidden, let pin = subject.pin { body = body.with(["PIN": .string(pin)]) }
    return (try await api.call("credentials/authorize", body), credential)
  }
}
