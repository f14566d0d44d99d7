import SoleControl
import Vocabulary

extension IssuanceService {
  /// Credentials of a signer that are looked at.
  private static let mostCredentials = 1000

  /// The credential whose factors a person shows to have another one made.
  ///
  /// A new credential is a way to sign, so it takes what signing takes. The factors are given on our own page. A
  /// credential that is authorized there only (`oauth2code`), or for named digests only (SCAL 2), is not given for
  /// the factors of one that is not: those the partner's software may know. Among those that fit, it is the one with
  /// the fewest factors, the PIN before others, and then the oldest, so that no new credential takes the place of those
  /// it was made with.
  ///
  /// - Parameter askable: the factors that the page can ask for.
  /// - Throws: `IssuanceRefusal.notProven` if there is none: the first credential is made when the signer is
  ///   registered.
  func proof(
    of signer: SignerID, for profile: CredentialProfile, askable: Set<FactorID>, as principal: Principal
  ) async throws -> Credential {
    let now = clock.now()
    let fitting = try await soleControl.credentials.list(
      of: signer, after: nil, limit: Self.mostCredentials, as: principal
    )
    .filter {
      $0.isEnabled && $0.isValid(at: now) && profile.takesProof(of: $0, askable: askable)
    }
    guard let first = fitting.min(by: { $0.isBefore($1) }) else { throw IssuanceRefusal.notProven }
    return first
  }
}

extension CredentialProfile {
  fileprivate func takesProof(of credential: Credential, askable: Set<FactorID>) -> Bool {
    guard let expression = credential.expression, mode != .oauth2code || credential.mode == .oauth2code,
      scal != .two || credential.scal == .two
    else { return false }
    let factors = expression.factors.intersection(askable)
    return (expression.isSatisfied(by: askable) || expression.factors.isSubset(of: askable))
      && (proof.map { $0.isSatisfied(by: factors) || $0.factors.isSubset(of: factors) } ?? true)
  }

  /// - Throws: `Refusal` unless these factors, if they are right, are what the credential and the policy demand.
  func check(factors: Set<FactorID>, _ credential: Credential) throws {
    try credential.check(factors: factors)
    guard let proof else { return }
    let presented = factors.intersection(credential.authenticators.map(\.factor))
    guard proof.isSatisfied(by: presented) else { throw Refusal(missing: proof.missing(from: presented)) }
  }
}

extension Credential {
  fileprivate func isBefore(_ other: Credential) -> Bool {
    rank.lexicographicallyPrecedes(other.rank) || rank == other.rank && id.rawValue < other.id.rawValue
  }

  private var rank: [Int64] {
    let factors = expression?.factors ?? []
    return [Int64(factors.count), factors.contains(.pin) ? 0 : 1, certificate.notBefore]
  }
}
