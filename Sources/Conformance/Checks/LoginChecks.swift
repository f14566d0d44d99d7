internal import Octets
internal import WireJSON

extension Section {
  static let login = Section(
    title: "auth/login",
    checks: [
      Check(34, 35, needs: "auth/login") { session in
        let exchange = try await session.logIn()
        try exchange.succeeded()
        let token = try exchange.string("access_token")
        try exchange.require(exchange.json?["refresh_token"] == nil, "no refresh_token without rememberMe")
        session.spareTokens.append(token)
      },
      Check(36, needs: "auth/login") { _ = try await $0.rememberedLogIn() },
      Check(37, needs: "auth/login") { session in
        let refresh = try await session.rememberedLogIn().refresh
        let exchange = try await session.api.call("auth/login", ["refresh_token": .string(refresh)], .none)
        try exchange.succeeded()
        let token = try exchange.string("access_token")
        let used = try await session.api.call("credentials/list", [:], .bearer(token))
        try used.require(used.status == 200, "200 with the new access token")
        session.spareTokens.append(token)
      },
      Check(38, 39, 110201, needs: "auth/login") { session in
        for header in ["Basic *not base64*", "Basic", "Conformance abc"] {
          let exchange = try await session.api.call("auth/login", [:], .header(header))
          try exchange.refused("invalid_request", "Malformed authentication parameter.", status: [401])
        }
      },
      Check(40, 41, 110202, needs: "auth/login") { session in
        let header = "Basic \(Base64.encode(Array("nocolon".utf8)))"
        let exchange = try await session.api.call("auth/login", [:], .header(header))
        try exchange.refused("invalid_request", "Malformed username-password.")
      },
      Check(42, 110203, needs: "auth/login") { session in
        let exchange = try await session.api.call("auth/login", ["refresh_token": 5], .none)
        try exchange.refused("invalid_request", "Invalid string parameter: refresh_token")
      },
      Check(43, 110204, needs: "auth/login") { session in
        let exchange = try await session.api.call(
          "auth/login", ["refresh_token": .string(session.randomText(32))], .none)
        try exchange.refused("invalid_request", "Invalid refresh_token")
      },
      Check(44, 110205, needs: "auth/login") { session in
        guard let header = session.basicHeader(password: "wrong-\(session.randomText())") else {
          throw Finding.missing("--username is not given")
        }
        let exchange = try await session.api.call("auth/login", [:], .header(header))
        try exchange.refused("authentication_error", "An error occurred during authentication process")
        // So that wrong tries do not add up over runs.
        _ = try await session.logIn()
      },
      Check(45, needs: "auth/login") { session in
        let exchange = try await session.logIn()
        guard let life = exchange.json?["expires_in"] else {
          throw Finding.unseen("expires_in is absent, which means 3600 s, longer than a run")
        }
        try exchange.require((life.integer ?? 0) > 0, "expires_in as a number of seconds")
      },
    ])
}

extension Session {
  func logIn(_ body: JSONValue = [:]) async throws -> Exchange {
    guard let header = basicHeader() else { throw Finding.missing("--username and --password are not given") }
    return try await api.call("auth/login", body, .header(header))
  }

  /// A new log-in with a refresh token.
  func rememberedLogIn() async throws -> (access: String, refresh: String) {
    let exchange = try await logIn(["rememberMe": true])
    try exchange.succeeded()
    let access = try exchange.string("access_token")
    guard let refresh = exchange.json?["refresh_token"]?.string else {
      throw Finding.notOffered("the service gives no refresh tokens")
    }
    return (access, refresh)
  }
}
