internal import Octets
internal import WireJSON

/// The requests that the text prints, with values of this service and this subject in their gaps.
extension Section {
  static let samples = Section(
    title: "sample requests",
    checks: authorizationSamples + endpointSamples + tokenSamples + credentialSamples + authorizeSamples
      + signatureSamples)

  private static let endpointSamples = [
    sample("8.2.3", 1) { session, sample in
      let attempt = try session.attempt(from: sample)
      let exchange = try await session.push(attempt)
      try exchange.require(exchange.status == 201, "201 and a request_uri")
      session.pushedSample = (attempt, try exchange.string("request_uri"))
    },
    sample("8.2.3", 2) { session, sample in
      let hash = HashFunction.sha256
      let attempt = try session.attempt(
        from: sample,
        ["signatureQualifier": [try session.qualifier()], "hash": session.hashes(2, hash), "label": ["A", "B"]])
      let exchange = try await session.push(attempt)
      try exchange.require(exchange.status == 201, "201 and a request_uri")
    },
    sample("8.2.3", 3) { session, sample in
      guard let (attempt, uri) = session.pushedSample else { throw Finding.missing("nothing was pushed before") }
      var asked = try session.attempt(from: sample, ["request_uri": [.string(uri)]])
      asked = Attempt(parameters: asked.parameters, state: attempt.state, proof: attempt.proof)
      _ = try await session.code(asked)
    },
  ]

  private static let tokenSamples = [
    sample("8.2.4", 1) { session, sample in
      let attempt = try session.attempt()
      let code = try await session.code(attempt).code
      let form = try sample.fields(
        [
          "code": [.string(code)], "code_verifier": [.string(attempt.proof.verifier)],
        ].merging(try session.clientValues()) { $1 })
      let exchange = try await session.wire.post(
        try await session.server().token, "oauth2/token", form: form, authorization: nil)
      try exchange.succeeded()
    },
    sample("8.2.4", 2) { session, sample in
      guard let refresh = try await session.newGrant().refresh else {
        throw Finding.notOffered("refresh_token is OPTIONAL, and the server gives none")
      }
      let form = try sample.fields(["refresh_token": [.string(refresh)]].merging(try session.clientValues()) { $1 })
      let exchange = try await session.wire.post(
        try await session.server().token, "oauth2/token", form: form, authorization: nil)
      try exchange.succeeded()
    },
    sample("8.2.5", 1) { session, sample in
      guard let refresh = try await session.newGrant().refresh else {
        throw Finding.notOffered("refresh_token is OPTIONAL, and the server gives none")
      }
      let form = try sample.fields(["token": [.string(refresh)]].merging(try session.clientValues()) { $1 })
      let exchange = try await session.wire.post(
        try await session.server().revoke, "oauth2/revoke", form: form, authorization: nil)
      try exchange.isEmpty204()
    },
    sample("11.1", 1) { try await $0.send($1, [:], .none).succeeded() },
    sample("11.2", 1, needs: "auth/login") { session, sample in
      guard let header = session.basicHeader() else {
        throw Finding.missing("--username and --password are not given")
      }
      try await session.send(sample, [:], .header(header)).succeeded()
    },
    sample("11.3", 1, needs: "auth/revoke") { session, sample in
      let refresh = try await session.rememberedLogIn().refresh
      try await session.send(sample, ["token": [.string(refresh)]]).isEmpty204()
    },
  ]

  private static let credentialSamples = [
    sample("11.4", 1, needs: "credentials/create") { session, sample in
      try await session.makeBySample(sample)
    },
    sample("11.5", 1, needs: "credentials/create", "credentials/delete") { session, sample in
      try await session.deleteBySample(sample)
    },
    sample("11.5", 2, needs: "credentials/create", "credentials/delete") { session, sample in
      try await session.deleteBySample(sample)
    },
    sample("11.6", 1, needs: "credentials/list") { try await $0.send($1, [:]).succeeded() },
    sample("11.7", 1, needs: "credentials/info") { session, sample in
      try await session.send(sample, ["credentialID": [.string(try session.anyCredential().id)]]).succeeded()
    },
  ]

