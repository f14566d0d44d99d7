import AuditLog
import SoleControl
public import Vocabulary
import WireJSON

extension IssuanceService {
  /// Registers a subject: from now on certificates can be issued in this name. Registered again, the new data count.
  public func registerSubject(_ subject: CertificateSubject) async throws {
    let row = try await soleControl.context.protectedRow(subject)
    try await store.writeIssuance(reading: [.subject(subject.signer, .exclusive)]) { transaction in
      try transaction.put(row, of: subject.signer)
      try transaction.append(subject.registered)
    }
  }

  /// Nil if no subject is registered under this name at this partner.
  ///
  /// - Throws: `IssuanceFault.subjectIntegrity` if the row is not what the gateway wrote.
  public func subject(of signer: SignerID, at partner: PartnerID) async throws -> CertificateSubject? {
    let subject = try await subject(of: signer)
    return subject?.partner == partner ? subject : nil
  }

  /// The same, of whichever partner.
  func subject(of signer: SignerID) async throws -> CertificateSubject? {
    guard let row = try await store.readIssuance(reading: [.subject(signer)], { try $0.subject(of: signer) }) else {
      return nil
    }
    return try await soleControl.context.verifiedValue(
      row, as: CertificateSubject.self, where: { $0.signer == signer }, named: ("signer", .string(signer.rawValue)),
      else: IssuanceFault.subjectIntegrity(signer))
  }
}

extension CertificateSubject {
  /// For the audit log.
  var registered: AuditEvent {
    AuditEvent(
      .subjectRegistered, [("signer", .string(signer.rawValue)), ("partner", .string(partner.rawValue))])
  }
}
