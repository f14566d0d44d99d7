public import SoleControl
public import Vocabulary

/// Choices of a person, where a client left them open.
extension IssuanceService {
  /// Credentials of a signer that are looked at.
  private static let mostCredentials = 1000

  /// The policies under which the signer can ask for a credential on a page, in the order of the configuration.
  ///
  /// - Throws: as `offerCreation`, but for a policy that this signer cannot have.
  public func creationChoices(
    claim: SubjectClaim, askable: Set<FactorID>, as principal: Principal
  ) async throws -> [CreationOffer] {
    var offers: [CreationOffer] = []
    for profile in authority?.profiles ?? [] {
      do {
        offers.append(
          try await offerCreation(policy: profile.policy, claim: claim, askable: askable, as: principal))
      } catch IssuanceRefusal.notProven {}
    }
    return offers
  }

  /// The credentials of which the signer can ask on a page that they be deleted, by description and then by age.
  public func deletionChoices(askable: Set<FactorID>, as principal: Principal) async throws -> [Credential] {
    guard let signer = principal.signer else { return [] }
    return try await soleControl.credentials.list(
      of: signer, after: nil, limit: Self.mostCredentials, as: principal
    )
    .filter { $0.canBeAsked(askable) }
    .sorted { left, right in
      left.description != right.description
        ? left.description < right.description
        : (left.certificate.notBefore, left.id.rawValue) < (right.certificate.notBefore, right.id.rawValue)
    }
  }
}

extension Credential {
  /// Whether a page can ask for its factors. One that waits for its first factor has none.
  func canBeAsked(_ askable: Set<FactorID>) -> Bool {
    if expression != nil, authenticators.isEmpty { return false }
    return expression.map { $0.isSatisfied(by: askable) || $0.factors.isSubset(of: askable) } ?? true
  }
}
