internal import Octets
import Vocabulary
internal import WireJSON

/// A SAD, and what it was obtained for.
struct Activation: Sendable {
  let sad: String
  let credential: CredentialFacts
  /// The digests that were named; empty if none were.
  let digests: [[UInt8]]
  /// UTC, seconds; nil if the answer did not tell.
  let expires: Double?
}

extension Session {
  // MARK: Choosing a credential

  /// The cheapest credential that fits and can be used in this version.
  ///
  /// - Parameter what: name of the wanted thing, for the reason if there is none.
  func credential(
    _ what: String = "usable", where fits: (CredentialFacts) -> Bool = { _ in true }
  ) throws -> CredentialFacts {
    let found = run.credentials.filter { $0.isUsable && !subject.lockable.contains($0.id) && fits($0) }
      .compactMap { credential in cost(of: credential).map { (credential, $0) } }
      .min { $0.1 < $1.1 }
    guard let found else { throw Finding.missing("no \(what) credential among those given can be authorized") }
    return found.0
  }

  /// A credential that `credentials/authorize` serves.
  func inBandCredential(
    _ what: String = "usable", where fits: (CredentialFacts) -> Bool = { _ in true }
  ) throws -> CredentialFacts {
    try credential("\(what) explicit or implicit") { mode(of: $0) != .oauth2code && fits($0) }
  }

  func scal1() throws -> CredentialFacts { try credential("SCAL 1") { $0.scal == 1 } }
  func scal2() throws -> CredentialFacts { try credential("SCAL 2") { $0.scal == 2 } }
  func rsa(_ oid: String = Algorithm.rsaEncryption) throws -> CredentialFacts {
    try credential("RSA (\(oid))") { $0.algorithms.contains(oid) }
  }

  func algorithm(_ credential: CredentialFacts) throws -> Algorithm {
    guard let algorithm = Algorithm.preferred(credential.algorithms) else {
      throw Finding.missing("none of the credential's algorithms is known here")
    }
    return algorithm
  }

  // MARK: Authorizing

  /// A right request to `credentials/authorize`, without factors.
  func authorizeBody(
    _ credential: CredentialFacts, count: Int, digests: [[UInt8]], hash: HashFunction = .sha256
  ) -> JSONValue {
    var body: JSONValue = ["credentialID": .string(credential.id), "numSignatures": .integer(Int64(count))]
    if !digests.isEmpty {
      body = body.with([api.hashes: .array(digests.map { .string(Base64.encode($0)) })])
      if version == .v2 { body = body.with(["hashAlgorithmOID": .string(hash.rawValue)]) }
    }
    return body
  }

  /// Sends a request with the right factors. A one-time password that was spent before this run is refused once;
  /// the next one is tried then.
  func authorizeCall(_ body: JSONValue, _ credential: CredentialFacts) async throws -> Exchange {
    let exchange = try await api.call("credentials/authorize", try await withFactors(body, credential))
    guard exchange.status == 400, usesAuthenticator(credential),
      ["invalid_otp", "invalid_authentication_data"].contains(exchange.error)
    else { return exchange }
    run.note("the one-time password was refused; trying the next one")
    return try await api.call("credentials/authorize", try await withFactors(body, credential))
  }

  /// A SAD, by whatever way the credential is authorized.
  func authorize(
    _ credential: CredentialFacts, count: Int = 1, digests: [[UInt8]] = [], hash: HashFunction = .sha256
  ) async throws -> Activation {
    if mode(of: credential) == .oauth2code {
      return try await authorizeByOAuth(credential, count: count, digests: digests, hash: hash)
    }
    let exchange = try await authorizeCall(
      authorizeBody(credential, count: count, digests: digests, hash: hash), credential)
    try exchange.succeeded()
    return Activation(
      sad: try exchange.string("SAD"), credential: credential, digests: digests,
      expires: exchange.json?["expiresIn"]?.seconds.map { clock.now() + $0 })
  }

  /// A SAD for digests of the credential's preferred algorithm: bound to them if SCAL is 2, else open.
  func activate(_ credential: CredentialFacts, _ digests: [[UInt8]], hash: HashFunction) async throws -> Activation {
    try await authorize(
      credential, count: digests.count, digests: credential.scal == 2 ? digests : [], hash: hash)
  }

  // MARK: Signing

