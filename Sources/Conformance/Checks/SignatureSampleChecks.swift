internal import Octets
internal import WireJSON

/// Samples of oauth2/authorize and of the methods that sign.
extension Section {
  static let authorizationSamples = [
    sample("8.2.2", 1) { session, sample in
      let attempt = try session.attempt(from: sample)
      try await session.redeem(try await session.code(attempt).code, attempt).succeeded()
    },
    sample("8.2.2", 2, needs: "credentials/create") { session, sample in
      let attempt = try session.attempt(from: sample, try session.subjectValues())
      let answer = try await session.redeem(try await session.code(attempt).code, attempt)
      try answer.succeeded()
      try session.keep(answer, "credential-creation")
    },
    // Which certificate or credential is meant, a page may ask then.
    sample("8.2.2", 3, needs: "credentials/create") { try await $0.declineSample($1) },
    sample("8.2.2", 4, needs: "credentials/create", "credentials/delete") { session, sample in
      let id = try await session.made()
      let attempt = try session.attempt(from: sample, ["credentialID": [.string(id)]])
      session.pinOnPages = session.run.newPIN
      defer { session.pinOnPages = nil }
      let answer = try await session.redeem(try await session.code(attempt).code, attempt)
      try answer.succeeded()
      try session.keep(answer, "credential-deletion")
    },
    sample("8.2.2", 5, needs: "credentials/delete") { try await $0.declineSample($1) },
    sample("8.2.2", 6) { session, sample in
      try await session.authorizeBySample(sample, where: { $0.scal == 2 }) { credential in
        [
          "credentialID": [.string(credential.id)],
          "hashes": [.string(Base64.encodeURL(session.digest()))],
        ]
      }
    },
    sample("8.2.2", 8) { try await $0.declineSample($1, try $0.documentValues()) },
    sample("8.2.2", 9) { try await $0.declineSample($1, try $0.documentValues()) },
  ]

  static let signatureSamples = [
    sample("11.13", 1, needs: "signatures/signHash") { session, sample in
      let exchange = try await session.signBySample(sample)
      try exchange.succeeded()
      try exchange.require(try exchange.octets("signatures").count == 2, "two signatures")
    },
    sample("11.13", 2, needs: "signatures/signHash") { session, sample in
      try session.requireAsynchronous()
      _ = try await session.signBySample(sample).string("responseID")
    },
    sample("11.13", 3, needs: "signatures/signHash") { session, sample in
      try session.requireAsynchronous()
      let grant = try await session.newCredentialGrant(count: 2, where: Session.signsLikeSamples)
      let exchange = try await session.send(
        sample,
        [
          "credentialID": [.string(grant.credential.id)],
          "hashes": grant.digests.map { .string(Base64.encode($0)) },
        ], .bearer(grant.token))
      _ = try exchange.string("responseID")
    },
    sample("11.14", 1, needs: "signatures/signDoc") { session, sample in
      // It has both arrays, for which the section's table has an error: tables go before samples.
      let credential = try session.sampleCredential()
      let activation = try await session.activate(credential, [session.documentDigest], hash: .sha256)
      let exchange = try await session.send(
        sample,
        [
          "credentialID": [.string(credential.id)], "SAD": [.string(activation.sad)],
          "hashes": [.string(Base64.encode(session.documentDigest))],
          "document": [.string(Base64.encode(Session.documentContent))],
        ])
      try exchange.refused("invalid_request", "Both documentDigests and documents parameters passed")
    },
    sample("11.14", 2, needs: "signatures/signDoc") { session, sample in
      try session.requireLevel("AdES-B-T")
      let credential = try session.sampleCredential { $0.qualifier != nil }
      let activation = try await session.activate(credential, [session.documentDigest], hash: .sha256)
      let exchange = try await session.send(
        sample,
        [
          "signatureQualifier": [.string(credential.qualifier ?? "")], "SAD": [.string(activation.sad)],
          "hashes": [.string(Base64.encode(session.documentDigest))],
        ])
      try exchange.succeeded()
      try exchange.require(try exchange.octets("SignatureObject").count == 1, "one SignatureObject")
    },
    sample("11.14", 3, needs: "signatures/signDoc") { session, sample in
      try session.requireLevel("AdES-B-T")
      let grant = try await session.newCredentialGrant(count: 2) {
        Session.signsLikeSamples($0) && $0.qualifier != nil
      }
      let exchange = try await session.send(
        sample,
        [
          "signatureQualifier": [.string(grant.credential.qualifier ?? "")],
          "hashes": grant.digests.map { .string(Base64.encode($0)) },
        ], .bearer(grant.token))
      try exchange.succeeded()
      try exchange.require(try exchange.octets("SignatureObject").count == 2, "two of SignatureObject")
    },
    sample("11.15", 1, needs: "signatures/signPolling") { session, sample in
      let job = try await session.asynchronousHashJob(count: 1)
      let exchange = try await session.send(sample, ["requestID": [.string(job.id)]])
      try exchange.require([200, 202].contains(exchange.status), "200 with signatures, or 202")
    },
    sample("11.16", 1, needs: "signatures/timestamp") { session, sample in
      let exchange = try await session.send(sample, ["hash": session.hashes(1, .sha256)])
      try exchange.succeeded()
      _ = try exchange.string("timestamp")
    },
  ]
}

