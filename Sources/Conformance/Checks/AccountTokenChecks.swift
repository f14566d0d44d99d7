internal import WireJSON

extension Section {
  static let accountToken = Section(
    title: "account_token",
    checks: [
      Check(272) { session in
        let (token, secret) = try session.accountToken()
        _ = try await session.code(try session.attempt().with("account_token", token.text(secret: secret)))
      },
      Check(273) { session in
        let (token, secret) = try session.accountToken()
        var faults = [("a wrong signature", token, "wrong-\(session.randomText())")]
        let changes: [(String, JSONValue)] = [
          ("another azp", token.payload.with(["azp": .string("unknown-\(session.randomText())")])),
          ("no sub", token.payload.without("sub")), ("no iat", token.payload.without("iat")),
          ("no jti", token.payload.without("jti")),
          ("an iat ten years ago", token.payload.with(["iat": .integer(Int64(session.clock.now()) - 315_360_000)])),
        ]
        for (name, payload) in changes {
          var faulty = token
          faulty.payload = payload
          faults.append((name, faulty, secret))
        }
        for (name, faulty, key) in faults {
          let end = try await session.visit(try session.attempt().with("account_token", faulty.text(secret: key)))
          if case .redirect(_, let parameters, let exchange) = end, parameters.value("code") != nil {
            throw exchange.failure("no code for an account_token with \(name)")
          }
        }
      },
      Check(290) { session in
        let (token, secret) = try session.accountToken()
        let text = token.text(secret: secret)
        _ = try await session.code(try session.attempt().with("account_token", text))
        let end = try await session.visit(try session.attempt().with("account_token", text))
        if case .redirect(_, let parameters, let exchange) = end, parameters.value("code") != nil {
          throw exchange.failure("no code for an account_token that was used before")
        }
      },
    ])
}

extension Session {
  /// A right one for the user.
  fileprivate func accountToken() throws -> (AccountToken, secret: String) {
    let (client, secret) = try confidentialClient()
    guard let account = subject.userID ?? subject.username else { throw Finding.missing("--username is not given") }
    return (
      AccountToken(account: account, client: client.id, issued: clock.now(), id: randomText(16)), secret
    )
  }
}
