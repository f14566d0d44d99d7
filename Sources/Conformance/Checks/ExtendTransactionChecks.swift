internal import Octets
import Vocabulary
internal import WireJSON

extension Section {
  private static let method = "credentials/extendTransaction"

  static let extendTransaction = Section(
    title: method,
    checks: [
      Check(133, needs: method) { session in
        let credential = try session.twofold()
        let algorithm = try session.algorithm(credential)
        let digests = [session.digest(algorithm.hash), session.digest(algorithm.hash)]
        let old = try await session.authorize(
          credential, count: 2, digests: credential.scal == 2 ? digests : [], hash: algorithm.hash)
        let exchange = try await session.extend(old, digests, algorithm)
        try exchange.succeeded()
        try exchange.require(try exchange.string("SAD") != old.sad, "a new SAD")
      },
      Check(135, needs: method) { session in
        let credential = try session.inBandCredential()
        let algorithm = try session.algorithm(credential)
        let digests = [session.digest(algorithm.hash)]
        let spent = try await session.activate(credential, digests, hash: algorithm.hash)
        try await session.sign(spent, digests, algorithm).succeeded()
        try await session.extend(spent, [session.digest(algorithm.hash)], algorithm).refused()
      },
      Check(136, needs: method) { session in
        let credential = try session.inBandCredential("SCAL 2 with multisign over 1") {
          $0.scal == 2 && $0.multisign > 1
        }
        let algorithm = try session.algorithm(credential)
        let digests = [session.digest(algorithm.hash), session.digest(algorithm.hash)]
        let old = try await session.authorize(credential, count: 2, digests: digests, hash: algorithm.hash)
        try await session.extend(old, [], algorithm).refused()
      },
      Check(137, needs: method) { try await $0.extendDoesNotAdd() },
      Check(138, needs: method) { try await $0.extendBindsNewHashes() },
      Check(139, 111101, needs: method) { try await $0.malformedHeader(method, Row.malformedHeaderCapitals) },
    ])
}

extension Session {
  func extend(_ activation: Activation, _ digests: [[UInt8]], _ algorithm: Algorithm) async throws -> Exchange {
    var body: JSONValue = [
      "credentialID": .string(activation.credential.id), "SAD": .string(activation.sad),
    ]
    if !digests.isEmpty {
      body = body.with([api.hashes: .array(digests.map { .string(Base64.encode($0)) })])
      if version == .v2 { body = body.with(["hashAlgorithmOID": .string(algorithm.hash.rawValue)]) }
    }
    return try await api.call("credentials/extendTransaction", body)
  }

  /// A credential good for two signatures in one authorization.
  fileprivate func twofold() throws -> CredentialFacts {
    try inBandCredential("multisign over 1") { $0.multisign > 1 }
  }

  private func extended(
    _ activation: Activation, _ digests: [[UInt8]], _ algorithm: Algorithm
  ) async throws -> Activation {
    let exchange = try await extend(activation, digests, algorithm)
    try exchange.succeeded()
    return Activation(
      sad: try exchange.string("SAD"), credential: activation.credential, digests: digests, expires: nil)
  }

  /// Two signatures are authorized; after an extension in between there is still only one left.
  fileprivate func extendDoesNotAdd() async throws {
    let credential = try twofold()
    let algorithm = try algorithm(credential)
    let digests = (0..<3).map { _ in digest(algorithm.hash) }
    let first = try await authorize(
      credential, count: 2, digests: credential.scal == 2 ? Array(digests[..<2]) : [], hash: algorithm.hash)
    try await sign(first, [digests[0]], algorithm).succeeded()
    let second = try await extended(first, [digests[1]], algorithm)
    try await sign(second, [digests[1]], algorithm).succeeded()
    // Refused at once, or at the next signature.
    let more = [
      try await extend(first, [digests[2]], algorithm), try await extend(second, [digests[2]], algorithm),
    ]
    for exchange in more where exchange.status == 200 {
      let third = Activation(
        sad: try exchange.string("SAD"), credential: credential, digests: [digests[2]], expires: nil)
      let signed = try await sign(third, [digests[2]], algorithm)
      try signed.require(signed.status != 200, "no third signature after two were authorized")
    }
  }

  fileprivate func extendBindsNewHashes() async throws {
    let credential = try inBandCredential("SCAL 2 with multisign over 1") { $0.scal == 2 && $0.multisign > 1 }
    let algorithm = try algorithm(credential)
    let (new, other) = (digest(algorithm.hash), digest(algorithm.hash))
    let hashes = [digest(algorithm.hash), digest(algorithm.hash)]
    var first: Activation
    do {
      first = try await authorize(credential, count: 2, digests: [hashes[0]], hash: algorithm.hash)
      try await sign(first, [hashes[0]], algorithm).succeeded()
    } catch {
      // A strict service refuses two signatures for one hash.
      first = try await authorize(credential, count: 2, digests: hashes, hash: algorithm.hash)
    }
    let second = try await extended(first, [new], algorithm)
    try await sign(second, [other], algorithm).refused()
    try verify(try await sign(second, [new], algorithm), [new], algorithm, credential)
  }
}
