import AuditLog
import WireJSON

extension SigningService {
  /// Enrols a person: from now on certificates can be issued in this name. Enrolled again, the new data count.
  public func enrol(_ identity: EnrolledIdentity) async throws {
    let row = try await sealed(identity)
    let now = clock.now()
    try await store.write { transaction in
      try transaction.put(row, of: identity.signer)
      try transaction.append(
        AuditEvent(
          .signerEnrolled,
          [("signer", .string(identity.signer.text)), ("partner", .string(identity.partner.text))]), at: now)
    }
  }

  /// Nil if nobody is enrolled under this name at this partner.
  ///
  /// - Throws: `InternalFault.identityIntegrity` if the row is not what the gateway once sealed.
  public func identity(of signer: SignerID, at partner: PartnerID) async throws -> EnrolledIdentity? {
    guard let row = try await store.read({ try $0.identity(of: signer) }) else { return nil }
    let identity = try await unsealed(
      row, as: EnrolledIdentity.self, where: { $0.signer == signer }, named: ("signer", .string(signer.text)),
      else: .identityIntegrity(signer))
    return identity.partner == partner ? identity : nil
  }
}
