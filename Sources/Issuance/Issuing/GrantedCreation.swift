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
    guard let granted = grant.policy, let authority else { throw IssuanceRefusal.invalidLifecycleToken }
    guard policy == granted else { throw IssuanceRefusal.policyNotOffered }
    let planned = try await planned(grant, policy, claim)
    let serialNumber = try await serialNumber()
    let revocation = Revocation(
      issuer: authority.issuer.name, serialNumber: Hex.encode(serialNumber, .upper), time: clock.now(),
      expires: clock.now() + planned.profile.days * 86400, reason: .cessationOfOperation)
    var invitation: Invitation?
    if let recipient = planned.recipient {
      invitation = try await invitations.invitation(to: recipient, for: grant, revocation)
    }
    try await reserve(grant, revocation)

    let (credential, row): (Credential, ProtectedRow)
    do {
      (credential, row) = try await make(grant, planned, authority, serialNumber)
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
    do { try await keep(credential, row, planned, invitation, by: grant) } catch StoreError.outcomeUnknown {
      // If it was not stored, the grant is still reserved, and the next start revokes the certificate.
      throw InternalFault.outcomeUnknown
    } catch {
      try await abandon(grant, revocation, kind: .creationFailed)
      throw error
    }
    if let invitation {
      await invitations.send(invitation)
    } else {
      await soleControl.factors.tellOwner(of: credential)
    }
    return credential
  }

  /// The credential that a grant is for: all that can be refused is looked at first.
  private func planned(_ grant: LifecycleGrant, _ policy: String, _ claim: SubjectClaim) async throws -> PlannedCreation
  {
    switch grant.kind {
    case .creation(_, let salt, let verifier):
      let (profile, subject) = try await creatable(policy: policy, claim: claim, grant.signer, grant.partner)
      return PlannedCreation(
        profile: profile, subject: subject, factors: [.pin(PINVerifier(salt: salt, verifier: verifier))])
    case .orderedCreation(_, let ordered, let recipient):
      guard let profile = authority?.profile(policy) else { throw IssuanceRefusal.policyNotOffered }
      // The profile may have changed since the order, and the partner's messenger may have gone.
      guard profile.isForClients, try await soleControl.factors.reaches(customersOf: grant.partner) else {
        throw IssuanceRefusal.onlyByOwner
      }
      guard let joined = ordered.joined(with: claim),
        let (subject, isNew) = try await orderedSubject(joined, grant.signer, grant.partner, isWhole: true)
      else { throw IssuanceRefusal.subjectDiffers }
      return PlannedCreation(
        profile: profile, subject: subject, factors: [], recipient: recipient,
        newSubject: isNew ? try await soleControl.context.protectedRow(subject) : nil)
    case .deletion: throw IssuanceRefusal.invalidLifecycleToken
    }
  }

  /// Stores the credential with all that comes with it, and uses the grant up.
  private func keep(
    _ credential: Credential, _ row: ProtectedRow, _ planned: PlannedCreation, _ invitation: Invitation?,
    by grant: LifecycleGrant
  ) async throws {
    var keys: [IssuanceKey] = [
      .lifecycleGrant(grant.digest, .exclusive), .soleControl(.credential(credential.id, .exclusive)),
    ]
    if planned.newSubject != nil { keys.append(.subject(grant.signer, .exclusive)) }
    let declared = keys
    try await store.writeIssuance(reading: declared) { transaction in
      guard try transaction.remove(lifecycleGrant: grant.digest) else { throw StoreError.corrupt }
      if let new = planned.newSubject {
        // Registered meanwhile, perhaps in another name.
        guard try transaction.subject(of: grant.signer) == nil else { throw Refusal.unavailable }
        try transaction.put(new, of: grant.signer)
        try transaction.append(planned.subject.registered)
      }
      try transaction.put(row, of: credential)
      if let invitation { try transaction.add(invitation) }
      for event in credential.eventsOfCreation { try transaction.append(event) }
    }
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
    _ grant: LifecycleGrant, _ planned: PlannedCreation, _ authority: IssuingAuthority, _ serialNumber: [UInt8]
  ) async throws -> (Credential, ProtectedRow) {
    let (profile, subject) = (planned.profile, planned.subject)
    let (wrapped, publicKey) = try await authority.keys.makeKeyPair(profile.keyType)
    let certificate = try await authority.issuer.issue(
      CertificateRequest(
        publicKey: publicKey, subject: subject, policy: profile.policy, serialNumber: serialNumber,
        notBefore: clock.now(), days: profile.days))
    let credential = Credential(
      id: grant.credential, partner: grant.partner, signer: grant.signer, description: subject.commonName,
      qualifier: profile.qualifier, keyType: profile.keyType, wrappedKey: wrapped, certificate: certificate,
      mode: profile.mode, expression: .factor(.pin), authenticators: planned.factors, scal: profile.scal,
      multisign: profile.multisign, isEnabled: !planned.factors.isEmpty)
    guard certificate.publicKey == publicKey, certificate.serialNumber == Hex.encode(serialNumber, .upper),
      credential.isConsistent
    else { throw IssuerError.failed("not the certificate that was asked for") }
    guard !grant.isByClient || !credential.isQualified else { throw IssuerError.failed("a qualified certificate") }
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

/// A credential that is about to be made.
private struct PlannedCreation: Sendable {
  let profile: CredentialProfile
  let subject: CertificateSubject
  /// Empty if the person sets one afterwards.
  let factors: [Authenticator]
  /// The one who is invited to do so.
  var recipient: MessageRecipient?
  /// The subject's row, if it is to be registered.
  var newSubject: ProtectedRow?
}
