import AuditLog
import Octets
public import SoleControl
import Vocabulary
import WireJSON

extension IssuanceService {
  /// Carries out a grant for a credential (CSC 2.1+ `credentials/create`).
  ///
  /// One transaction takes the grant and notes under which number a certificate will be asked for; another, after key
  /// and certificate are made, stores the credential. A certain failure in between gives the grant back. After a
  /// crash in between the grant is spent, nothing of the credential exists, and the number is revoked (`recover`).
  ///
  /// - Throws: `IssuanceRefusal.invalidLifecycleToken` if it was used meanwhile; for every other refusal nothing was
  ///   used.
  public func create(policy: String, claim: SubjectClaim, by bearer: LifecycleBearer) async throws -> Credential {
    let grant = bearer.grant
    guard case .creation(let granted, let salt, let verifier) = grant.kind, let authority else {
      throw IssuanceRefusal.invalidLifecycleToken
    }
    guard policy == granted else { throw IssuanceRefusal.policyNotOffered }
    let (profile, subject) = try await creatable(policy: policy, claim: claim, grant.signer, grant.partner)
    let serialNumber = try await serialNumber()
    let revocation = Revocation(
      issuer: authority.issuer.name, serialNumber: Hex.encode(serialNumber, .upper), time: clock.now(),
      expires: clock.now() + profile.days * 86400, reason: .cessationOfOperation)
    try await reserve(grant, revocation)

    let (credential, row): (Credential, ProtectedRow)
    do {
      (credential, row) = try await make(
        grant, (profile, subject), authority, serialNumber, .pin(PINVerifier(salt: salt, verifier: verifier)))
    } catch {
      // Certain, unless the issuer does not know itself.
      if case IssuerError.failed = error {
        try await abandon(grant, revocation, kind: .creationFailed)
        await publishRevocations()
      } else {
        try await giveBack(grant)
      }
      throw Self.fault(error)
    }
    do {
      try await store.writeIssuance(
        reading: [.lifecycleGrant(grant.digest, .exclusive), .soleControl(.credential(credential.id, .exclusive))]
      ) { transaction in
        guard try transaction.remove(lifecycleGrant: grant.digest) else { throw StoreError.corrupt }
        try transaction.put(row, of: credential)
        for event in credential.eventsOfCreation { try transaction.append(event) }
      }
    } catch StoreError.outcomeUnknown {
      // If it was not stored, the grant is still reserved, and the next start revokes the certificate.
      throw InternalFault.outcomeUnknown
    } catch {
      try await abandon(grant, revocation, kind: .creationFailed)
      throw error
    }
    await soleControl.factors.tellOwner(of: credential)
    return credential
  }

  /// 16 octets that make a positive number (RFC 5280 §4.1.2.2).
  private func serialNumber() async throws -> [UInt8] {
    let octets = try await soleControl.context.random(16)
    return [octets[0] & 0x7f | 0x40] + octets.dropFirst()
  }

  private func reserve(_ grant: LifecycleGrant, _ revocation: Revocation) async throws {
    let now = clock.now()
    let rules = rules
    try await store.writeIssuance(reading: [.lifecycleGrant(grant.digest, .exclusive)]) { transaction in
      guard try transaction.lifecycleGrant(grant.digest)?.state == .open, grant.lifetime(rules).isOpen(at: now) else {
        throw IssuanceRefusal.invalidLifecycleToken
      }
      try transaction.put(
        .reserved(instance: rules.instance, serialNumber: revocation.serialNumber, issuer: revocation.issuer),
        ofLifecycleGrant: grant.digest)
      try transaction.append(
        AuditEvent(
          .creationIntended, grant.auditFields + [("serialNumber", .string(revocation.serialNumber))]))
    }
  }

  private func giveBack(_ grant: LifecycleGrant) async throws {
    try await store.writeIssuance(reading: [.lifecycleGrant(grant.digest, .exclusive)]) { transaction in
      try transaction.put(.open, ofLifecycleGrant: grant.digest)
      try transaction.append(
        AuditEvent(
          .creationReleased, partner: grant.partner.rawValue, [("lifecycle", .string(Hex.encode(grant.digest)))]))
    }
  }

  private func abandon(_ grant: LifecycleGrant, _ revocation: Revocation, kind: AuditEvent.Kind) async throws {
    try await store.writeIssuance(reading: [.lifecycleGrant(grant.digest, .exclusive)]) { transaction in
      _ = try transaction.remove(lifecycleGrant: grant.digest)
      try transaction.add(revocation)
      try transaction.append(
        AuditEvent(
          kind, partner: grant.partner.rawValue,
          [("lifecycle", .string(Hex.encode(grant.digest))), ("serialNumber", .string(revocation.serialNumber))]))
    }
  }

  private func make(
    _ grant: LifecycleGrant, _ offered: (CredentialProfile, CertificateSubject), _ authority: IssuingAuthority,
    _ serialNumber: [UInt8], _ pin: Authenticator
  ) async throws -> (Credential, ProtectedRow) {
    let (profile, subject) = offered
    let (wrapped, publicKey) = try await authority.keys.makeKeyPair(profile.keyType)
    let certificate = try await authority.issuer.issue(
      CertificateRequest(
        publicKey: publicKey, subject: subject, policy: profile.policy, serialNumber: serialNumber,
        notBefore: clock.now(), days: profile.days))
    let credential = Credential(
      id: grant.credential, partner: grant.partner, signer: grant.signer, description: subject.commonName,
      qualifier: profile.qualifier, keyType: profile.keyType, wrappedKey: wrapped, certificate: certificate,
      mode: profile.mode, expression: .factor(.pin), authenticators: [pin], scal: profile.scal,
      multisign: profile.multisign, isEnabled: true)
    guard certificate.publicKey == publicKey, certificate.serialNumber == Hex.encode(serialNumber, .upper),
      credential.isConsistent
    else { throw IssuerError.failed("not the certificate that was asked for") }
    if let claim = credential.unfoundedClaim { throw IssuerError.failed("the profile says \(claim)") }
    do { return (credential, try await soleControl.context.protectedRow(credential)) } catch {
      // There is a certificate now, so this is not a failure after which nothing was issued.
      throw IssuerError.failed("the new credential could not be protected")
    }
  }

  private static func fault(_ error: any Error) -> any Error {
    switch error {
    case IssuerError.unavailable: Refusal.unavailable
    case let error as DeviceError: error.asFault
    default: error
    }
  }
}
