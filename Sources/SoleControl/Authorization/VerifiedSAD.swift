import Vocabulary

/// A SAD whose MAC the device confirmed: what it stands for is what was granted. Whether it is still alive only the
/// transaction that uses it can say.
public struct VerifiedSAD: Sendable {
  package let sad: SignatureActivationData
  let activation: Activation
  let binding: Binding

  /// Whether it is for this credential and this caller, and its time is not over.
  ///
  /// - Throws: `Refusal.invalidSAD`, `Refusal.sadExpired`.
  func check(
    for credential: Credential, _ principal: Principal, _ rules: ServiceContext.Rules, at now: UnixTime
  ) throws {
    guard binding.service == rules.service, binding.credential == credential.id,
      binding.partner == principal.partner, binding.signer == credential.signer,
      binding.client == nil || binding.client == principal.client
    else { throw Refusal.invalidSAD }
    guard binding.lifetime.isOpen(at: now) else { throw Refusal.sadExpired }
  }
}

/// A SAD with what the ledger has under its name, before the device was asked.
struct UnverifiedSAD: Sendable {
  private let sad: SignatureActivationData
  private let activation: Activation
  private let binding: Binding

  /// Nil if the ledger has nothing, or nothing that can be read.
  init?(_ sad: SignatureActivationData, _ activation: Activation?) {
    guard let activation, let binding = Binding(canonical: activation.binding) else { return nil }
    self.sad = sad
    self.activation = activation
    self.binding = binding
  }

  /// The message of which the device has to compute the MAC.
  var message: (key: MACKey, message: [UInt8]) { sad.message(over: activation) }

  /// - Parameter mac: the device's, over `message`.
  /// - Returns: nil if the SAD is forged, or the ledger was edited.
  func verified(by mac: [UInt8]) -> VerifiedSAD? {
    sad.isRight(mac) ? VerifiedSAD(sad: sad, activation: activation, binding: binding) : nil
  }
}

extension ServiceContext {
  /// Verifies a SAD.
  ///
  /// - Returns: nil if it is unknown, revoked, forged, or another service's. It may have been replaced or have expired.
  func verified(_ sad: SignatureActivationData) async throws -> VerifiedSAD? {
    guard let activation = try await activation(sad.digest), !activation.isRevoked,
      let unverified = UnverifiedSAD(sad, activation),
      let verified = unverified.verified(by: try await macs([unverified.message])[0]),
      verified.binding.service == rules.service
    else { return nil }
    return verified
  }

  /// A new SAD for this binding.
  func newSAD(for binding: Binding) async throws -> (SignatureActivationData, Activation) {
    let text = binding.canonical()
    let id = try await random(SignatureActivationData.idLength)
    let sad = SignatureActivationData(id: id, mac: try await macs([(.activation, id + text)])[0])
    return (sad, Activation(digest: sad.digest, binding: text, expires: binding.expires))
  }
}
