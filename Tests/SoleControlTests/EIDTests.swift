import AuditLog
import Foundation
import Octets
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import SoleControl

@Suite("eID log-ins", .timeLimit(.minutes(2)))
struct EIDTests {
  private func statement(_ fixture: SigningFixture, nonce: String?) -> EIDStatement {
    EIDStatement(
      issuer: "https://eid.example", subject: "subject-1", nonce: nonce, level: .high,
      authenticationTime: fixture.clock.now - 5, tokenDigest: [1])
  }

  private func request(
    _ credential: Credential, _ digests: [[UInt8]], count: Int? = nil, hash: HashAlgorithm? = .sha256
  ) -> AuthorizationRequest {
    AuthorizationRequest(
      credential: credential.id, numSignatures: count ?? digests.count, hashAlgorithm: digests.isEmpty ? nil : hash,
      digests: digests, presented: [.eid: "token"])
  }

  private func challenge(_ fixture: SigningFixture, _ credential: Credential) async throws -> String {
    try await fixture.service.factors.nonce(for: credential.id, factor: .eid, as: fixture.principal())
  }

  // MARK: SCAL 2

  @Test("at SCAL 2 the log-in authorizes the digests for which its nonce was made, and no others")
  func derivedNonce() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, expression: "EID")
    let (one, two) = (digest("one"), digest("two"))
    let text = try await challenge(fixture, credential)
    let asked = request(credential, [one, two])
    let nonce = EIDNonce(asked, .two).text(for: text)
    func authorize(_ request: AuthorizationRequest, _ nonce: String) async throws -> Authorization {
      fixture.eid.set(.success(statement(fixture, nonce: nonce)))
      return try await fixture.service.authorizations.authorize(request, as: fixture.principal())
    }
    for wrong in [
      request(credential, [two, one]), request(credential, [one]), request(credential, [one, two], count: 3),
      request(credential, [one, digest("three")]), request(credential, [one, two], hash: .sha384),
    ] {
      await #expect(throws: Refusal.wrongFactor(.eid)) { try await authorize(wrong, nonce) }
    }
    await #expect(throws: Refusal.wrongFactor(.eid)) { try await authorize(asked, text) }
    // Another challenge does not make it wrong; of several open ones the right one is found and used up.
    for _ in 0..<3 { _ = try await challenge(fixture, credential) }
    let authorization = try await authorize(asked, nonce)
    #expect(try await fixture.sign(credential, authorization.sad, [one]).count == 1)
    await #expect(throws: Refusal.wrongFactor(.eid)) { try await authorize(asked, nonce) }
  }

  @Test("at SCAL 1 both nonces are good, and use up the same challenge")
  func eitherNonce() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "EID")
    let asked = request(credential, [digest("one")])
    for (isDerived, again) in [(true, true), (true, false), (false, true)] {
      let text = try await challenge(fixture, credential)
      let derived = EIDNonce(asked, .two).text(for: text)
      fixture.eid.set(.success(statement(fixture, nonce: isDerived ? derived : text)))
      _ = try await fixture.service.authorizations.authorize(asked, as: fixture.principal())
      fixture.eid.set(.success(statement(fixture, nonce: again ? derived : text)))
      await #expect(throws: Refusal.wrongFactor(.eid)) {
        try await fixture.service.authorizations.authorize(asked, as: fixture.principal())
      }
    }
  }

  @Test("the nonce of the authorization server's own page is the derived one")
  func ownPage() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, expression: "EID", mode: .oauth2code)
    var asked = request(credential, [digest("one")])
    asked.channel = .authorizationServer(ClientID("app"))
    let nonce = try await fixture.service.factors.logInNonce(for: asked, as: fixture.principal())
    fixture.eid.set(.success(statement(fixture, nonce: nonce)))
    _ = try await fixture.service.authorizations.authorize(asked, as: fixture.principal())
  }

  @Test("the examples for clients compute the gateway's nonce")
  func examples() async throws {
    let digests = [digest("one"), digest("two")]
    let request = AuthorizationRequest(
      credential: CredentialID("c"), numSignatures: 258, hashAlgorithm: .sha256, digests: digests, presented: [:])
    let challenge = "0123456789abcdef"
    let arguments =
      [challenge, "2.16.840.1.101.3.4.2.1", "258"] + digests.map { Data($0).base64EncodedString() }
    for (program, file) in [("/bin/bash", "eid-nonce.sh"), ("/usr/bin/python3", "eid_nonce.py")] {
      let result = try await run(
        program, [repository.appendingPathComponent("Fixtures/\(file)").path] + arguments, withErrors: false)
      #expect(result.output == EIDNonce(request, .two).text(for: challenge) + "\n", "\(file)")
    }
  }

  // MARK: Access tokens

  private func accessToken(_ fixture: SigningFixture, _ id: String = "t-1", nonce: String? = nil) -> EIDStatement {
    var statement = statement(fixture, nonce: nonce)
    statement.accessToken = .init(id: id, expires: fixture.clock.now + 300)
    return statement
  }

  @Test("an access token authorizes once, on whichever gateway")
  func accessTokenOnce() async throws {
    let store = MemoryStore()
    let (fixture, other) = (SigningFixture(store: store), SigningFixture(store: store, instance: "other"))
    let credential = try await fixture.createCredential(expression: "EID")
    fixture.eid.set(.success(accessToken(fixture)))
    other.eid.set(.success(accessToken(fixture)))
    _ = try await fixture.authorize(credential, presented: [.eid: "token"])
    for fixture in [fixture, other] {
      await #expect(throws: Refusal.wrongFactor(.eid)) {
        try await fixture.authorize(credential, presented: [.eid: "token"])
      }
    }
    fixture.eid.set(.success(accessToken(fixture, "t-2")))
    _ = try await fixture.authorize(credential, presented: [.eid: "token"])
    #expect(store.count(.authorizationGranted) == 2)
  }

  @Test("of 20 that present an access token at once one is authorized")
  func accessTokenRace() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "EID")
    fixture.eid.set(.success(accessToken(fixture)))
    let opened = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<20 {
        group.addTask { (try? await fixture.authorize(credential, presented: [.eid: "token"])) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(opened == 1)
  }

  @Test("at SCAL 2 an access token needs the nonce, and a refused one is not used up")
  func accessTokenAtSCAL2() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(scal: .two, expression: "EID")
    let asked = request(credential, [digest("one")])
    let text = try await challenge(fixture, credential)
    let nonce = EIDNonce(asked, .two).text(for: text)
    for wrong in [nil, text, "made up"] {
      fixture.eid.set(.success(accessToken(fixture, nonce: wrong)))
      await #expect(throws: Refusal.wrongFactor(.eid)) {
        try await fixture.service.authorizations.authorize(asked, as: fixture.principal())
      }
    }
    fixture.eid.set(.success(accessToken(fixture, nonce: nonce)))
    _ = try await fixture.service.authorizations.authorize(asked, as: fixture.principal())
  }

  // MARK: What a refusal and an outage leave behind

  @Test("the provider's own limit for the age of a log-in takes the place of the gateway's")
  func maximumAge() async throws {
    let fixture = SigningFixture()
    let credential = try await fixture.createCredential(expression: "EID")
    for (age, limit, isGood) in [
      (600, nil, true), (601, nil, false), (31, 30, false), (30, 30, true), (900, 900, true),
    ]
      as [(UnixTime, UnixTime?, Bool)]
    {
      var statement = statement(fixture, nonce: try await challenge(fixture, credential))
      statement.authenticationTime = fixture.clock.now - age
      statement.maximumAge = limit
      fixture.eid.set(.success(statement))
      let result = try? await fixture.authorize(credential, presented: [.eid: "token"])
      #expect((result != nil) == isGood, "\(age) of \(limit ?? 600)")
    }
  }

  @Test("an encrypted token, one without nonce, and an outage leave the challenge open and stand in the audit log")
  func refusals() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "EID")
    let text = try await challenge(fixture, credential)
    for (answer, refusal) in [
      (.failure(.encrypted), .encryptedToken), (.success(statement(fixture, nonce: nil)), .wrongFactor(.eid)),
      (.failure(.refused("kid")), .wrongFactor(.eid)),
      (.failure(.providerUnavailable(ProviderOutage(retryAfter: 7))), .providerUnavailable(retryAfter: 7)),
    ] as [(Result<EIDStatement, EIDTokenError>, Refusal)] {
      fixture.eid.set(answer)
      await #expect(throws: refusal) { try await fixture.authorize(credential, presented: [.eid: "token"]) }
    }
    #expect(store.count(.authorizationRefused) == 3 && store.count(.authorizationUnavailable) == 1)
    fixture.eid.set(.success(statement(fixture, nonce: text)))
    _ = try await fixture.authorize(credential, presented: [.eid: "token"])
  }

  @Test("the audit log says who was authenticated how, with digests for what is personal")
  func evidence() async throws {
    let store = MemoryStore()
    let fixture = SigningFixture(store: store)
    let credential = try await fixture.createCredential(expression: "EID")
    var right = statement(fixture, nonce: try await challenge(fixture, credential))
    right.acr = "urn:example:loa:high"
    right.amr = ["pin", "hwk"]
    right.tokenID = "personal-jti"
    right.claims = [.init(name: "given_name", value: "Aloisia")]
    fixture.eid.set(.success(right))
    _ = try await fixture.authorize(credential, presented: [.eid: "token"])
    let entry = try #require(store.audit.entries.last.map { String(decoding: $0.text, as: UTF8.self) })
    for text in [
      "\"provider\":\"https://eid.example\"", "\"acr\":\"urn:example:loa:high\"", "\"amr\":[\"pin\",\"hwk\"]",
      "\"level\":\"high\"", "\"authTime\":\(right.authenticationTime)", "\"token\":\"01\"", "\"given_name\":\"",
      "\"tokenID\":\"\(Hex.encode(digest("personal-jti")))\"",
    ] {
      #expect(entry.contains(text), "\(text) in \(entry)")
    }
    for text in ["subject-1", "Aloisia", "personal-jti", "\"nonce\""] { #expect(!entry.contains(text), "\(text)") }
  }
}
