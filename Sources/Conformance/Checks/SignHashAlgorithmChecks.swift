internal import Octets
import Vocabulary
internal import WireJSON

extension Section {
  private static let method = "signatures/signHash"

  /// Signature and hash algorithms, and their parameters.
  static let signHashAlgorithms = [
    Check(161, 111311, needs: method) { session in
      let credential = try session.credential()
      let known = [Algorithm.ecdsaWithSHA256, Algorithm.sha256WithRSA, "1.2.3.4.5"]
      for oid in known where !credential.algorithms.contains(oid) {
        let exchange = try await session.faultySignHash(credential) { $0.with(["signAlgo": .string(oid)]) }
        try exchange.refused("invalid_request", Row.invalid("signAlgo"))
      }
    },
    Check(162, 163, 111314, needs: method) { session in
      let credential = try session.rsa()
      let name = session.api.hashAlgorithm
      for change in [{ $0.without(name) }, { (body: JSONValue) in body.with([name: 5]) }] {
        let exchange = try await session.faultySignHash(credential, Algorithm(Algorithm.rsaEncryption), change)
        try exchange.refused("invalid_request", Row.missing(name))
      }
    },
    Check(164, 165, 111316, needs: method) { session in
      let name = session.api.hashAlgorithm
      let exchange = try await session.faultySignHash(try session.rsa(), Algorithm(Algorithm.rsaEncryption)) {
        $0.with([name: "1.2.3.4.5"])
      }
      try exchange.refused("invalid_request", Row.invalid(name))
    },
    Check(18, needs: method) { session in
      for credential in session.run.credentials {
        let weak = credential.algorithms.filter(Algorithm.weak.contains)
        try session.infoExchange.require(
          weak.isEmpty, "no algorithm with a hash weaker than SHA-256 in key.algo", received: "\(weak)")
      }
      let credential = try session.credential()
      let weak = credential.isRSA ? "1.2.840.113549.1.1.5" : "1.2.840.10045.4.1"
      let sha1 = JSONValue.array([.string(Base64.encode(session.run.ports.random(20)))])
      try await session.faultySignHash(credential) { body in
        body.with(["signAlgo": .string(weak), session.api.hashes: sha1])
      }.refused()
      guard let rsa = try? session.rsa() else { return }
      try await session.faultySignHash(rsa, Algorithm(Algorithm.rsaEncryption)) { body in
        body.with([session.api.hashAlgorithm: "1.3.14.3.2.26", session.api.hashes: sha1])
      }.refused()
    },
    Check(291, needs: method) { session in
      let weak = session.run.credentials.flatMap(\.algorithms).filter(Algorithm.weak.contains)
      try session.infoExchange.require(
        weak.isEmpty, "no algorithm weaker than ETSI TS 119 312 in key.algo", received: "\(weak)")
    },
    Check(166, needs: method) { session in
      let credential = try session.credential("hash in signAlgo") { credential in
        Algorithm.preferred(credential.algorithms).map { !$0.needsHashOID && $0.parameters == nil } ?? false
      }
      let algorithm = try session.algorithm(credential)
      // The one that fits, as some clients always send it; v2 has a row for one that does not.
      let other: [HashFunction] = session.version == .v1 ? [algorithm.hash == .sha512 ? .sha256 : .sha512] : []
      for hash in [algorithm.hash] + other {
        let digests = [session.digest(algorithm.hash)]
        let activation = try await session.activate(credential, digests, hash: algorithm.hash)
        let body = session.signBody(credential, activation.sad, digests, algorithm)
          .with([session.api.hashAlgorithm: .string(hash.rawValue)])
        try session.verify(try await session.api.call(method, body), digests, algorithm, credential)
      }
    },
    Check(167, 111312, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      let exchange = try await session.faultySignHash(credential, Algorithm(Algorithm.rsassaPSS)) {
        $0.without("signAlgoParams")
      }
      try exchange.refused("invalid_request", Row.missing("signAlgoParams"))
    },
    Check(111313, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      _ = try await session.faultySignHash(credential, Algorithm(Algorithm.rsassaPSS)) {
        $0.with(["signAlgoParams": "AAAA"])
      }
    },
    Check(111315, needs: method) { session in
      let credential = try session.credential("hash in signAlgo") { credential in
        Algorithm.preferred(credential.algorithms).map { !$0.needsHashOID && $0.parameters == nil } ?? false
      }
      let other: HashFunction = try session.algorithm(credential).hash == .sha512 ? .sha256 : .sha512
      _ = try await session.faultySignHash(credential) { $0.with(["hashAlgorithmOID": .string(other.rawValue)]) }
    },
    Check(274, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      for algorithm in [Algorithm.pss(.sha256, salt: 32), .pss(.sha384, salt: 48), .pss(.sha256, salt: 20)] {
        try await session.signAndVerify(credential, algorithm)
      }
    },
    Check(303, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      let salt = (credential.length + 7) / 8 - 32 - 2
      try await session.signAndVerify(credential, .pss(.sha256, salt: salt))
    },
    Check(304, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      try await session.signAndVerify(credential, .pss(.sha256, salt: 32, withTrailer: true))
    },
    Check(302, needs: method) { session in
      guard let algorithm = Algorithm(Algorithm.rsaEncryption) else { return }
      try await session.signAndVerify(try session.rsa(), algorithm)
    },
    Check(275, needs: method) { session in
      var unknown: [String] = []
      for kind in [true, false] {
        guard let credential = try? session.credential("of that key", where: { $0.isRSA == kind }) else { continue }
        for oid in credential.algorithms {
          guard let algorithm = Algorithm(oid) else {
            unknown.append(oid)
            continue
          }
          try await session.signAndVerify(credential, algorithm)
        }
      }
      _ = try session.credential()
      if !unknown.isEmpty { throw Finding.missing("not known here, so not tried: \(unknown.joined(separator: ", "))") }
    },
  ]
}
