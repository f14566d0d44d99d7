internal import WireJSON

/// Checks that wait, so they come late.
extension Section {
  static let expiry = Section(
    title: "one-time passwords and expired SADs",
    checks: [
      Check(97, needs: "credentials/authorize") { session in
        try await session.authorizeRightly(
          try session.credential("explicit with an authenticator") {
            $0.modeV2 == .explicit && session.usesAuthenticator($0)
          })
      },
      Check(149, 111324, needs: "signatures/signHash") { session in
        let activation = try await session.expired("signHash")
        let algorithm = try session.algorithm(activation.credential)
        let digests = activation.digests.isEmpty ? [session.digest(algorithm.hash)] : activation.digests
        try await session.sign(activation, digests, algorithm).refused("invalid_request", "SAD expired")
      },
      Check(100108, needs: "credentials/info") { session in
        let grant = try await session.credentialAuthorization()
        guard let expires = grant.expires, expires - session.clock.now() + 1.5 <= session.subject.patience else {
          throw Finding.missing(
            "tokens live longer than this run waits (--patience \(Seconds.text(session.subject.patience)))")
        }
        let wait = expires - session.clock.now() + 1.5
        if wait > 0 {
          session.run.note("waiting \(Seconds.text(wait)) s for a token to expire")
          await session.clock.sleep(seconds: wait)
        }
        _ = try await session.api.call(
          "credentials/info", ["credentialID": .string(grant.credential.id)], .bearer(grant.token))
      },
      Check(134, needs: "credentials/extendTransaction") { session in
        let activation = try await session.expired("extendTransaction")
        let algorithm = try session.algorithm(activation.credential)
        try await session.extend(activation, [session.digest(algorithm.hash)], algorithm).refused()
      },
      Check(203, 111433, needs: "signatures/signDoc") { session in
        let activation = try await session.expired("signDoc")
        let body = try session.signDocBody(
          activation.credential, activation.sad, content: Session.documentContent)
        try await session.api.call("signatures/signDoc", body).refused("invalid_request", "SAD expired")
      },
      Check(203, 111434, needs: "signatures/signDoc") { session in
        guard
          let credential = session.run.credentials.first(where: { $0.certificateStatus == "expired" && !$0.isOAuth })
        else { throw Finding.missing("no credential with an expired certificate is given") }
        let digest = session.documentDigest
        let authorized = try await session.authorizeCall(
          session.authorizeBody(credential, count: 1, digests: [digest]), credential)
        guard authorized.status == 200 else {
          throw Finding.notOffered("the service gives no SAD for an expired certificate")
        }
        let body = try session.signDocBody(
          credential, try authorized.string("SAD"), content: Session.documentContent)
        let exchange = try await session.api.call("signatures/signDoc", body)
        try session.saysCertificateExpired(exchange, credential)
      },
    ])
}
