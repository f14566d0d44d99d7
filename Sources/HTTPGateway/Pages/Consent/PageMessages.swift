internal import CSCModel
internal import OAuth
internal import SoleControl

extension PageMessage {
  /// The person's answer to a refusal; nil for one that no further try can change.
  init?(_ refusal: Refusal) {
    switch refusal {
    case .factorMissing, .factorsMissing:
      self = refusal.stillNeeded?.always.first.map { .missing($0.pageField) } ?? .notEnough
    case .wrongFactor(let factor): self = .wrong(factor.pageField)
    case .lockedFactor(let factor): self = .locked(factor.pageField)
    case .policyNotSatisfied: self = .notEnough
    case .tooManyTries: self = .tooManyTries
    case .unavailable, .providerUnavailable: self = .busy
    default: return nil
    }
  }
}

extension OAuthError {
  init(_ error: CSCError) { self.init(error.code, error.text) }
}
