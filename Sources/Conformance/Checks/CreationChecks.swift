internal import WireJSON

extension Section {
  private static let create = "credentials/create"
  private static let delete = "credentials/delete"

  /// Methods of 2.1 and later, of which only request, answer and scopes are public.
  static let creation = Section(
    title: "credentials/create, credentials/delete",
    checks: createRows + orders + deleteRows + deletion)

  private static func row(
    _ number: Int, _ change: @escaping @Sendable (JSONValue) -> JSONValue
  ) -> Check {
    Check(number, needs: create) { session in
      let token = try await session.creationToken()
      _ = try await session.api.call(create, change(try session.creationRequest()), .bearer(token))
    }
  }

  /// One fault in a request that would be right, with one token for all.
  private static let createRows = [
    Check(110401, needs: create) { try await $0.malformedHeader(create) },
    row(110402) { $0.without("credentialCreationRequest") },
    row(110402) { $0.with(["credentialCreationRequest": "x"]) },
    row(110403) { $0.with(["credentialCreationRequest": [:]]) },
    row(110404) { $0.with(["credentialCreationRequest": ["certificatePolicy": "1.2.3.4.5"]]) },
    row(110405) { $0.inCreation(["subjectData": "x"]) },
    row(110406) { $0.with(["credentialInfo": true, "certificates": "all"]) },
    row(110407) { $0.with(["credentialInfo": true, "certInfo": "x"]) }, row(110408) { $0.with(["authData": "x"]) },
  ]

  private static let orders = [
    Check(311, needs: create) { session in
      let before = try await session.listedCredentials()
      try await session.api.call(create, try session.creationRequest()).refusedToken()
      try await session.requireListed(before, after: "credentials/create with a service token")
    },
    Check(312, needs: create) { session in
      let before = try await session.listedCredentials()
      let (id, token) = try await session.make()
      try await session.requireListed(before.union([id]), after: "credentials/create")
      let info = try await session.api.call("credentials/info", ["credentialID": .string(id), "certInfo": true])
      try info.require(info.status == 200, "200, since the list has this credential")
      let again = try await session.api.call(create, try session.creationRequest(), .bearer(token))
      try again.require(again.status >= 400 && again.error != nil, "a refusal: one authorization, one credential")
      try await session.requireListed(before.union([id]), after: "a second use of the token")
    },
  ]

  private static let deleteRows = [
    Check(110501, needs: delete) { try await $0.malformedHeader(delete) },
    Check(110502, needs: create, delete) { session in
      for request: JSONValue in [[:], ["credentialID": 5]] { try await session.faultyDeletion(request) }
    },
    Check(110503, needs: create, delete) { session in
      try await session.faultyDeletion(["credentialID": .string("unknown-\(session.randomText())")])
    },
    Check(110504, needs: create, delete) { session in
      let made = try await session.made()
      guard let other = try await session.listedCredentials().first(where: { $0 != made }) else {
        throw Finding.missing("the user has no second credential")
      }
      try await session.faultyDeletion(["credentialID": .string(other)])
    },
  ]

  private static let deletion = [
    Check(313, needs: create, delete) { session in
      // One that the run made itself, should it be deleted after all.
      let id = try await session.made()
      let before = try await session.listedCredentials()
      try await session.api.call(delete, Session.deletionRequest(id)).refusedToken()
      try await session.requireListed(before, after: "credentials/delete with a service token")
    },
    Check(314, needs: create, delete) { session in
      let id = try await session.made()
      let before = try await session.listedCredentials()
      let token = try await session.deletionToken()
      let exchange = try await session.api.call(delete, Session.deletionRequest(id), .bearer(token))
      try exchange.require(
        [200, 204].contains(exchange.status) && exchange.answer.body.isEmpty, "204, or 200 without content")
      session.madeCredential = nil
      session.ordered = [:]
      try await session.requireListed(before.subtracting([id]), after: "credentials/delete")
    },
  ]
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
  func made() async throws -> String {
    if let madeCredential { return madeCredential }
    return try await make().id
  }

