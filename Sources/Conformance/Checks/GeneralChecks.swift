import Vocabulary
internal import WireJSON

/// Observations over the whole run, and rules that belong to no method.
extension Section {
  static let general = Section(
    title: "in general",
    checks: [
      Check(11, 100109) { session in
        let methods = session.api.knownMethods.filter { $0 != "auth/login" && session.has($0) }
        guard !methods.isEmpty else { throw Finding.notOffered("no protected method is implemented") }
        for method in methods {
          let exchange = try await session.api.call(method, [:], .bearer(session.randomText(32)))
          try exchange.unauthorized()
        }
      },
      Check(13) { session in
        try await session.askForMoreMessages()
        try session.seen(429, "the service would have to be driven beyond its rate limits")
      },
      // Nothing here drives a service that far, but it may happen on the way.
      Check(14) { try $0.seen(503, "the service would have to be overloaded or under maintenance") },
      Check(15) { try $0.seen(500, "the service would have to break inside") },
      Check(17, 295) { session in
        guard session.has("credentials/list") else { throw Finding.notOffered("credentials/list is not implemented") }
        let options: JSONValue =
          session.version == .v1
          ? ["userID": .null, "maxResults": .null, "pageToken": .null, "clientData": .null]
          : [
            "userID": .null, "credentialInfo": .null, "certificates": .null, "certInfo": .null, "authInfo": .null,
            "onlyValid": .null, "lang": .null, "clientData": .null,
          ]
        try await session.expectSame("credentials/list", [:], with: options)
        let id = JSONValue.string(try session.anyCredential().id)
        try await session.expectSame(
          "credentials/info", ["credentialID": id],
          with: ["certificates": .null, "certInfo": .null, "authInfo": .null, "lang": .null, "clientData": .null])
        guard let credential = try? session.credential() else { return }
        let algorithm = try session.algorithm(credential)
        let digests = [session.digest(algorithm.hash)]
        let activation = try await session.activate(credential, digests, hash: algorithm.hash)
        var body = session.signBody(credential, activation.sad, digests, algorithm).with(["clientData": .null])
        if algorithm.parameters == nil { body = body.with(["signAlgoParams": .null]) }
        if session.version == .v2 {
          body = body.with(["operationMode": .null, "validity_period": .null, "response_uri": .null])
        }
        try session.verify(try await session.api.call("signatures/signHash", body), digests, algorithm, credential)
      },
      Check(294) { session in
        guard session.has("credentials/list") else { throw Finding.notOffered("credentials/list is not implemented") }
        let extras: JSONValue = ["auth_info": true, "client_data": "x", "conformance": ["a": 1]]
        try await session.api.call("info", extras, .none).succeeded()
        try await session.api.call("credentials/list", extras).succeeded()
        let id = JSONValue.string(try session.anyCredential().id)
        try await session.api.call("credentials/info", extras.with(["credentialID": id])).succeeded()
      },
      Check(3) { session in
        if let old = session.wire.observations.oldHTTP { throw old }
      },
      Check(8) { session in
        try await session.api.call("info", [:], .none).succeeded()
        try session.observed(session.wire.observations.successes, session.wire.observations.badSuccess)
      },
      Check(9) { session in
        try await session.provokeErrors()
        try session.observed(session.wire.observations.errors, session.wire.observations.badError)
      },
      Check(278) { session in
        try await session.provokeErrors()
        try session.observed(session.wire.observations.errors, session.wire.observations.undescribedError)
      },
      Check(10) { session in
        if let credential = session.run.credentials.first {
          _ = try await session.api.call("credentials/info", ["credentialID": .string(credential.id)])
        }
        try session.observed(session.wire.observations.base64Values, session.wire.observations.badBase64)
      },
    ])
}

extension Session {
  fileprivate func seen(_ status: Int, _ reason: String) throws {
    if !wire.observations.errorStatuses.contains(status) { throw Finding.unseen(reason) }
  }

  /// Two messages at once, where a person cannot be annoyed by them: services limit those before anything else.
  fileprivate func askForMoreMessages() async throws {
    guard run.mailbox != nil else { return }
    let (method, body): (String, JSONValue)
    if version == .v1, let credential = run.credentials.first(where: { $0.isUsable && $0.otpIsOnline }) {
      (method, body) = ("credentials/sendOTP", ["credentialID": .string(credential.id)])
    } else if version == .v2, let found = try await challenges().request {
      (method, body) = ("credentials/getChallenge", found)
    } else {
      return
    }
    for _ in 0..<2 where has(method) && !wire.observations.errorStatuses.contains(429) {
      _ = try await api.call(method, body)
    }
  }

  /// An error of each kind that costs nothing: without a method, without a right header, with a wrong token.
  fileprivate func provokeErrors() async throws {
    _ = try await api.call("credentials/conformance", [:], .none)
    for method in ["credentials/list", "credentials/info"] where has(method) {
      _ = try await api.call(method, [:], .header("Conformance abc"))
      _ = try await api.call(method, [:], .bearer(randomText(32)))
    }
  }

  /// Fails with what was found over the run; says nothing if there was nothing to look at.
  fileprivate func observed(_ count: Int, _ finding: Finding?) throws {
    if let finding { throw finding }
    if count == 0 { throw Finding.missing("no such answer came in this run") }
  }

  /// The answers with and without the optional members are the same.
  fileprivate func expectSame(_ method: String, _ body: JSONValue, with options: JSONValue) async throws {
    let plain = try await api.call(method, body)
    try plain.succeeded()
    var all = body.object ?? JSONObject()
    for member in options.object?.members ?? [] { all[member.name] = member.value }
    let exchange = try await api.call(method, .object(all))
    try exchange.require(
      exchange.status == plain.status && exchange.json == plain.json, "the answer that comes without the nulls")
  }
}
