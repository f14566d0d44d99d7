public import Enrolment
internal import PartnerModel

/// The parts behind the partner API.
public struct PartnerAPI: Sendable {
  let signers: SignerService
  let cursors: Cursors
  let calls: CallMaker
  let answers: RecordedAnswers
  let rates = CallRates()

  /// - Parameter secrets: the same in every gateway of the service.
  public init(signers: SignerService, secrets: EnrolmentSecrets) {
    self.signers = signers
    cursors = Cursors(secret: secrets.secret(for: "cursors"))
    calls = CallMaker(secrets: secrets)
    answers = RecordedAnswers(secret: secrets.secret(for: "recorded answers"))
  }

  /// Removes recorded calls whose time is over, a bounded number of them.
  public func removeOldCalls() async throws { try await signers.removeOldCalls() }
}