  private static let authorizeSamples = [
    sample("11.8", 1, needs: "credentials/authorize") { session, sample in
      let credential = try session.credential("two passwords") { credential in
        credential.multisign >= 2 && session.objectsToUse(of: credential)?.count == 2
      }
      let factors = try await session.withFactors([:], credential).object?["authData"]?.array ?? []
      let exchange = try await session.send(
        sample,
        [
          "credentialID": [.string(credential.id)], "hashes": session.hashes(2, .sha256),
          "id": factors.compactMap { $0.object?["id"] }, "value": factors.compactMap { $0.object?["value"] },
        ])
      try exchange.succeeded()
    },
    sample("11.9", 1, needs: "credentials/authorizeCheck") { session, sample in
      let pending = try await session.beginOutOfBand { $0.isUsable && !session.subject.lockable.contains($0.id) }
      let exchange = try await session.send(sample, ["handle": [.string(pending.handle)]])
      try exchange.require([200, 202].contains(exchange.status), "200 with SAD, or 202 with handle")
    },
    sample("11.11", 1, needs: "credentials/extendTransaction") { session, sample in
      let credential = try session.inBandCredential("SHA-256 and multisign over 1") {
        $0.multisign > 1 && Algorithm.preferred($0.algorithms)?.hash == .sha256
      }
      let digests = [session.digest(), session.digest()]
      let activation = try await session.activate(credential, digests, hash: .sha256)
      let exchange = try await session.send(
        sample,
        [
          "credentialID": [.string(credential.id)], "SAD": [.string(activation.sad)],
          "hashes": session.hashes(1, .sha256),
        ])
      try exchange.succeeded()
    },
  ]

  /// - Parameter run: is given the session and the sample, and fails unless the answer shows that it was understood.
  static func sample(
    _ section: String, _ place: Int, needs: String...,
    run: @escaping @Sendable (Session, PublishedText.Sample) async throws -> Void
  ) -> Check {
    guard let sample = PublishedText.sample(section, place) else {
      preconditionFailure("§\(section) has no sample \(place)")
    }
    return Check(sample.number, needing: needs) { try await run($0, sample) }
  }
}

extension Session {
  /// Sends a call that the text prints.
  func send(
    _ sample: PublishedText.Sample, _ values: [String: [JSONValue]], _ authorization: API.Authorization = .service
  ) async throws -> Exchange {
    try await api.call(sample.method, try sample.filled(values), authorization)
  }

  /// The client as OAuth 2.0 samples have it: with its secret in the body.
  func clientValues() throws -> [String: [JSONValue]] {
    let (client, secret) = try confidentialClient()
    return [
      "client_id": [.string(client.id)], "client_secret": [.string(secret)],
      "redirect_uri": [.string(client.redirectURI)],
    ]
  }

  func hashes(_ count: Int, _ hash: HashFunction) -> [JSONValue] {
    (0..<count).map { _ in .string(Base64.encode(digest(hash))) }
  }

  /// The qualifier of a credential that the log-in pages authorize.
  func qualifier() throws -> JSONValue {
    guard let qualifier = oauthCredentials(where: { $0.qualifier != nil }).first?.qualifier else {
      throw Finding.missing("no oauth2code credential with a signatureQualifier is given")
    }
    return .string(qualifier)
  }
}

extension PublishedText.Sample {
  /// The request with values in its gaps. Values of a name are used one after the other, and the last one again.
  func filled(_ values: [String: [JSONValue]]) throws -> JSONValue {
    var left = values
    return try Self.fill(request, "", &left)
  }

  /// The same as fields of a form or a query; what is no text is JSON there.
  func fields(_ values: [String: [JSONValue]]) throws -> [(name: String, value: String)] {
    (try filled(values).object?.members ?? []).map { member in
      (member.name, member.value.string ?? String(decoding: member.value.compact(), as: UTF8.self))
    }
  }

  private static func fill(
    _ value: JSONValue, _ name: String, _ values: inout [String: [JSONValue]]
  ) throws -> JSONValue {
    switch value {
    case .object(let object):
      var filled = JSONObject()
      for member in object.members { filled[member.name] = try fill(member.value, member.name, &values) }
      return .object(filled)
    case .array(let entries): return .array(try entries.map { try fill($0, name, &values) })
    case .string(gap):
      guard let next = values[name]?.first else { throw Finding.missing("there is no own value for \(name)") }
      if values[name, default: []].count > 1 { values[name]?.removeFirst() }
      return next
    default: return value
    }
  }
}
