import Lifetimes
import AuditLog
import Octets
import WireJSON

/// The credential-scope access token of the authorization server is a SAD (CSC v1 §8.3.3); presented as a bearer it also
/// proves which client calls (CSC v2 §8.4.4).
public struct CredentialBearer: Sendable {
  public let sad: SignatureActivationData
  public let principal: Principal
  public let credential: CredentialID
}

extension SigningService {
  /// For whom a SAD speaks when it comes as a bearer.
  ///
  /// - Returns: nil for anything but a SAD that the authorization server gave: one from credentials/authorize is no bearer.
  /// - Throws: `Refusal.sadExpired`.
  public func bearer(_ sad: SignatureActivationData) async throws -> CredentialBearer? {
    guard let (binding, isReplaced) = try await binding(of: sad), let client = binding.client, !isReplaced else {
      return nil
    }
    guard binding.lifetime.isOpen(at: clock.now()) else { throw Refusal.sadExpired }
    return CredentialBearer(
      sad: sad, principal: Principal(partner: binding.partner, signer: binding.signer, client: client),
      credential: binding.credential)
  }

  /// Ends a SAD: what it has left can no longer be used.
  ///
  /// - Throws: `Refusal.invalidSAD` if it is unknown or not the principal's.
  public func revoke(_ sad: SignatureActivationData, as principal: Principal) async throws {
    guard let (binding, _) = try await binding(of: sad), binding.partner == principal.partner,
      principal.signer == nil || binding.signer == principal.signer,
      binding.client == nil || binding.client == principal.client
    else { throw Refusal.invalidSAD }
    try await revoke(sad.digest)
  }

  /// Ends the SAD of this name in the ledger, and those that took its place.
  public func revoke(_ activation: ActivationDigest) async throws {
    let now = clock.now()
    try await store.write { transaction in
      var next: ActivationDigest? = activation
      while let activation = next {
        try transaction.revoke(activation)
        try transaction.append(
          AuditEvent(.authorizationRevoked, [("activation", .string(Hex.encode(activation.bytes)))]), at: now)
        next = try transaction.successor(of: activation)?.activation
      }
    }
  }

  /// Verifies a SAD. Returns its binding and whether it was replaced; nil if unknown, revoked or forged.
  func binding(of sad: SignatureActivationData) async throws -> (Binding, isReplaced: Bool)? {
    let name = sad.digest
    guard let activation = try await store.read({ try $0.activation(name) }), !activation.isRevoked,
      let binding = Binding(canonical: activation.binding), binding.service == rules.service
    else { return nil }
    return sad.isRight(try await macs([sad.message(over: activation)])[0]) ? (binding, activation.isReplaced) : nil
  }
}
