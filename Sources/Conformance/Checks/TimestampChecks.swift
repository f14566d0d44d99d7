internal import Octets
internal import WireJSON

extension Section {
  private static let method = "signatures/timestamp"

  static let timestamp = Section(
    title: method,
    checks: [
      Check(213, 309, needs: method) { session in
        for hash in [HashFunction.sha256, .sha512] {
          let digest = session.digest(hash)
          let body: JSONValue = ["hash": .string(Base64.encode(digest)), "hashAlgo": .string(hash.rawValue)]
          let (exchange, facts) = try await session.timestamp(body)
          try exchange.require(
            facts.hashAlgorithm == hash.rawValue && facts.hashedMessage == digest,
            "a messageImprint that equals hash and hashAlgo",
            received: "\(facts.hashAlgorithm), \(Hex.encode(facts.hashedMessage, .upper))")
          try exchange.require(
            facts.signatureIsValid != false, "a token whose signature verifies", received: "it does not")
        }
      },
      Check(214, needs: method) { session in
        // With and without a leading zero digit, since it is a number.
        for nonce in ["5c1e09aa77b3", Hex.encode([0x7f] + session.run.ports.random(7), .upper)] {
          let (exchange, facts) = try await session.timestamp(session.timestampBody.with(["nonce": .string(nonce)]))
          try exchange.require(
            facts.nonce == Hex.normal(nonce), "the nonce \(nonce) in the token", received: facts.nonce ?? "none")
        }
      },
      Check(215, 111602, needs: method) { session in
        for body in [session.timestampBody.without("hash"), session.timestampBody.with(["hash": 5])] {
          try await session.api.call(method, body).refused("invalid_request", Row.missing("hash"))
        }
      },
      Check(216, 111603, needs: method) { session in
        let exchange = try await session.api.call(method, session.timestampBody.with(["hash": ""]))
        try exchange.refused("invalid_request", "Empty hash parameter")
      },
      Check(217, 111604, needs: method) { session in
        let short = Base64.encode(Array(session.digest().dropLast()))
        let exchange = try await session.api.call(method, session.timestampBody.with(["hash": .string(short)]))
        try exchange.refused("invalid_request", "Invalid digest value length")
      },
      Check(218, 111605, needs: method) { session in
        let text = "*" + Base64.encode(session.digest()).dropFirst()
        let exchange = try await session.api.call(method, session.timestampBody.with(["hash": .string(text)]))
        try exchange.refused("invalid_request", "Invalid Base64 hash string parameter")
      },
      Check(219, 111606, needs: method) { session in
        let exchange = try await session.api.call(method, session.timestampBody.with(["hashAlgo": "1.2.3.4.5"]))
        try exchange.refused("invalid_request", Row.invalid("hashAlgo"))
      },
      Check(220, 111607, needs: method) { session in
        let exchange = try await session.api.call(method, session.timestampBody.with(["nonce": "xyz"]))
        try exchange.refused("invalid_request", Row.invalid("nonce"))
      },
      Check(221, 222, 111601, needs: method) { try await $0.malformedHeader(method) },
    ])
}

extension Session {
  fileprivate var timestampBody: JSONValue {
    ["hash": .string(Base64.encode(digest())), "hashAlgo": .string(HashFunction.sha256.rawValue)]
  }

  fileprivate func timestamp(_ body: JSONValue) async throws -> (Exchange, TimestampFacts) {
    let exchange = try await api.call("signatures/timestamp", body)
    try exchange.succeeded()
    let text = try exchange.string("timestamp")
    guard let facts = Base64.decodeExact(text).flatMap(cryptography.timestamp) else {
      throw exchange.failure("an RFC 3161 TimeStampToken in its ContentInfo")
    }
    return (exchange, facts)
  }
}
