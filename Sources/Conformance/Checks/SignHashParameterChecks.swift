internal import Octets
import Vocabulary
internal import WireJSON

extension Section {
  private static let method = "signatures/signHash"

  /// One fault in a request that would be right.
  static let signHashParameters = [
    Check(143, 144, 111302, needs: method) { session in
      let credential = try session.credential()
      for change in [{ $0.without("SAD") }, { (body: JSONValue) in body.with(["SAD": 5]) }] {
        try await session.faultySignHash(credential, change: change)
          .refused("invalid_request", Row.missing("SAD"))
      }
    },
    Check(148, 111303, needs: method) { session in
      let credential = try session.credential()
      let algorithm = try session.algorithm(credential)
      let digest = Session.spareContent(algorithm.hash)
      let unknown = try await session.api.call(
        method, session.signBody(credential, "unknown-\(session.randomText(32))", [digest], algorithm))
      try unknown.refused("invalid_request", Row.invalid("SAD"))
      let other = try session.credential("second") { $0.id != credential.id && (session.cost(of: $0) ?? 99) < 20 }
      let foreign = try await session.activate(other, [digest], hash: try session.algorithm(other).hash)
      let exchange = try await session.api.call(
        method, session.signBody(credential, foreign.sad, [digest], algorithm))
      try exchange.refused("invalid_request", Row.invalid("SAD"))
    },
    Check(150, 111304, needs: method) { session in
      let credential = try session.credential()
      for change in [
        { $0.without("credentialID") }, { (body: JSONValue) in body.with(["credentialID": 5]) },
      ] {
        try await session.faultySignHash(credential, change: change)
          .refused("invalid_request", Row.missing("credentialID"))
      }
    },
    Check(151, 111305, needs: method) { session in
      let id = "unknown-\(session.randomText())"
      let exchange = try await session.faultySignHash(try session.credential()) {
        $0.with(["credentialID": .string(id)])
      }
      try exchange.refused("invalid_request", Row.invalid("credentialID"))
    },
    Check(152, 153, 111306, needs: method) { session in
      let credential = try session.credential()
      let name = session.api.hashes
      let text = JSONValue.string(Base64.encode(session.digest()))
      for change in [{ $0.without(name) }, { (body: JSONValue) in body.with([name: text]) }] {
        try await session.faultySignHash(credential, change: change).refused(
          "invalid_request", Row.missing(name, type: "array"))
      }
    },
    Check(154, 111307, needs: method) { session in
      let exchange = try await session.faultySignHash(try session.credential()) {
        $0.with([session.api.hashes: []])
      }
      try exchange.refused("invalid_request", "Empty \(session.api.hashes) array")
    },
    Check(155, 111308, needs: method) { session in
      // As long as a digest, so that nothing but the characters is wrong.
      let text = "*" + Base64.encode(session.digest(try session.algorithm(try session.credential()).hash)).dropFirst()
      let exchange = try await session.faultySignHash(try session.credential()) {
        $0.with([session.api.hashes: [.string(text)]])
      }
      try exchange.refused("invalid_request", "Invalid Base64 hash string parameter")
    },
    Check(156, 111322, needs: method) { session in
      let credential = try session.credential("SHA-256") { $0.algorithms.contains { Algorithm($0)?.hash == .sha256 } }
      let algorithm = credential.algorithms.compactMap { Algorithm($0) }.first { $0.hash == .sha256 }
      let short = Base64.encode(Array(session.digest().dropLast()))
      let exchange = try await session.faultySignHash(credential, algorithm) {
        $0.with([session.api.hashes: [.string(short)]])
      }
      try exchange.refused("invalid_request", "Invalid digest value length")
    },
    Check(160, 111310, needs: method) { session in
      let credential = try session.credential()
      for change in [{ $0.without("signAlgo") }, { (body: JSONValue) in body.with(["signAlgo": 5]) }] {
        try await session.faultySignHash(credential, change: change)
          .refused("invalid_request", Row.missing("signAlgo"))
      }
    },
    Check(168, 111321, needs: method) { session in
      let exchange = try await session.faultySignHash(try session.credential()) { $0.with(["clientData": ["a": 1]]) }
      try exchange.refused("invalid_request", Row.invalid("clientData"))
    },
    Check(169, 111323, needs: method) { session in
      if session.refusesWrongOTPAtOnce == true {
        throw Finding.notOffered("the service refuses wrong one-time passwords at authorize already")
      }
      guard session.version == .v1 else {
        throw Finding.notOffered("a wrong factor is refused at authorize with an error of its own")
      }
      let (exchange, credential) = try await session.authorizeWithWrongOTP()
      guard exchange.status == 200 else {
        throw Finding.notOffered("the service refuses wrong one-time passwords at authorize already")
      }
      let algorithm = try session.algorithm(credential)
      let signed = try await session.api.call(
        method,
        session.signBody(credential, try exchange.string("SAD"), [session.digest(algorithm.hash)], algorithm))
      try signed.refused("invalid_otp", "The OTP is invalid")
    },
    Check(170, 171, 111325, needs: method) { session in
      guard let credential = session.run.credentials.first(where: { $0.certificateStatus == "expired" && !$0.isOAuth })
      else { throw Finding.missing("no credential with an expired certificate is given") }
      let algorithm = try session.algorithm(credential)
      let digests = [session.digest(algorithm.hash)]
      let authorized = try await session.authorizeCall(
        session.authorizeBody(credential, count: 1, digests: digests, hash: algorithm.hash), credential)
      guard authorized.status == 200 else {
        throw Finding.notOffered("the service gives no SAD for an expired certificate")
      }
      let exchange = try await session.api.call(
        method, session.signBody(credential, try authorized.string("SAD"), digests, algorithm))
      try session.saysCertificateExpired(exchange, credential)
    },
    Check(172, 173, 111301, needs: method) { try await $0.malformedHeader(method) },
  ]
}

extension Session {
  /// The row of an expired certificate, which names it.
  func saysCertificateExpired(_ exchange: Exchange, _ credential: CredentialFacts) throws {
    let name = credential.certificates.first.flatMap(cryptography.certificate)?.commonName ?? ""
    let (before, after) =
      version == .v1 ? ("Signing certificate '", "' is expired.") : ("Signing certificate ‘", "’ is expired.")
    let text = exchange.errorDescription ?? ""
    try exchange.require(
      exchange.status == 400 && exchange.error == "invalid_request" && text.hasPrefix(before) && text.hasSuffix(after)
        && text.contains(name),
      "400 · invalid_request · \"\(before)O=…,CN=\(name)\(after)\"")
  }

  fileprivate func faultySignHash(
    _ credential: CredentialFacts, change: (JSONValue) -> JSONValue
  ) async throws -> Exchange {
    try await faultySignHash(credential, nil, change)
  }
}
