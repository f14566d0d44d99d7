import Vocabulary
internal import WireJSON

extension Section {
  static let signHash = Section(
    title: method, checks: amounts + signHashParameters + signHashAlgorithms + modes + results)

  private static let method = "signatures/signHash"

  /// Numbers of signatures, and the digests they are for.
  private static let amounts = [
    Check(140, 174, needs: method) { session in
      let credential = try session.credential("multisign of 3") { $0.multisign >= 3 }
      let algorithm = try session.algorithm(credential)
      let digests = (0..<3).map { _ in session.digest(algorithm.hash) }
      let activation = try await session.activate(credential, digests, hash: algorithm.hash)
      let exchange = try await session.sign(activation, digests, algorithm)
      try session.verify(exchange, digests, algorithm, credential)
      try exchange.require(exchange.json?["responseID"] == nil, "no responseID")
    },
    Check(174, needs: method) { session in
      let credential = try session.credential()
      let algorithm = try session.algorithm(credential)
      let digests = [session.digest(algorithm.hash)]
      let activation = try await session.activate(credential, digests, hash: algorithm.hash)
      let body = session.signBody(credential, activation.sad, digests, algorithm).with(["operationMode": "S"])
      let exchange = try await session.api.call(method, body)
      try session.verify(exchange, digests, algorithm, credential)
      try exchange.require(exchange.json?["responseID"] == nil, "no responseID")
    },
    Check(141, needs: method) { session in
      let credential = try session.credential()
      let algorithm = try session.algorithm(credential)
      // Of SCAL 2 the same digest twice: another one would be refused for what it is.
      let first = session.digest(algorithm.hash)
      let digests = [first, credential.scal == 2 ? first : session.digest(algorithm.hash)]
      let activation = try await session.activate(credential, [digests[0]], hash: algorithm.hash)
      try await session.sign(activation, digests, algorithm).refused()
    },
    Check(142, needs: method) { session in
      // Of SCAL 2 another digest would be refused for what it is, and the same one might be a client's retry.
      let credential = try session.scal1()
      let algorithm = try session.algorithm(credential)
      let digests = [session.digest(algorithm.hash), session.digest(algorithm.hash)]
      let activation = try await session.activate(credential, [digests[0]], hash: algorithm.hash)
      try await session.sign(activation, [digests[0]], algorithm).succeeded()
      try await session.sign(activation, [digests[1]], algorithm).refused()
    },
    Check(157, 158, 111309, needs: method) { session in
      let credential = try session.scal2()
      let algorithm = try session.algorithm(credential)
      let activation = try await session.activate(credential, [session.digest(algorithm.hash)], hash: algorithm.hash)
      let exchange = try await session.sign(activation, [session.digest(algorithm.hash)], algorithm)
      try exchange.refused(
        "invalid_request",
        session.version == .v1
          ? "Hash is not authorized by the SAD."
          : "Hash is not authorized by neither SAD nor an access token with scope “credential”.")
    },
    Check(159, needs: method) { session in
      let credential = try session.credential("SCAL 2 with multisign of 3") { $0.scal == 2 && $0.multisign >= 3 }
      let algorithm = try session.algorithm(credential)
      let digests = (0..<3).map { _ in session.digest(algorithm.hash) }
      let activation = try await session.activate(credential, digests, hash: algorithm.hash)
      let order = [digests[2], digests[0], digests[1]]
      try session.verify(try await session.sign(activation, order, algorithm), order, algorithm, credential)
    },
  ]

