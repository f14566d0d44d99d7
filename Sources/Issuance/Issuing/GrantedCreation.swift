import AuditLog
import Lifetimes
import WireJSON

extension SigningService {
  /// Carries out a grant for a credential (CSC 2.1+ `credentials/create`).
  ///
  /// One transaction takes the grant and notes under which number a certificate will be asked for; another, after key
  /// and certificate are made, stores the credential. What fails for certain in between gives the grant back. After a
  /// crash in between the grant is spent, nothing of the credential exists, and the number is revoked (`recover`).
  ///
  /// - Throws: `Refusal.invalidLifecycleToken` if it was used meanwhile; for every other `Refusal` nothing was used.
  public func create(policy: String, claim: SubjectClaim, by bearer: LifecycleBearer) async throws -> Credential {
    let grant = bearer.grant
    guard case .creation(let granted, let salt, let verifier) = grant.kind, let issuance else {
      throw Refusal.invalidLifecycleToken
    }
    guard policy == granted else { throw Refusal.policyNotOffered }
    let (profile, subject) = try await creatable(policy: policy, claim: claim, grant.signer, grant.partner)
    let serialNumber = try await serialNumber()
    let revocation = Revocation(
      issuer: issuance.issuer.name, serialNumber: Hex.encode(serialNumber).uppercased(), time: clock.now(),
      expires: clock.now() + profile.days * 86400)
    try await reserve(grant, revocation)

    let (credential, row): (Credential, ProtectedRow)
    do {
      (credential, row) = try await make(
        grant, (profile, subject), issuance, serialNumber, .pin(salt: salt, verifier: verifier))
    } catch {
      // Certain, unless the issuer does not know itself.
      if case IssuerError.failed = error {
        try await abandon(grant.digest, revocation, kind: .creationFailed)
        await publishRevocations()
      } else {
        try await giveBack(grant)
      }
      throw error as? Refusal ?? Self.fault(error)
    }
    let now = clock.now()
    do {
      try await store.write { transaction in
        guard try transaction.remove(lifecycleGrant: grant.digest) else { throw StoreError.corrupt }
        try transaction.put(row, of: credential)
        for event in Self.events(ofNew: credential) { try transaction.append(event, at: now) }
      }
    } catch StoreError.outcomeUnknown {
      // If it was not stored, the grant is still reserved, and the next start revokes the certificate.
      throw InternalFault.outcomeUnknown
    } catch {
      try await abandon(grant.digest, revocation, kind: .creationFailed)
      throw error
    }
    await tellOwner(of: credential)
    return credential
  }

  /// 16 octets that make a positive number (RFC 5280 §4.1.2.2).
  private func serialNumber() async throws -> [UInt8] {
    do {
      let octets = try await device.random(count: 16)
      return [octets[0] & 0x7f | 0x40] + octets.dropFirst()
    } catch { throw error.asFault }
  }

  private func reserve(_ grant: LifecycleGrant, _ revocation: Revocation) async throws {
    let now = clock.now()
    let rules = rules
    try await store.write { transaction in
      guard try transaction.lifecycleGrant(grant.digest)?.state == .open, grant.lifetime(rules).isOpen(at: now) else {
        throw Refusal.invalidLifecycleToken
      }
      try transaction.put(
        .reserved(instance: rules.instance, serialNumber: revocation.serialNumber, issuer: revocation.issuer),
        ofLifecycleGrant: grant.digest)
      try transaction.append(
        AuditEvent(
          .creationIntended, grant.auditFields + [("serialNumber", .string(revocation.serialNumber))]), at: now)
    }
  }

  private func giveBack(_ grant: LifecycleGrant) async throws {
    let now = clock.now()
    try await store.write { transaction in
      try transaction.put(.open, ofLifecycleGrant: grant.digest)
      try transaction.append(AuditEvent(.creationReleased, [("lifecycle", .string(Hex.encode(grant.digest)))]), at: now)
    }
  }

  private func abandon(_ digest: [UInt8], _ revocation: Revocation, kind: AuditEvent.Kind) async throws {
    let now = clock.now()
    try await store.write { transaction in
      _ = try transaction.remove(lifecycleGrant: digest)
      try transaction.add(revocation)
      try transaction.append(
        AuditEvent(
          kind,
          [("lifecycle", .string(Hex.encode(digest))), ("serialNumber", .string(revocation.serialNumber))]), at: now)
    }
  }

  private func make(
    _ grant: LifecycleGrant, _ offered: (CredentialProfile, CertificateSubject), _ issuance: Issuance,
    _ serialNumber: [UInt8],
    _ pin: Authenticator
  ) async throws -> (Credential, ProtectedRow) {
    let (profile, subject) = offered
    let (wrapped, publicKey) = try await issuance.keys.makeKeyPair(profile.keyType)
    let certificate = try await issuance.issuer.issue(
      CertificateRequest(
        publicKey: publicKey, subject: subject, policy: profile.policy, serialNumber: serialNumber,
        notBefore: clock.now(), days: profile.days))
    let credential = Credential(
      id: grant.credential, partner: grant.partner, signer: grant.signer, description: subject.commonName,
      qualifier: profile.qualifier, keyType: profile.keyType, wrappedKey: wrapped, certificate: certificate,
      mode: profile.mode, expression: .factor(.pin), authenticators: [pin], scal: profile.scal,
      multisign: profile.multisign, isEnabled: true)
    guard certificate.publicKey == publicKey, certificate.serialNumber == Hex.encode(serialNumber).uppercased(),
      credential.isConsistent
    else { throw IssuerError.failed("not the certificate that was asked for") }
    let text = credential.canonical()
    do { return (credential, ProtectedRow(text: text, mac: try await macs([(.credentialRow, text)])[0])) } catch {
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

  static func events(ofNew credential: Credential) -> [AuditEvent] {
    [
      AuditEvent(
        .keyMade,
        [
          ("credential", .string(credential.id.rawValue)), ("signer", .string(credential.signer.rawValue)),
          ("partner", .string(credential.partner.rawValue)), ("keyType", .string(credential.keyType.name)),
        ]),
      AuditEvent(
        .certificateIssued,
        [
          ("credential", .string(credential.id.rawValue)),
          ("serialNumber", .string(credential.certificate.serialNumber)),
        ]),
    ]
  }
}

extension SoleControlWriting {
  /// What a crash left of creations: their orders are spent, and certificates that may have been issued are revoked.
  ///
  /// - Returns: how many there were.
  func endReservedLifecycleGrants(instance: String, at now: UnixTime) throws -> Int {
    let left = try takeReservedLifecycleGrants(instance: instance)
    for grant in left {
      guard case .reserved(_, let serialNumber, let issuer) = grant.state else { continue }
      // Nobody knows when such a certificate ends; it is named for ten years.
      try add(Revocation(issuer: issuer, serialNumber: serialNumber, time: now, expires: now + 10 * 31_557_600))
      try append(
        AuditEvent(
          .creationUnknown,
          [("lifecycle", .string(Hex.encode(grant.digest))), ("serialNumber", .string(serialNumber))]), at: now)
    }
    return left.count
  }
}
