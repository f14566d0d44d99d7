import AuditLog
import Octets
public import SoleControl
public import Throttling
public import Vocabulary
import WireJSON

/// A grant's token, once: it is not stored and cannot be shown again.
public struct IssuedLifecycleToken: Sendable {
  public let token: LifecycleToken
  public let grant: LifecycleGrant
  /// Seconds.
  public let expiresIn: UnixTime
}

/// The question to a person on the page, with everything that can be refused before anybody is asked.
public struct CreationOffer: Sendable {
  public let profile: CredentialProfile
  public let subject: CertificateSubject
  /// The person's credential whose factors are asked for.
  public let proof: Credential

  /// All that a page shows of it.
  public func canonical() -> [UInt8] {
    let profile: JSONValue = [
      "policy": .string(profile.policy),
      "names": .object(
        JSONObject(
          profile.names.sorted { $0.key < $1.key }.map {
            ($0.key, .string($0.value))
          })), "days": .integer(profile.days),
    ]
    return profile.canonical() + subject.canonical() + proof.canonical()
  }
}

/// The bearer of a grant's token.
public struct LifecycleBearer: Sendable {
  public let grant: LifecycleGrant

  public var principal: Principal {
    Principal(partner: grant.partner, signer: grant.signer, client: grant.client)
  }
}

extension IssuanceService {
  // MARK: Creation

  /// Whether the signer can ask for a credential under this policy on a page.
  ///
  /// - Parameters:
  ///   - askable: the factors that the page can ask for.
  ///   - principal: the signer, by a client.
  /// - Throws: `IssuanceRefusal.policyNotOffered`, `IssuanceRefusal.notRegistered`, `IssuanceRefusal.subjectDiffers`,
  ///   `IssuanceRefusal.notProven`.
  public func offerCreation(
    policy: String, claim: SubjectClaim, askable: Set<FactorID>, as principal: Principal
  ) async throws -> CreationOffer {
    guard let signer = principal.signer else { throw IssuanceRefusal.notRegistered }
    let (profile, subject) = try await creatable(policy: policy, claim: claim, signer, principal.partner)
    return CreationOffer(
      profile: profile, subject: subject,
      proof: try await proof(of: signer, for: profile, askable: askable, as: principal))
  }

  /// Finds the profile and the subject of a credential to be made.
  func creatable(
    policy: String, claim: SubjectClaim, _ signer: SignerID, _ partner: PartnerID
  ) async throws -> (CredentialProfile, CertificateSubject) {
    guard let profile = authority?.profile(policy) else { throw IssuanceRefusal.policyNotOffered }
    guard let subject = try await subject(of: signer, at: partner) else { throw IssuanceRefusal.notRegistered }
    guard subject.agrees(with: claim) else { throw IssuanceRefusal.subjectDiffers }
    return (profile, subject)
  }

  /// The logged-in person asks for a credential with this PIN, and shows for it what signing takes: the factors of the
  /// offered credential, checked and counted as for a signature.
  ///
  /// The PIN is tied to the new credential's name here and kept as it will be; it is not shown again.
  public func grantCreation(
    _ offered: CreationOffer, pin: String, presented: [FactorID: String], client: ClientID, as principal: Principal,
    from origin: Origin? = nil
  ) async throws -> IssuedLifecycleToken {
    guard PINRule.isSuitable(pin) else { throw IssuanceRefusal.unsuitablePIN }
    let policy = offered.profile.policy
    return try await grant(
      .creation(policy: policy, by: offered.proof.id, presented: presented), client, as: principal, from: origin
    ) { proof in
      // The offer must be the one on the page.
      guard proof == offered.proof, principal.signer == proof.signer else { throw Refusal.unavailable }
      try offered.profile.check(factors: Set(presented.keys), proof)
      let credential = CredentialID("cred-" + (try await soleControl.context.randomID()))
      let kept = try await PINVerifier(of: pin, credential, soleControl.context)
      return (.creation(policy: policy, salt: kept.salt, verifier: kept.verifier), credential)
    }
  }

  // MARK: Deletion

  /// The credential, if its owner can ask on a page that it be deleted.
  ///
  /// - Parameter askable: the factors that the page can ask for.
  public func offerDeletion(
    of id: CredentialID, askable: Set<FactorID>, as principal: Principal
  ) async throws -> Credential {
    let credential = try await soleControl.credentials.usable(id, for: .deletion, as: principal).credential
    guard credential.canBeAsked(askable) else {
      throw Refusal.policyNotSatisfied
    }
    return credential
  }

