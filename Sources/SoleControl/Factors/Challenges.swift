import Octets

extension SigningService {
  /// Open challenges per credential and factor; the oldest goes when one more is asked for.
  private static let openChallenges = 16

  /// Makes a challenge for a factor that needs one (CSC v2 §11.8). It is good once, for this credential.
  public func challenge(for id: CredentialID, factor: FactorID?, as principal: Principal) async throws -> String {
    let credential = try await credential(id, as: principal)
    guard let factor, credential.authenticators.contains(where: { $0.factor == factor }), factor == .eid else {
      throw Refusal.noChallenge
    }
    let text = try await randomID() + randomID()
    let challenge = Challenge(
      digest: OctetDigest.sha256(text), credential: id, factor: factor,
      expires: try decidingTime() + rules.challengeLife)
    try await store.write { try $0.add(challenge, keep: Self.openChallenges) }
    return text
  }

  /// Makes a challenge and gives the nonce of a log-in that authorizes this request and no other.
  public func logInNonce(for request: AuthorizationRequest, as principal: Principal) async throws -> String {
    let text = try await challenge(for: request.credential, factor: .eid, as: principal)
    return EIDNonce(request, .two).text(for: text)
  }
}