  func signBody(
    _ credential: CredentialFacts, _ sad: String?, _ digests: [[UInt8]], _ algorithm: Algorithm
  ) -> JSONValue {
    var body: JSONValue = [
      "credentialID": .string(credential.id), api.hashes: .array(digests.map { .string(Base64.encode($0)) }),
      "signAlgo": .string(algorithm.oid),
    ]
    if let sad { body = body.with(["SAD": .string(sad)]) }
    if algorithm.needsHashOID { body = body.with([api.hashAlgorithm: .string(algorithm.hash.rawValue)]) }
    if let parameters = algorithm.parameters {
      body = body.with(["signAlgoParams": .string(Base64.encode(parameters))])
    }
    return body
  }

  func sign(_ activation: Activation, _ digests: [[UInt8]], _ algorithm: Algorithm) async throws -> Exchange {
    try await api.call(
      "signatures/signHash", signBody(activation.credential, activation.sad, digests, algorithm))
  }

  /// Fails unless there is one signature for each digest, in order, and each verifies with the certificate.
  @discardableResult
  func verify(
    _ exchange: Exchange, _ digests: [[UInt8]], _ algorithm: Algorithm, _ credential: CredentialFacts
  ) throws -> [[UInt8]] {
    try exchange.succeeded()
    let signatures = try exchange.octets("signatures")
    try exchange.require(
      signatures.count == digests.count, "\(digests.count) signatures", received: "\(signatures.count)")
    guard let certificate = credential.certificates.first else {
      throw Finding.missing("the credential has no certificate to verify with")
    }
    for (index, signature) in signatures.enumerated() {
      let isValid = cryptography.isValid(
        signature, over: digests[index], algorithm.scheme, certificate: certificate)
      try exchange.require(
        isValid, "signature \(index + 1) verifies over digest \(index + 1) (\(algorithm.oid))",
        received: "\(signature.count) octets that do not verify")
    }
    return signatures
  }

  /// Obtains a SAD, signs and verifies.
  func signAndVerify(_ credential: CredentialFacts, _ algorithm: Algorithm) async throws {
    let digests = [digest(algorithm.hash)]
    let activation = try await activate(credential, digests, hash: algorithm.hash)
    try verify(try await sign(activation, digests, algorithm), digests, algorithm, credential)
  }

  // MARK: Requests with one fault

  /// A request to a signing method that is right but for one thing. Whether a refused request spends the SAD is not
  /// specified, so one SAD serves for many such requests and a dead one is replaced once.
  ///
  /// - Parameter digest: the digest that a SAD of SCAL 2 is for; nil for `spareContent`.
  func faulty(
    _ credential: CredentialFacts, method: String = "signatures/signHash", digest: [UInt8]? = nil,
    _ body: (Activation) throws -> JSONValue
  ) async throws -> Exchange {
    let digest = try digest ?? Self.spareContent(algorithm(credential).hash)
    let key = "\(credential.id) \(Hex.encode(digest, .upper))"
    let exchange = try await api.call(method, try body(try await spare(credential, key, digest)))
    guard exchange.status == 400, ["Invalid parameter SAD", "SAD expired"].contains(exchange.errorDescription) else {
      return exchange
    }
    spares[key] = nil
    return try await api.call(method, try body(try await spare(credential, key, digest)))
  }

  private func spare(_ credential: CredentialFacts, _ key: String, _ digest: [UInt8]) async throws -> Activation {
    if let spare = spares[key], spare.expires.map({ clock.now() < $0 - 5 }) ?? true { return spare }
    let activation = try await activate(credential, [digest], hash: try algorithm(credential).hash)
    spares[key] = activation
    return activation
  }

  /// The digest that requests with a fault are about.
  static func spareContent(_ hash: HashFunction) -> [UInt8] { Array(repeating: 0x5a, count: hash.length) }

  /// A right signHash request but for `change`.
  func faultySignHash(
    _ credential: CredentialFacts, _ algorithm: Algorithm? = nil, _ change: (JSONValue) -> JSONValue
  ) async throws -> Exchange {
    let algorithm = try algorithm ?? self.algorithm(credential)
    return try await faulty(credential) { activation in
      change(signBody(credential, activation.sad, [Self.spareContent(algorithm.hash)], algorithm))
    }
  }
}
