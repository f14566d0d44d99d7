import AuditLog
import Octets
import SoleControl
import Throttling
public import Vocabulary
import WireJSON

extension IssuanceService {
  /// A trusted client orders a credential for a customer of its partner (CSC v2 §8.2.2, note 22). The customer gives no
  /// factors, and sets the PIN of the credential himself, behind a link that the partner's messenger brings; until then
  /// it cannot be used. Whom to trust is the caller's to know.
  ///
  /// A customer whose subject is registered gets no certificate in another name; of one without, the client says who it
  /// is. The orders of a client are counted, and those for one customer, so that no one is flooded with links.
  ///
  /// - Parameters:
  ///   - claim: the subject, as far as the order names it.
  ///   - name: the customer's name at the partner. The link goes to the channel that the customer's credentials
  ///     establish, else to this name.
  ///   - language: of the message, RFC 5646; nil if it is not known.
  /// - Throws: `IssuanceRefusal.policyNotOffered`, `subjectDiffers`, `notRegistered` for a signer of another partner,
  ///   `onlyByOwner` for a profile of qualified signatures or with factors of its own, and if the customer could not be
  ///   told; `Refusal.tooManyTries`. Nothing was used.
  public func grantCreation(
    policy: String, claim: SubjectClaim, of signer: SignerID, named name: String, language: String?,
    byTrusted client: ClientID, as principal: Principal
  ) async throws -> IssuedLifecycleToken {
    guard let profile = authority?.profile(policy) else { throw IssuanceRefusal.policyNotOffered }
    guard profile.isForClients, try await soleControl.factors.reaches(customersOf: principal.partner) else {
      throw IssuanceRefusal.onlyByOwner
    }
    _ = try await orderedSubject(claim, signer, principal.partner, isWhole: false)
    let channel = try await soleControl.factors.recipient(of: signer, at: principal.partner)
    let recipient = channel ?? MessageRecipient(name: name, language: language)
    guard let token = LifecycleToken(octets: try await soleControl.context.random(LifecycleToken.length)) else {
      throw InternalFault.device(.fault)
    }
    let id = CredentialID("cred-" + (try await soleControl.context.randomID()))
    let now = clock.now()
    let grant = LifecycleGrant(
      kind: .orderedCreation(policy: policy, claim: claim, recipient: recipient), digest: token.digest,
      service: rules.service, partner: principal.partner, client: client, signer: signer, credential: id,
      expires: now + rules.grantLife, isByClient: true)
    let counts = [
      ThrottleKey(.creationClient, client.rawValue, owner: ThrottleKey.owner(ofClient: client.rawValue)),
      ThrottleKey(.creationSigner, signer.rawValue, owner: ThrottleKey.owner(ofSigner: signer.rawValue)),
    ]
    try await add(grant, counts: counts, at: now)
    return IssuedLifecycleToken(token: token, grant: grant, expiresIn: rules.grantLife)
  }

  /// Stores an order of a client, which is counted.
  func add(_ grant: LifecycleGrant, counts: [ThrottleKey], at now: UnixTime) async throws {
    let stored = StoredLifecycleGrant(
      digest: grant.digest, row: try await soleControl.context.protectedRow(grant), expires: grant.expires,
      state: .open)
    try await store.writeIssuance(reading: counts.map { .soleControl(.throttle($0, .exclusive)) }) { transaction in
      if let wait = try transaction.wait(counts, now: now) { throw Refusal.tooManyTries(retryAfter: wait) }
      try transaction.count(counts, now: now)
      try transaction.removeLifecycleGrants(expiredBefore: now)
      try transaction.add(stored)
      try transaction.append(
        AuditEvent(
          .lifecycleGranted,
          grant.auditFields + [("client", .string(grant.client.rawValue)), ("expires", .integer(grant.expires))]))
    }
  }

  /// The subject of a credential that a client orders, and whether it is new: then it is registered with the
  /// credential.
  ///
  /// - Parameter isWhole: whether the claim has to name all of it, if it is not registered.
  /// - Returns: nil if the claim does not name all of it, and need not.
  func orderedSubject(
    _ claim: SubjectClaim, _ signer: SignerID, _ partner: PartnerID, isWhole: Bool
  ) async throws -> (subject: CertificateSubject, isNew: Bool)? {
    if let registered = try await subject(of: signer) {
      guard registered.partner == partner else { throw isWhole ? IssuanceRefusal.subjectDiffers : .notRegistered }
      guard registered.agrees(with: claim) else { throw IssuanceRefusal.subjectDiffers }
      return (registered, false)
    }
    if let named = claim.subject(of: signer, at: partner) { return (named, true) }
    // A name that is not fit for a certificate does not become so by others next to it.
    guard !isWhole, claim.completed.subject(of: signer, at: partner) != nil else {
      throw IssuanceRefusal.subjectDiffers
    }
    return nil
  }
}

extension CredentialProfile {
  /// Whether a trusted client can order such a credential: it is for no qualified signatures, and the person need show
  /// no factors for it.
  var isForClients: Bool {
    let isQualified = qualifier.map { SignatureQualifier(rawValue: $0)?.needsQualifiedCertificate ?? true } ?? false
    return !isQualified && !policy.hasPrefix(OID.qualifiedPolicies) && proof == nil
  }
}

extension SubjectClaim {
  /// With something fit in place of what is open.
  fileprivate var completed: SubjectClaim {
    SubjectClaim(
      commonName: commonName ?? "A", givenName: givenName ?? "A", surname: surname ?? "A", country: country ?? "AT")
  }
}
