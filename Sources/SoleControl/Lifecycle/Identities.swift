import AuditLog
import WireJSON

extension SigningService {
  /// Enrols a person: from now on certificates can be issued in this name. Enrolled again, the new data count.
  public func enrol(_ identity: EnrolledIdentity) async throws {
    let text = identity.canonical()
    let row = SealedRow(text: text, seal: try await codes([(.identity, text)])[0])
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
    let seal = try await codes([(.identity, row.text)])[0]
    guard Self.isEqual(seal, row.seal), let identity = EnrolledIdentity(canonical: row.text),
      identity.signer == signer
    else {
      try await record(AuditEvent(.integrityViolated, [("signer", .string(signer.text))]))
      throw InternalFault.identityIntegrity(signer)
    }
    return identity.partner == partner ? identity : nil
  }
}