  /// - Parameter more: members of the request next to credentialCreationRequest.
  fileprivate func make(
    _ more: KeyValuePairs<String, JSONValue> = ["credentialInfo": true, "certificates": "chain", "certInfo": true]
  ) async throws -> (id: String, token: String) {
    let token = try await creationToken()
    ordered["credential-creation"] = nil
    let exchange = try await api.call("credentials/create", try creationRequest().with(more), .bearer(token))
    try exchange.require(exchange.status == 201, "201 and the new credential")
    let id = try exchange.string("credentialID")
    madeCredential = id
    return (id, token)
  }

  /// The token for the next creation.
  fileprivate func creationToken() async throws -> String {
    try await ordered("credential-creation", "certificatePolicy", try policy())
  }

  /// The token for the deletion of the credential that the run made.
  func deletionToken() async throws -> String {
    let id = try await made()
    pinOnPages = run.newPIN
    defer { pinOnPages = nil }
    return try await ordered("credential-deletion", "credentialID", id)
  }

  static func deletionRequest(_ id: String) -> JSONValue {
    ["credentialDeletionRequest": ["credentialID": .string(id)]]
  }

  /// A credential that is made with all its details told, and deleted again.
  func provokeCreation() async throws {
    guard has("credentials/create"), has("credentials/delete"), madeCredential == nil, (try? policy()) != nil else {
      return
    }
    _ = try await make(["credentialInfo": true, "certificates": "chain", "certInfo": true, "authInfo": true])
    try await deleteMade()
  }

  private func deleteMade() async throws {
    let id = try await made()
    let exchange = try await api.call(
      "credentials/delete", Self.deletionRequest(id), .bearer(try await deletionToken()))
    try exchange.require([200, 204].contains(exchange.status), "204")
    madeCredential = nil
    ordered["credential-deletion"] = nil
  }

  /// Makes the credential with the request that the text prints.
  func makeBySample(_ sample: PublishedText.Sample) async throws {
    if madeCredential != nil { try await deleteMade() }
    let token = try await creationToken()
    ordered["credential-creation"] = nil
    let exchange = try await send(sample, try subjectValues(), .bearer(token))
    try exchange.require(exchange.status == 201, "201 and the new credential")
    madeCredential = try exchange.string("credentialID")
    ordered["credential-deletion"] = nil
  }

  /// Deletes the credential that the run made with the request that the text prints.
  func deleteBySample(_ sample: PublishedText.Sample) async throws {
    let id = try await made()
    let exchange = try await send(sample, ["credentialID": [.string(id)]], .bearer(try await deletionToken()))
    try exchange.isEmpty204()
    madeCredential = nil
    ordered = [:]
  }

  /// A request with another object than the right one.
  fileprivate func faultyDeletion(_ request: JSONValue) async throws {
    let token = try await deletionToken()
    _ = try await api.call("credentials/delete", ["credentialDeletionRequest": request], .bearer(token))
  }

  private func ordered(_ scope: String, _ parameter: String, _ value: String) async throws -> String {
    // Such tokens are brief, and some need a person.
    if let kept = ordered[scope], clock.now() < kept.expires - 3 { return kept.token }
    return try keep(try await order(scope, parameter, value), scope)
  }

  /// Remembers the token of an answer for the next creation or deletion.
  @discardableResult
  func keep(_ answer: Exchange, _ scope: String) throws -> String {
    let token = try answer.string("access_token")
    ordered[scope] = (token, clock.now() + (answer.json?["expires_in"]?.seconds ?? 3600))
    return token
  }

  /// The answer with the access token that the user's consent gives.
  fileprivate func order(_ scope: String, _ parameter: String, _ value: String) async throws -> Exchange {
    let attempt = try attempt(scope: scope).with(parameter, value)
    let exchange = try await redeem(try await code(attempt).code, attempt)
    try exchange.succeeded()
    return exchange
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

extension JSONValue {
  /// A request of credentials/create with members of its object replaced or added.
  fileprivate func inCreation(_ changes: KeyValuePairs<String, JSONValue>) -> JSONValue {
    with(["credentialCreationRequest": (object?["credentialCreationRequest"] ?? [:]).with(changes)])
  }
}
