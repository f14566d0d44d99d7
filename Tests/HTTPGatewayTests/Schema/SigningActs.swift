import Octets
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// Acts because of credentials, SADs and what they authorize.
extension SchemaAct {
  static let signing: [SchemaAct] = [
    SchemaAct("credential", "authorize and sign") { fixture in
      let (mine, _) = try await credentials(fixture)
      return Ready(row: "id = 'c1'") { fixture in
        _ = try await fixture.signing.sign(mine, fixture.signing.authorize(mine).sad, [digest("a")])
        return true
      }
    },
    SchemaAct("activation", "sign") { fixture in
      let (mine, sad) = try await authorized(fixture)
      return Ready(row: named("digest", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("activation", "sign under a SAD that was revoked", isDone: false) { fixture in
      let (mine, sad) = try await authorized(fixture)
      try await fixture.signing.service.authorizations.revoke(sad, as: fixture.signing.principal())
      return Ready(row: named("digest", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("activation", "sign under a SAD that was extended", isDone: false) { fixture in
      let (mine, sad) = try await authorized(fixture)
      _ = try await extend(fixture, mine, sad)
      return Ready(row: named("digest", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("activation", "sign under a SAD that has expired", isDone: false) { fixture in
      let (mine, sad) = try await authorized(fixture)
      return Ready(row: named("digest", sad)) { fixture in
        fixture.signing.clock.advance(301)
        return try await signs(fixture, mine, sad, "a")
      }
    },
    SchemaAct("successor", "extend again") { fixture in
      let (mine, sad) = try await authorized(fixture)
      let new = try await extend(fixture, mine, sad)
      let (bobs, other) = try await authorized(fixture, "bob")
      _ = try await extend(fixture, bobs, other, "bob")
      return Ready(row: named("extended", sad)) { try await extend($0, mine, sad) == new }
    },
    SchemaAct("successor", "sign under a SAD that was extended", isDone: false) { fixture in
      let (mine, sad) = try await authorized(fixture)
      _ = try await extend(fixture, mine, sad)
      let (bobs, other) = try await authorized(fixture, "bob")
      _ = try await extend(fixture, bobs, other, "bob")
      return Ready(row: named("extended", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("slots", "sign") { fixture in
      let (mine, sad) = try await authorized(fixture)
      return Ready(row: named("activation", sad)) { try await signs($0, mine, sad, "a") }
    },
    SchemaAct("slots", "sign once more than authorized", isDone: false) { fixture in
      let (mine, sad) = try await authorized(fixture)
      _ = try await fixture.signing.sign(mine, sad, [digest("a")])
      return Ready(row: named("activation", sad)) { try await signs($0, mine, sad, "b") }
    },
    SchemaAct("operation", "answer the same request again") { fixture in
      let (mine, sad) = try await authorized(fixture)
      let made = try await fixture.signing.sign(mine, sad, [digest("a")])
      let (bobs, other) = try await authorized(fixture, "bob")
      _ = try await fixture.signing.sign(bobs, other, [digest("a")], as: fixture.signing.principal("bob"))
      return Ready(row: named("activation", sad)) { try await $0.signing.sign(mine, sad, [digest("a")]) == made }
    },
    SchemaAct("operation", "sign once more than authorized", isDone: false) { fixture in
      let (mine, sad) = try await authorized(fixture)
      _ = try await fixture.signing.sign(mine, sad, [digest("a")])
      let (bobs, other) = try await authorized(fixture, "bob")
      _ = try await fixture.signing.sign(bobs, other, [digest("a")], as: fixture.signing.principal("bob"))
      return Ready(row: named("activation", sad)) { try await signs($0, mine, sad, "b") }
    },
    SchemaAct("factor_state", "authorize with a PIN that is locked", isDone: false) { fixture in
      let (mine, bobs) = try await credentials(fixture)
      for _ in 0..<5 { _ = try? await fixture.signing.authorize(mine, presented: [.pin: "0"]) }
      _ = try? await fixture.signing.authorize(bobs, presented: [.pin: "0"], as: fixture.signing.principal("bob"))
      return Ready(row: "credential = 'c1'") { fixture in
        _ = try await fixture.signing.authorize(mine)
        return true
      }
    },
    SchemaAct("challenge", "authorize by an eID log-in") { fixture in
      let mine = try await fixture.signing.createCredential("c1", expression: "EID")
      _ = try await fixture.signing.createCredential("c2", expression: "EID", signer: "bob")
      let service = fixture.signing.service
      let nonce = try await service.factors.nonce(for: mine.id, factor: .eid, as: fixture.signing.principal())
      _ = try await service.factors.nonce(for: CredentialID("c2"), factor: .eid, as: fixture.signing.principal("bob"))
      return Ready(row: "credential = 'c1'") { fixture in
        fixture.signing.eid.set(
          .success(
            EIDStatement(
              issuer: "https://eid.example", subject: "subject-1", nonce: nonce, level: .high,
              authenticationTime: fixture.signing.clock.now - 5, tokenDigest: [1])))
        _ = try await fixture.signing.authorize(mine, presented: [.eid: "token"])
        return true
      }
    },
    SchemaAct("used_tokens", "authorize by a statement that was used", isDone: false) { fixture in
      let mine = try await fixture.signing.createCredential("c1", scal: .two, expression: "PARTNER")
      try await state(fixture, mine, "another")
      try await state(fixture, mine, "s-1")
      return Ready(row: "expires = (SELECT max(expires) FROM used_tokens)") { fixture in
        try await state(fixture, mine, "s-1")
        return true
      }
    },
  ]

  // MARK: Parts of them

  /// Alice's and Bob's.
  static func credentials(_ fixture: GatewayFixture) async throws -> (Credential, Credential) {
    (try await fixture.signing.createCredential("c1"), try await fixture.signing.createCredential("c2", signer: "bob"))
  }

  /// SADs for one signature of a credential; there is another's too.
  static func authorized(
    _ fixture: GatewayFixture, _ signer: String = "alice"
  ) async throws -> (Credential, SignatureActivationData) {
    let name = signer == "alice" ? "c1" : "c2"
    let credential = try await fixture.signing.createCredential(name, signer: signer)
    let sad = try await fixture.signing.authorize(credential, as: fixture.signing.principal(signer)).sad
    if signer == "alice" {
      let other = try await fixture.signing.createCredential("c3", signer: "bob")
      _ = try await fixture.signing.authorize(other, as: fixture.signing.principal("bob"))
    }
    return (credential, sad)
  }

  private static func signs(
    _ fixture: GatewayFixture, _ credential: Credential, _ sad: SignatureActivationData, _ text: String
  ) async throws -> Bool {
    try await !fixture.signing.sign(credential, sad, [digest(text)]).isEmpty
  }

  private static func extend(
    _ fixture: GatewayFixture, _ credential: Credential, _ sad: SignatureActivationData, _ signer: String = "alice"
  ) async throws -> SignatureActivationData {
    try await fixture.signing.service.authorizations.extend(
      ExtensionRequest(credential: credential.id, sad: sad, hashAlgorithm: nil, digests: []),
      as: fixture.signing.principal(signer)
    ).sad
  }

  /// Authorizes by what the partner states.
  private static func state(_ fixture: GatewayFixture, _ credential: Credential, _ id: String) async throws {
    let now = fixture.signing.clock.now
    fixture.signing.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: id, issued: now - 2,
          expires: now + (id == "s-1" ? 58 : 40), authenticationTime: now - 20, acr: "urn:two", level: .high,
          methods: ["pwd"],
          authorizedDigests: AuthorizedDigests(hashAlgorithm: .sha256, numSignatures: 1, digests: [digest("a")]),
          digest: [7])))
    _ = try await fixture.signing.authorize(credential, digests: [digest("a")], presented: [.partner: "jws"])
  }

  static func named(_ column: String, _ sad: SignatureActivationData) -> String {
    "\(column) = x'\(Hex.encode(sad.digest.bytes))'"
  }
}