  /// The owner asks that a credential be deleted, with the factors that a signature takes, checked and counted as
  /// for one. It may be disabled or expired.
  public func grantDeletion(
    of id: CredentialID, presented: [FactorID: String], client: ClientID, as principal: Principal,
    from origin: Origin? = nil
  ) async throws -> IssuedLifecycleToken {
    try await grant(.deletion(of: id, presented: presented), of: .deletion, client, as: principal, from: origin) { _ in
      (.deletion, id)
    }
  }

  /// - Parameters:
  ///   - request: the credential whose factors are asked for, and what was presented.
  ///   - wanted: the grant and its credential, given the one whose factors they are; it can refuse before they
  ///     are looked at.
  private func grant(
    _ request: AuthorizationRequest, of use: CredentialUse = .any, _ client: ClientID, as principal: Principal,
    from origin: Origin?,
    _ wanted: (Credential) async throws -> (LifecycleGrant.Kind, CredentialID)
  ) async throws -> IssuedLifecycleToken {
    var request = request
    request.origin = origin
    guard let token = LifecycleToken(octets: try await soleControl.context.random(LifecycleToken.length)) else {
      throw InternalFault.device(.fault)
    }
    let (proof, grant, row) = try await soleControl.factors.prove(request, of: use, as: principal) { credential, now in
      let (kind, id) = try await wanted(credential)
      return LifecycleGrant(
        kind: kind, digest: token.digest, service: rules.service, partner: credential.partner, client: client,
        signer: credential.signer, credential: id, expires: now + rules.grantLife)
    }
    let stored = StoredLifecycleGrant(digest: token.digest, row: row, expires: grant.expires, state: .open)
    let refusal: Refusal? = try await store.writeIssuance(
      reading: proof.keys.map { .soleControl($0) }
    ) { transaction in
      if let refusal = try proof.decide(in: transaction) { return refusal }
      try transaction.removeLifecycleGrants(expiredBefore: proof.time)
      try transaction.add(stored)
      try transaction.append(
        AuditEvent(
          .lifecycleGranted,
          grant.auditFields + [
            ("client", .string(client.rawValue)), ("proof", .string(proof.credential.id.rawValue)),
            ("evidence", .array(proof.evidence.map(\.json))), ("expires", .integer(grant.expires)),
          ]))
      return nil
    }
    if let refusal { throw refusal }
    return IssuedLifecycleToken(token: token, grant: grant, expiresIn: rules.grantLife)
  }

  // MARK: The token

  /// The grant of a bearer token; nil for one that is unknown, used, or was never given.
  ///
  /// - Throws: `IssuanceRefusal.lifecycleTokenExpired`.
  public func grant(of token: LifecycleToken) async throws -> LifecycleBearer? {
    let digest = token.digest
    guard
      let stored = try await store.readIssuance(
        reading: [.lifecycleGrant(digest)], { try $0.lifecycleGrant(digest) }), stored.state == .open
    else { return nil }
    let grant = try await soleControl.context.verifiedValue(
      stored.row, as: LifecycleGrant.self, where: { $0.digest == digest && $0.service == rules.service },
      named: ("lifecycle", .string(Hex.encode(digest))), else: IssuanceFault.lifecycleGrantIntegrity)
    guard grant.lifetime(rules).isOpen(at: try soleControl.context.decidingTime()) else {
      throw IssuanceRefusal.lifecycleTokenExpired
    }
    return LifecycleBearer(grant: grant)
  }

  /// Ends a grant that was not carried out.
  ///
  /// - Throws: `IssuanceRefusal.invalidLifecycleToken` if there is none, or it is not the principal's.
  public func withdraw(_ token: LifecycleToken, as principal: Principal) async throws {
    let bearer: LifecycleBearer?
    do { bearer = try await grant(of: token) } catch is Refusal, is IssuanceRefusal {
      throw IssuanceRefusal.invalidLifecycleToken
    }
    guard let bearer, bearer.grant.partner == principal.partner,
      principal.signer == nil || principal.signer == bearer.grant.signer,
      principal.client == bearer.grant.client
    else { throw IssuanceRefusal.invalidLifecycleToken }
    try await withdraw(grant: token.digest)
  }

  /// Ends the grant of this digest, if it is open.
  public func withdraw(grant digest: [UInt8]) async throws {
    try await store.writeIssuance(reading: [.lifecycleGrant(digest, .exclusive)]) { transaction in
      guard try transaction.lifecycleGrant(digest)?.state == .open else { return }
      _ = try transaction.remove(lifecycleGrant: digest)
      try transaction.append(AuditEvent(.lifecycleWithdrawn, [("lifecycle", .string(Hex.encode(digest)))]))
    }
  }
}
