import TestSupport
import Testing

@testable import SoleControl

/// What is done because of credentials, SADs and what they authorize.
extension SchemaAct {
  static let signing: [SchemaAct] = [
    SchemaAct("credential", "authorize and sign") { bench in
      let (mine, _) = try await credentials(bench)
      return Ready(row: "id = 'c1'") { bench in
        _ = try await bench.signing.sign(mine, bench.signing.authorize(mine).sad, [digest("a")])
        return true
      }
    },
    SchemaAct("activation", "sign") { bench in
      let (mine, sad) = try await authorized(bench)
      return Ready(row: named("digest", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("activation", "sign under a SAD that was revoked", isDone: false) { bench in
      let (mine, sad) = try await authorized(bench)
      try await bench.signing.service.revoke(sad, as: bench.signing.principal())
      return Ready(row: named("digest", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("activation", "sign under a SAD that was extended", isDone: false) { bench in
      let (mine, sad) = try await authorized(bench)
      _ = try await extend(bench, mine, sad)
      return Ready(row: named("digest", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("activation", "sign under a SAD that has expired", isDone: false) { bench in
      let (mine, sad) = try await authorized(bench)
      return Ready(row: named("digest", sad)) { bench in
        bench.signing.clock.advance(301)
        return try await signs(bench, mine, sad, "a")
      }
    },
    SchemaAct("successor", "extend again") { bench in
      let (mine, sad) = try await authorized(bench)
      let new = try await extend(bench, mine, sad)
      let (bobs, other) = try await authorized(bench, "bob")
      _ = try await extend(bench, bobs, other, "bob")
      return Ready(row: named("extended", sad)) { try await extend($0, mine, sad) == new }
    },
    SchemaAct("successor", "sign under a SAD that was extended", isDone: false) { bench in
      let (mine, sad) = try await authorized(bench)
      _ = try await extend(bench, mine, sad)
      let (bobs, other) = try await authorized(bench, "bob")
      _ = try await extend(bench, bobs, other, "bob")
      return Ready(row: named("extended", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("slot", "sign once more than authorized", isDone: false) { bench in
      let (mine, sad) = try await authorized(bench)
      _ = try await bench.signing.sign(mine, sad, [digest("a")])
      return Ready(row: named("activation", sad)) { try await signs($0, mine, sad, "b") }
    },
    SchemaAct("operation", "answer the same request again") { bench in
      let (mine, sad) = try await authorized(bench)
      let made = try await bench.signing.sign(mine, sad, [digest("a")])
      let (bobs, other) = try await authorized(bench, "bob")
      _ = try await bench.signing.sign(bobs, other, [digest("a")], as: bench.signing.principal("bob"))
      return Ready(row: named("activation", sad)) { try await $0.signing.sign(mine, sad, [digest("a")]) == made }
    },
    SchemaAct("operation", "sign once more than authorized", isDone: false) { bench in
      let (mine, sad) = try await authorized(bench)
      _ = try await bench.signing.sign(mine, sad, [digest("a")])
      let (bobs, other) = try await authorized(bench, "bob")
      _ = try await bench.signing.sign(bobs, other, [digest("a")], as: bench.signing.principal("bob"))
      return Ready(row: named("activation", sad)) { try await signs($0, mine, sad, "b") }
    },
    SchemaAct("factor_state", "authorize with a PIN that is locked", isDone: false) { bench in
      let (mine, bobs) = try await credentials(bench)
      for _ in 0..<5 { _ = try? await bench.signing.authorize(mine, presented: [.pin: "0"]) }
      _ = try? await bench.signing.authorize(bobs, presented: [.pin: "0"], as: bench.signing.principal("bob"))
      return Ready(row: "credential = 'c1'") { bench in
        _ = try await bench.signing.authorize(mine)
        return true
      }
    },
    SchemaAct("challenge", "authorize by an eID log-in") { bench in
      let mine = try await bench.signing.enrol("c1", expression: "EID")
      _ = try await bench.signing.enrol("c2", expression: "EID", signer: "bob")
      let service = bench.signing.service
      let nonce = try await service.challenge(for: mine.id, factor: .eid, as: bench.signing.principal())
      _ = try await service.challenge(for: CredentialID("c2"), factor: .eid, as: bench.signing.principal("bob"))
      return Ready(row: "credential = 'c1'") { bench in
        bench.signing.eid.set(
          .success(
            EIDStatement(
              issuer: "https://eid.example", subject: "subject-1", nonce: nonce, level: .high,
              authenticationTime: bench.signing.clock.now - 5, tokenDigest: [1])))
        _ = try await bench.signing.authorize(mine, presented: [.eid: "token"])
        return true
      }
    },
    SchemaAct("used_tokens", "authorize by a statement that was used", isDone: false) { bench in
      let mine = try await bench.signing.enrol("c1", scal: .two, expression: "PARTNER")
      try await state(bench, mine, "another")
      try await state(bench, mine, "s-1")
      return Ready(row: "expires = (SELECT max(expires) FROM used_tokens)") { bench in
        try await state(bench, mine, "s-1")
        return true
      }
    },
  ]

  // MARK: Parts of them

  /// Alice's and Bob's.
  static func credentials(_ bench: GatewayBench) async throws -> (Credential, Credential) {
    (try await bench.signing.enrol("c1"), try await bench.signing.enrol("c2", signer: "bob"))
  }

  /// SADs for one signature of a credential; there is another's too.
  static func authorized(
    _ bench: GatewayBench, _ signer: String = "alice"
  ) async throws -> (Credential, SignatureActivationData) {
    let name = signer == "alice" ? "c1" : "c2"
    let credential = try await bench.signing.enrol(name, signer: signer)
    let sad = try await bench.signing.authorize(credential, as: bench.signing.principal(signer)).sad
    if signer == "alice" {
      let other = try await bench.signing.enrol("c3", signer: "bob")
      _ = try await bench.signing.authorize(other, as: bench.signing.principal("bob"))
    }
    return (credential, sad)
  }

  private static func signs(
    _ bench: GatewayBench, _ credential: Credential, _ sad: SignatureActivationData, _ text: String
  ) async throws -> Bool {
    try await !bench.signing.sign(credential, sad, [digest(text)]).isEmpty
  }

  private static func extend(
    _ bench: GatewayBench, _ credential: Credential, _ sad: SignatureActivationData, _ signer: String = "alice"
  ) async throws -> SignatureActivationData {
    try await bench.signing.service.extend(
      ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []),
      as: bench.signing.principal(signer)
    ).sad
  }

  /// Authorizes by what the partner states.
  private static func state(_ bench: GatewayBench, _ credential: Credential, _ id: String) async throws {
    let now = bench.signing.clock.now
    bench.signing.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: id, issued: now - 2,
          expires: now + (id == "s-1" ? 58 : 40), authenticationTime: now - 20, acr: "urn:two", level: .high,
          methods: ["pwd"],
          dataToBeSigned: DataToBeSigned(hashAlgorithm: .sha256, numSignatures: 1, digests: [digest("a")]),
          digest: [7])))
    _ = try await bench.signing.authorize(credential, digests: [digest("a")], presented: [.partner: "jws"])
  }

  static func named(_ column: String, _ sad: SignatureActivationData) -> String {
    "\(column) = x'\(Hex.encode(sad.digest.bytes))'"
  }
}
