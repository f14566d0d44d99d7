import Octets
import AuditLog
import Vocabulary
import WireJSON

/// The credential's row is not the one that was verified before the device signed. Nothing was stored.
struct CredentialChanged: Error {}

// Steps 7 and 8, and the way back.
extension SigningService {
  /// Number of times that a row may change while one request is being completed.
  private static let mostChanges = 5

  /// One transaction consumes the slots, stores the signatures and appends the outcome, if the credential is still the
  /// one of step 2. If its row changed while the device signed, the new row is verified as the old one was; what it
  /// does not allow any more is not released, and its slots are given back.
  func complete(
    _ operation: SigningOperation, _ made: [[UInt8]], of request: SigningRequest,
    under authorization: VerifiedAuthorization,
    as principal: Principal
  ) async throws {
    let id = authorization.credential.id
    var mac = authorization.usable.mac
    for _ in 0..<Self.mostChanges {
      let verified = mac
      do {
        return try await write(reading: operation.keys(toComplete: id)) {
          try $0.complete(
            operation, made, of: id, mac: verified, count: request.items.count, for: authorization.binding.partner)
        }
      } catch is CredentialChanged {
        do { mac = try await macAfterChange(request, authorization, principal) } catch {
          try await release(operation, reason: Self.reason(error))
          throw error
        }
      } catch let refusal as Refusal {
        try await release(operation, reason: Self.reason(refusal))
        throw refusal
      } catch let error as StoreError where error.isUnavailable {
        // Nothing was stored, for certain. If the store does not take this either, the slots stay reserved.
        try? await release(operation, reason: "store")
        throw error
      } catch {
        throw InternalFault.outcomeUnknown
      }
    }
    try await release(operation, reason: "changed")
    throw Refusal.unavailable
  }

  /// The MAC of the row as it is now.
  ///
  /// - Throws: `Refusal` or `InternalFault` if the request could not be signed with it.
  private func macAfterChange(
    _ request: SigningRequest, _ authorization: VerifiedAuthorization, _ principal: Principal
  ) async throws -> [UInt8] {
    let usable = try await credentials.usable(authorization.credential.id, as: principal)
    let credential = usable.credential
    try request.check(credential, principal, context.clock.now())
    // The signature was made with the old row's key.
    guard credential.signer == authorization.binding.signer,
      credential.certificate == authorization.credential.certificate
    else { throw Refusal.unavailable }
    return usable.mac
  }

  func release(_ operation: SigningOperation, reason: String) async throws {
    try await write(reading: operation.keysToRelease) { try $0.release(operation, reason: reason) }
  }

  /// For the audit log.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case Refusal.unknownCredential: "deleted"
    case Refusal.invalidSAD: "revoked"
    case Refusal.credentialDisabled: "disabled"
    case Refusal.certificateExpired: "expired"
    case InternalFault.rowIntegrity, InternalFault.unfoundedQualifier: "integrity"
    case InternalFault.device: "device"
    default: "changed"
    }
  }
}

extension SigningOperation {
  /// - Parameter credential: the one that signed.
  func keys(toComplete credential: CredentialID) -> [SoleControlKey] {
    [.credential(credential), .activation(activation), .operation(id, .exclusive)]
  }

  /// Its slots become free for others.
  var keysToRelease: [SoleControlKey] { [.activation(activation, .exclusive), .operation(id, .exclusive)] }
}

extension CredentialReading where Self: LedgerWriting & AuditWriting {
  /// Consumes the slots, stores the signatures and appends the outcome.
  ///
  /// - Parameters:
  ///   - partner: of the SAD.
  ///   - made: the signatures, then their time-stamps.
  ///   - MAC: of the credential's row that was verified before the device signed.
  ///   - count: of the signatures.
  /// - Throws: `Refusal.unknownCredential` if the credential was deleted while the device signed,
  ///   `Refusal.invalidSAD` if the SAD was revoked, and `CredentialChanged`.
  func complete(
    _ operation: SigningOperation, _ made: [[UInt8]], of credential: CredentialID, mac: [UInt8], count: Int,
    for partner: PartnerID
  ) throws {
    guard let found = try self.mac(of: credential) else { throw Refusal.unknownCredential }
    guard try activation(operation.activation)?.isRevoked == false else { throw Refusal.invalidSAD }
    guard found == mac else { throw CredentialChanged() }
    try complete(operation, signatures: made)
    let digest = OctetDigest.sha256(made.prefix(count).flatMap(\.self))
    try append(
      AuditEvent(
        .signatureMade, partner: partner.rawValue,
        [
          ("operation", .string(operation.id)), ("count", .integer(Int64(count))),
          ("signatures", .octets(digest)),
        ]))
  }

  /// Gives slots back after a failure that certainly released no signature.
  func release(_ operation: SigningOperation, reason: String) throws {
    try release(operation)
    let binding = try activation(operation.activation).flatMap { Binding(canonical: $0.binding) }
    try append(
      AuditEvent(
        .signatureReleased, partner: binding?.partner.rawValue,
        [("operation", .string(operation.id)), ("reason", .string(reason))]))
  }
}