  private static let modes = [
    Check(175, needs: method) { session in
      _ = try await session.asynchronousHashJob()
    },
    Check(176, 111317, needs: method) { session in
      let exchange = try await session.faultySignHash(try session.credential()) { $0.with(["operationMode": "X"]) }
      try exchange.refused("invalid_request", Row.invalid("operationMode"))
    },
    Check(177, 111318, needs: method) { session in
      try session.requireAsynchronous()
      let exchange = try await session.faultySignHash(try session.credential()) {
        $0.with(["operationMode": "A", "validity_period": "soon"])
      }
      try exchange.refused("invalid_request", Row.invalid("validity_period"))
    },
    Check(178, 111319, needs: method) { session in
      try session.requireAsynchronous()
      let exchange = try await session.faultySignHash(try session.credential()) {
        $0.with(["operationMode": "A", "validity_period": 1_000_000_000_000_000])
      }
      try exchange.refused("invalid_request", "Out of bounds parameter validity_period")
    },
    Check(179, 111320, needs: method) { session in
      try session.requireAsynchronous()
      let exchange = try await session.faultySignHash(try session.credential()) {
        $0.with(["operationMode": "A", "response_uri": "not a URI"])
      }
      try exchange.refused("invalid_request", Row.invalid("response_uri"))
    },
  ]

  private static let results = [
    Check(145, needs: method) { session in
      let grant = try await session.newCredentialGrant(count: 1)
      let algorithm = try session.algorithm(grant.credential)
      let exchange = try await session.api.call(
        method, session.signBody(grant.credential, nil, grant.digests, algorithm), .bearer(grant.token))
      try session.verify(exchange, grant.digests, algorithm, grant.credential)
    },
    Check(146, 147, needs: method) { session in
      let grant = try await session.newCredentialGrant(count: 1)
      let algorithm = try session.algorithm(grant.credential)
      let exchange = try await session.api.call(
        method, session.signBody(grant.credential, grant.token, grant.digests, algorithm))
      try session.verify(exchange, grant.digests, algorithm, grant.credential)
    },
    Check(300, needs: method) { session in
      let credential = try session.credential("ECDSA") { credential in
        credential.algorithms.contains { Algorithm($0)?.scheme == .ecdsa }
      }
      guard let algorithm = Algorithm.preferred(credential.algorithms.filter({ Algorithm($0)?.scheme == .ecdsa }))
      else { return }
      try await session.signAndVerify(credential, algorithm)
    },
    Check(301, needs: method) { session in
      let credential = try session.credential("RSA") { $0.isRSA }
      let algorithm = try session.algorithm(credential)
      let digests = (0..<min(4, credential.multisign)).map { _ in session.digest(algorithm.hash) }
      let activation = try await session.activate(credential, digests, hash: algorithm.hash)
      let exchange = try await session.sign(activation, digests, algorithm)
      let signatures = try session.verify(exchange, digests, algorithm, credential)
      try exchange.require(
        signatures.allSatisfy { $0.count == (credential.length + 7) / 8 }, "\((credential.length + 7) / 8) octets",
        received: "\(signatures.map(\.count))")
    },
  ]

}

extension Session {
  func requireAsynchronous() throws {
    guard info["asynchronousOperationMode"]?.bool == true else {
      throw Finding.notOffered("info does not offer asynchronous signing")
    }
  }

  /// A job of `signHash` in mode A.
  ///
  /// - Parameter slow: with the longest RSA key there is.
  func asynchronousHashJob(
    count: Int = 1, slow: Bool = false
  ) async throws -> (id: String, digests: [[UInt8]], credential: CredentialFacts, algorithm: Algorithm) {
    try requireAsynchronous()
    let longest = run.credentials.filter { $0.isRSA && cost(of: $0) == 0 }.map(\.length).max() ?? 0
    let slowest = try? credential("RSA") { slow && $0.isRSA && $0.length == longest && $0.multisign >= count }
    let credential = try slowest ?? credential("multisign of \(count)") { $0.multisign >= count }
    let algorithm = try algorithm(credential)
    let digests = (0..<count).map { _ in digest(algorithm.hash) }
    let activation = try await activate(credential, digests, hash: algorithm.hash)
    let body = signBody(credential, activation.sad, digests, algorithm).with(["operationMode": "A"])
    let exchange = try await api.call("signatures/signHash", body)
    try exchange.succeeded()
    try exchange.require(exchange.json?["signatures"] == nil, "no signatures")
    return (try exchange.string("responseID"), digests, credential, algorithm)
  }
}
