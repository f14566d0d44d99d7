internal import WireJSON

extension Section {
  private static let create = "credentials/create"
  private static let delete = "credentials/delete"

  /// Methods of 2.1 and later, of which only request, answer and scopes are public.
  static let creation = Section(
    title: "credentials/create, credentials/delete",
    checks: [
      Check(311, needs: create) { session in
        let before = try await session.listedCredentials()
        try await session.api.call(create, try session.creationRequest()).refusedToken()
        try await session.requireListed(before, after: "credentials/create with a service token")
      },
      Check(312, needs: create) { session in
        let before = try await session.listedCredentials()
        let (id, token) = try await session.make()
        try await session.requireListed(before.union([id]), after: "credentials/create")
        let again = try await session.api.call(create, try session.creationRequest(), .bearer(token))
        try again.require(again.status >= 400 && again.error != nil, "a refusal: one authorization, one credential")
        try await session.requireListed(before.union([id]), after: "a second use of the token")
      },
      Check(313, needs: create, delete) { session in
        // One that the run made itself, should it be deleted after all.
        let id = try await session.made()
        let before = try await session.listedCredentials()
        try await session.api.call(delete, ["credentialID": .string(id)]).refusedToken()
        try await session.requireListed(before, after: "credentials/delete with a service token")
      },
      Check(314, needs: create, delete) { session in
        let id = try await session.made()
        let before = try await session.listedCredentials()
        session.pinOnPages = session.run.newPIN
        defer { session.pinOnPages = nil }
        let token = try await session.order("credential-deletion", "credentialID", id)
        let exchange = try await session.api.call(delete, ["credentialID": .string(id)], .bearer(token))
        try exchange.require(
          [200, 204].contains(exchange.status) && exchange.answer.body.isEmpty, "204, or 200 without content")
        session.madeCredential = nil
        try await session.requireListed(before.subtracting([id]), after: "credentials/delete")
      },
    ])
}

extension Session {
  fileprivate func policy() throws -> String {
    guard let policy = subject.certificatePolicy else { throw Finding.missing("--certificate-policy is not given") }
    return policy
  }

  fileprivate func creationRequest() throws -> JSONValue {
    ["credentialCreationRequest": ["certificatePolicy": .string(try policy()), "subjectData": [:]]]
  }

  /// The credential that the run had made; another one, if there is none.
  fileprivate func made() async throws -> String {
    if let madeCredential { return madeCredential }
    return try await make().id
  }

  fileprivate func make() async throws -> (id: String, token: String) {
    let token = try await order("credential-creation", "certificatePolicy", try policy())
    let exchange = try await api.call("credentials/create", try creationRequest(), .bearer(token))
    try exchange.require(exchange.status == 201, "201 and the new credential")
    let id = try exchange.string("credentialID")
    madeCredential = id
    return (id, token)
  }

  /// The access token that the user's consent gives.
  fileprivate func order(_ scope: String, _ parameter: String, _ value: String) async throws -> String {
    let attempt = try attempt(scope: scope).with(parameter, value)
    let exchange = try await redeem(try await code(attempt).code, attempt)
    _ = try exchange.succeeded()
    return try exchange.string("access_token")
  }

  fileprivate func listedCredentials() async throws -> Set<String> {
    let exchange = try await api.call("credentials/list")
    _ = try exchange.succeeded()
    return Set(try exchange.strings("credentialIDs"))
  }

  fileprivate func requireListed(_ expected: Set<String>, after what: String) async throws {
    let exchange = try await api.call("credentials/list")
    let found = Set(try exchange.strings("credentialIDs"))
    try exchange.require(found == expected, "after \(what) the credentials \(expected.sorted())")
  }
}

extension Exchange {
  fileprivate func refusedToken() throws {
    try require([401, 403].contains(status) && error != nil, "401 or 403, and a JSON object with error")
  }
}