extension Session {
  /// Whether a credential can sign as the samples do: with rsaEncryption, several digests of SHA-256 at once.
  static func signsLikeSamples(_ credential: CredentialFacts) -> Bool {
    credential.algorithms.contains(Algorithm.rsaEncryption) && credential.multisign >= 2
  }

  /// One that is authorized in band.
  fileprivate func sampleCredential(where fits: (CredentialFacts) -> Bool = { _ in true }) throws -> CredentialFacts {
    try inBandCredential("rsaEncryption and multisign over 1,") { Self.signsLikeSamples($0) && fits($0) }
  }

  fileprivate func requireLevel(_ level: String) throws {
    guard info["conformance_levels"]?.array?.contains(.string(level)) ?? false else {
      throw Finding.notOffered("conformance_levels of info lacks \(level)")
    }
  }

  /// An authorization request that the text prints.
  func attempt(from sample: PublishedText.Sample, _ values: [String: [JSONValue]] = [:]) throws -> Attempt {
    let client = try client()
    let proof = ProofKey(random: run.ports.random)
    let own: [String: [JSONValue]] = [
      "client_id": [.string(client.id)], "redirect_uri": [.string(client.redirectURI)],
      "code_challenge": [.string(proof.challenge)], "state": [.string(randomText())],
    ]
    let fields = try sample.fields(own.merging(values) { $1 })
    return Attempt(parameters: fields, state: fields.value("state") ?? "", proof: proof)
  }

  /// Logs in and says no, which shows that the request was understood and gives nothing away.
  fileprivate func declineSample(
    _ sample: PublishedText.Sample, _ values: [String: [JSONValue]] = [:]
  ) async throws {
    let attempt = try attempt(from: sample, values)
    switch try await visit(attempt, declines: true) {
    case .page(let exchange): throw exchange.failure("a page where the person can say no")
    case .redirect(_, let parameters, let exchange):
      try exchange.require(
        parameters.value("error") == "access_denied", "error=access_denied after the person said no")
    }
  }

  fileprivate func authorizeBySample(
    _ sample: PublishedText.Sample, where fits: (CredentialFacts) -> Bool,
    _ values: (CredentialFacts) throws -> [String: [JSONValue]]
  ) async throws {
    let (_, attempt, code) = try await credentialCode(where: fits) { credential in
      try self.attempt(from: sample, try values(credential))
    }
    try await redeem(code, attempt).succeeded()
  }

  fileprivate func documentValues() throws -> [String: [JSONValue]] {
    [
      "signatureQualifier": [try qualifier()], "hash": hashes(2, .sha256), "label": ["Order 4711", "Order 4712"],
      "circumstantialData": ["signingTime=20261130120000+00'00'"],
    ]
  }

  fileprivate func signBySample(_ sample: PublishedText.Sample) async throws -> Exchange {
    let credential = try sampleCredential()
    let digests = [digest(), digest()]
    let activation = try await activate(credential, digests, hash: .sha256)
    return try await send(
      sample,
      [
        "credentialID": [.string(credential.id)], "SAD": [.string(activation.sad)],
        "hashes": digests.map { .string(Base64.encode($0)) },
      ])
  }

  /// Certificate policy and name of the person, as the person's certificates have it.
  func subjectValues() throws -> [String: [JSONValue]] {
    let names = run.credentials.lazy.compactMap { $0.certificates.first }.compactMap(cryptography.certificate)
      .compactMap(\.commonName)
    guard let policy = subject.certificatePolicy else { throw Finding.missing("--certificate-policy is not given") }
    guard let name = names.first, let blank = name.lastIndex(of: " ") else {
      throw Finding.missing("no certificate of the person with two names is given")
    }
    return [
      "certificatePolicy": [.string(policy)], "given_name": [.string(String(name[..<blank]))],
      "family_name": [.string(String(name[name.index(after: blank)...]))], "birthdate": ["1980-12-01"],
    ]
  }
}
