import Vocabulary
internal import WireJSON

extension Section {
  static let revoke = Section(
    title: "auth/revoke",
    checks: [
      Check(46, 16, 280, needs: "auth/revoke") { session in
        let token = try await session.expendableToken()
        let exchange = try await session.api.call("auth/revoke", ["token": .string(token)])
        try exchange.isEmpty204()
        for method in ["credentials/list", "credentials/info", "signatures/signHash"] where session.has(method) {
          let used = try await session.api.call(method, [:], .bearer(token))
          try used.unauthorized()
        }
      },
      Check(47, needs: "auth/revoke", "auth/login") { session in
        let tokens = try await session.rememberedLogIn()
        let exchange = try await session.api.call(
          "auth/revoke", ["token": .string(tokens.refresh), "token_type_hint": "refresh_token"])
        try exchange.isEmpty204()
        let used = try await session.api.call("credentials/list", [:], .bearer(tokens.access))
        try used.unauthorized()
      },
      Check(48, needs: "auth/revoke", "auth/login") { session in
        let tokens = try await session.rememberedLogIn()
        let exchange = try await session.api.call(
          "auth/revoke", ["token": .string(tokens.access), "token_type_hint": "access_token"])
        try exchange.isEmpty204()
        let refreshed = try await session.api.call("auth/login", ["refresh_token": .string(tokens.refresh)], .none)
        try refreshed.succeeded()
      },
      Check(49, 110301, needs: "auth/revoke") {
        try await $0.malformedHeader("auth/revoke", Row.malformedHeaderCapitals)
      },
      Check(50, 110302, needs: "auth/revoke") { session in
        for body: JSONValue in [[:], ["token": 5]] {
          try await session.api.call("auth/revoke", body).refused("invalid_request", Row.missing("token"))
        }
      },
      Check(51, 110303, needs: "auth/revoke") { session in
        let body: JSONValue = ["token": .string(session.randomText(32)), "token_type_hint": "foo"]
        let exchange = try await session.api.call("auth/revoke", body)
        try exchange.refused("invalid_request", "Invalid string parameter token_type_hint")
      },
      Check(52, 110304, needs: "auth/revoke") { session in
        let exchange = try await session.api.call("auth/revoke", ["token": .string(session.randomText(32))])
        try exchange.refused("invalid_request", "Invalid string parameter token")
      },
    ])
}

extension Session {
  /// An access token that no check needs.
  func expendableToken() async throws -> String {
    if let spare = spareTokens.popLast() { return spare }
    if has("auth/login"), basicHeader() != nil {
      let exchange = try await logIn()
      try exchange.succeeded()
      return try exchange.string("access_token")
    }
    return try await newGrant().access
  }

  /// The row of a method for a header that is not `Bearer …`.
  func malformedHeader(_ method: String, _ v1: String = Row.malformedHeader) async throws {
    let exchange = try await api.call(method, [:], .header("Conformance abc"))
    try exchange.refused("invalid_request", version == .v1 ? v1 : "Malformed authorization header.")
  }
}
