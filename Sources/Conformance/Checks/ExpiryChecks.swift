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
      Check(149, needs: "signatures/signHash") { session in
        let activation = try await session.expired("signHash")
        let algorithm = try session.algorithm(activation.credential)
        let digests = activation.digests.isEmpty ? [session.digest(algorithm.hash)] : activation.digests
        try await session.sign(activation, digests, algorithm).refused("invalid_request", "SAD expired")
      },
      Check(134, needs: "credentials/extendTransaction") { session in
        let activation = try await session.expired("extendTransaction")
        let algorithm = try session.algorithm(activation.credential)
        try await session.extend(activation, [session.digest(algorithm.hash)], algorithm).refused()
      },
      Check(203, needs: "signatures/signDoc") { session in
        let activation = try await session.expired("signDoc")
        let body = try session.signDocBody(
          activation.credential, activation.sad, content: Session.documentContent)
        try await session.api.call("signatures/signDoc", body).refused("invalid_request", "SAD expired")
      },
      Check(203, needs: "signatures/signDoc") { session in
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
