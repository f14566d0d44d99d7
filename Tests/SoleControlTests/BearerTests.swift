import AuditLog
import SoleControl
import TestSupport
import Testing
import Vocabulary

@Suite("a SAD that is the bearer of the call that signs with it", .timeLimit(.minutes(2)))
struct BearerTests {
  private let client = ClientID("app")

  /// A SAD of the authorization server, verified as a bearer, and the device that counts its visits.
  private func setting(
    _ store: MemoryStore = MemoryStore()
  ) async throws -> (SigningFixture, CountingDevice, Credential, CredentialBearer) {
    let device = CountingDevice()
    let fixture = SigningFixture(store: store, device: device)
    let credential = try await fixture.createCredential(mode: .oauth2code)
    let authorization = try await fixture.service.authorizations.authorize(
      AuthorizationRequest(
        credential: credential.id, numSignatures: 2, hashAlgorithm: nil, digests: [],
        presented: [.pin: SigningFixture.pin], channel: .authorizationServer(client)), as: fixture.principal())
    let bearer = try #require(try await fixture.service.authorizations.bearer(authorization.sad))
    return (fixture, device, credential, bearer)
  }

  private func request(_ credential: Credential, _ bearer: CredentialBearer, _ text: String) -> SigningRequest {
    var request = SigningRequest(
      credential: credential.id, sad: bearer.sad, algorithm: .ecdsa(.sha256), digests: [digest(text)])
    request.verified = bearer.verified
    return request
  }

  @Test("it is not authenticated a second time")
  func once() async throws {
    let store = MemoryStore()
    let (_, device, credential, bearer) = try await setting(store)
    // Another process of the service, which does not know the SAD yet.
    let fixture = SigningFixture(store: store, device: device)
    let before = device.macs
    _ = try await fixture.service.credentials.credential(credential.id, as: bearer.principal)
    #expect(device.macs == before + 1)
    _ = try await fixture.service.signing.sign(request(credential, bearer, "a"), as: bearer.principal)
    #expect(device.macs == before + 1)
    var plain = request(credential, bearer, "b")
    plain.verified = nil
    plain.sad = bearer.sad
    let stranger = SigningFixture(store: store, device: device)
    _ = try await stranger.service.signing.sign(plain, as: bearer.principal)
    #expect(device.macs == before + 2)
  }

  @Test("revoked after it was verified: the deciding transaction refuses it")
  func revoked() async throws {
    let store = MemoryStore()
    let (fixture, _, credential, bearer) = try await setting(store)
    try await fixture.service.authorizations.revoke(bearer.sad, as: bearer.principal)
    await #expect(throws: Refusal.invalidSAD) {
      try await fixture.service.signing.sign(request(credential, bearer, "a"), as: bearer.principal)
    }
    #expect(store.count(.signatureIntended) == 0)
  }

  @Test("expired after it was verified, or for another credential or client: refused")
  func otherwise() async throws {
    let (fixture, _, credential, bearer) = try await setting()
    let signing = fixture.service.signing
    let other = try await fixture.createCredential("other", mode: .oauth2code)
    await #expect(throws: Refusal.invalidSAD) {
      try await signing.sign(request(other, bearer, "a"), as: bearer.principal)
    }
    let stranger = Principal(partner: SigningFixture.partner, signer: SignerID("alice"), client: ClientID("stranger"))
    await #expect(throws: Refusal.invalidSAD) {
      try await signing.sign(request(credential, bearer, "a"), as: stranger)
    }
    fixture.clock.advance(300)
    await #expect(throws: Refusal.sadExpired) {
      try await signing.sign(request(credential, bearer, "a"), as: bearer.principal)
    }
  }

  @Test("the verification of one SAD does not stand for another in the body")
  func anotherSAD() async throws {
    let (fixture, _, credential, bearer) = try await setting()
    var forged = request(credential, bearer, "a")
    var octets = bearer.sad.octets
    octets[47] ^= 1
    forged.sad = try #require(SignatureActivationData(octets: octets))
    await #expect(throws: Refusal.invalidSAD) {
      try await fixture.service.signing.sign(forged, as: bearer.principal)
    }
  }
}
