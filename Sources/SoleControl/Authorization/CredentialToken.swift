import AuditLog
public import Vocabulary
import WireJSON

/// The credential-scope access token of the authorization server is a SAD (CSC v1 §8.3.3); presented as a bearer it
/// also proves which client calls (CSC v2 §8.2.4).
public struct CredentialBearer: Sendable {
  /// The SAD as it was verified, for the call that signs with it.
  public let verified: VerifiedSAD

  public var sad: SignatureActivationData { verified.sad }
  public var credential: CredentialID { verified.binding.credential }
  public var principal: Principal {
    let binding = verified.binding
    return Principal(partner: binding.partner, signer: binding.signer, client: binding.client)
  }
}

extension AuthorizationService {
  /// The party for whom a SAD speaks when it comes as a bearer.
  ///
  /// - Returns: nil for anything but a SAD that the authorization server gave: one from credentials/authorize is no
  ///   bearer.
  /// - Throws: `Refusal.sadExpired`.
  public func bearer(_ sad: SignatureActivationData) async throws -> CredentialBearer? {
    guard let verified = try await context.verified(sad), verified.binding.client != nil,
      !verified.activation.isReplaced
    else { return nil }
    guard verified.binding.lifetime.isOpen(at: context.clock.now()) else { throw Refusal.sadExpired }
    return CredentialBearer(verified: verified)
  }

  /// Ends a SAD: what it has left can no longer be used.
  ///
  /// - Throws: `Refusal.invalidSAD` if it is unknown or not the principal's.
  public func revoke(_ sad: SignatureActivationData, as principal: Principal) async throws {
    guard let binding = try await context.verified(sad)?.binding, binding.partner == principal.partner,
      principal.signer == nil || binding.signer == principal.signer,
      binding.client == nil || binding.client == principal.client
    else { throw Refusal.invalidSAD }
    try await revoke(sad.digest)
  }

  /// Ends the SAD of this name in the ledger, and those that took its place.
  public func revoke(_ activation: ActivationDigest) async throws {
    try await write(reading: [.activations(from: activation, .exclusive)]) { transaction in
      var next: ActivationDigest? = activation
      while let activation = next {
        let binding = try transaction.activation(activation).flatMap { Binding(canonical: $0.binding) }
        try transaction.revoke(activation)
        try transaction.append(
          AuditEvent(
            .authorizationRevoked, partner: binding?.partner.rawValue, [("activation", .octets(activation.bytes))]))
        next = try transaction.successor(of: activation)?.activation
      }
    }
  }
}
