public import Throttling
import AuditLog
import Crypto
import Lifetimes
import WireJSON

/// A grant's token, once: it is not stored and cannot be had again.
public struct IssuedLifecycleToken: Sendable {
  public let token: LifecycleToken
  public let grant: LifecycleGrant
  /// Seconds.
  public let expiresIn: UnixTime
}

/// What a person is asked on the page, with all that can be refused before anybody is asked.
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

/// For whom a grant's token speaks.
public struct LifecycleBearer: Sendable {
  public let grant: LifecycleGrant

  public var principal: Principal {
    Principal(partner: grant.partner, signer: grant.signer, client: grant.client)
  }
}

extension SigningService {
  // MARK: Creation

  /// Whether the signer can ask for a credential under this policy on a page.
  ///
  /// - Parameters:
  ///   - askable: the factors that the page can ask for.
  ///   - principal: the signer, by a client.
  /// - Throws: `Refusal.policyNotOffered`, `Refusal.notRegistered`, `Refusal.subjectDiffers`, `Refusal.notProven`.
  public func offerCreation(
    policy: String, claim: SubjectClaim, askable: Set<FactorID>, as principal: Principal
  ) async throws -> CreationOffer {
    guard let signer = principal.signer else { throw Refusal.notRegistered }
    let (profile, subject) = try await creatable(policy: policy, claim: claim, signer, principal.partner)
    return CreationOffer(
      profile: profile, subject: subject,
      proof: try await proof(of: signer, for: profile, askable: askable, as: principal))
  }

  /// Under which profile and in whose name a credential would be made.
  func creatable(
    policy: String, claim: SubjectClaim, _ signer: SignerID, _ partner: PartnerID
  ) async throws -> (CredentialProfile, CertificateSubject) {
    guard let profile = issuance?.profile(policy) else { throw Refusal.policyNotOffered }
    guard let subject = try await subject(of: signer, at: partner) else { throw Refusal.notRegistered }
    guard subject.agrees(with: claim) else { throw Refusal.subjectDiffers }
    return (profile, subject)
  }

  /// The logged-in person asks for a credential with this PIN, and shows for it what signing takes: the factors of the
  /// offered credential, checked and counted as for a signature.
  ///
  /// The PIN is tied to the new credential's name here and kept as it will be; nobody sees it again.
  public func grantCreation(
    _ offered: CreationOffer, pin: String, presented: [FactorID: String], client: ClientID, as principal: Principal,
    from origin: Origin? = nil
  ) async throws -> IssuedLifecycleToken {
    guard PINRule.isSuitable(pin) else { throw Refusal.unsuitablePIN }
    let proofID = offered.proof.id
    guard let row = try await store.read({ try $0.credential(proofID) }) else { throw Refusal.unknownCredential }
    let proof = try await confirmed(row, id: proofID)
    // What the page offered.
    guard proof == offered.proof, principal.mayUse(proof), principal.signer == proof.signer else {
      throw Refusal.unavailable
    }
    try offered.profile.check(factors: Set(presented.keys), proof)
    let policy = offered.profile.policy
    let credential = CredentialID("cred-" + (try await randomID()))
    let (salt, verifier) = try await verifier(of: pin, credential)
    let throttle = FactorThrottle(proof, client: principal.client, origin: origin)
    let checks = try await prepare(
      .creation(policy: policy, by: proofID, presented: presented), for: proof, throttle,
      evidencePrefix: try await randomID(), now: clock.now())
    return try await grant(
      .creation(policy: policy, salt: salt, verifier: verifier), credential, client, proof.signer, proof.partner,
      checks: checks, unchanged: (proofID, row.mac), throttle: throttle)
  }

  // MARK: Deletion

  /// The credential, if its owner can ask on a page that it be deleted.
  ///
  /// - Parameter askable: the factors that the page can ask for.
  public func offerDeletion(
    of id: CredentialID, askable: Set<FactorID>, as principal: Principal
  ) async throws -> Credential {
    let credential = try await credential(id, as: principal)
    guard credential.expression.map({ $0.isSatisfied(by: askable) || $0.factors.isSubset(of: askable) }) ?? true else {
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
    guard let row = try await store.read({ try $0.credential(id) }) else { throw Refusal.unknownCredential }
    let credential = try await confirmed(row, id: id)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    try Self.check(factors: Set(presented.keys), credential)
    let throttle = FactorThrottle(credential, client: principal.client, origin: origin)
    let checks = try await prepare(
      .deletion(of: id, presented: presented), for: credential, throttle, evidencePrefix: try await randomID(),
      now: clock.now())
    return try await grant(
      .deletion, id, client, credential.signer, credential.partner, checks: checks, unchanged: (id, row.mac),
      throttle: throttle)
  }

  /// - Parameter unchanged: the credential whose factors were checked, and the MAC that its row must still have.
  private func grant(
    _ kind: LifecycleGrant.Kind, _ credential: CredentialID, _ client: ClientID, _ signer: SignerID,
    _ partner: PartnerID, checks: [FactorCheck], unchanged: (id: CredentialID, mac: [UInt8]), throttle: FactorThrottle
  ) async throws -> IssuedLifecycleToken {
    let octets: [UInt8]
    do { octets = try await device.random(count: LifecycleToken.length) } catch { throw error.asFault }
    guard let token = LifecycleToken(octets: octets) else { throw InternalFault.device(.fault) }
    let now = try decidingTime()
    let grant = LifecycleGrant(
      kind: kind, digest: token.digest, service: rules.service, partner: partner, client: client, signer: signer,
      credential: credential, expires: now + rules.activationLife)
    let (decided, text, mac) = try await complete(checks, thenAuthenticate: .lifecycleGrant) { _ in grant.canonical() }
    let stored = StoredLifecycleGrant(
      digest: token.digest, row: ProtectedRow(text: text, mac: mac), expires: grant.expires, state: .open)
    let rules = rules
    let refusal: Refusal? = try await store.write { transaction in
      guard try transaction.mac(of: unchanged.id) == unchanged.mac else { throw Refusal.unavailable }
      if let refusal = try throttle.decide(decided, transaction, rules, now) { return refusal }
      try transaction.removeLifecycleGrants(expiredBefore: now)
      try transaction.add(stored)
      try transaction.append(
        AuditEvent(
          .lifecycleGranted,
          grant.auditFields + [
            ("client", .string(client.rawValue)), ("proof", .string(unchanged.id.rawValue)),
            ("evidence", .array(decided.map(\.json))),
            ("expires", .integer(grant.expires)),
          ]), at: now)
      return nil
    }
    if let refusal { throw refusal }
    return IssuedLifecycleToken(token: token, grant: grant, expiresIn: rules.activationLife)
  }

  // MARK: The token

  /// The grant of a bearer token; nil for one that is unknown, used, or was never given.
  ///
  /// - Throws: `Refusal.lifecycleTokenExpired`.
  public func grant(of token: LifecycleToken) async throws -> LifecycleBearer? {
    let digest = token.digest
    guard let stored = try await store.read({ try $0.lifecycleGrant(digest) }), stored.state == .open else {
      return nil
    }
    let grant = try await verifiedValue(
      stored.row, as: LifecycleGrant.self, where: { $0.digest == digest && $0.service == rules.service },
      named: ("lifecycle", .string(Hex.encode(digest))), else: .lifecycleGrantIntegrity)
    guard grant.lifetime(rules).isOpen(at: try decidingTime()) else { throw Refusal.lifecycleTokenExpired }
    return LifecycleBearer(grant: grant)
  }

  /// Ends a grant that was not carried out.
  ///
  /// - Throws: `Refusal.invalidLifecycleToken` if there is none, or it is not the principal's.
  public func withdraw(_ token: LifecycleToken, as principal: Principal) async throws {
    let bearer: LifecycleBearer?
    do { bearer = try await grant(of: token) } catch is Refusal { throw Refusal.invalidLifecycleToken }
    guard let bearer, bearer.grant.partner == principal.partner,
      principal.signer == nil || principal.signer == bearer.grant.signer,
      principal.client == bearer.grant.client
    else { throw Refusal.invalidLifecycleToken }
    try await withdraw(grant: token.digest)
  }

  /// Ends the grant of this digest, if it is open.
  public func withdraw(grant digest: [UInt8]) async throws {
    let now = clock.now()
    try await store.write { transaction in
      guard try transaction.lifecycleGrant(digest)?.state == .open else { return }
      _ = try transaction.remove(lifecycleGrant: digest)
      try transaction.append(AuditEvent(.lifecycleWithdrawn, [("lifecycle", .string(Hex.encode(digest)))]), at: now)
    }
  }
}

extension LifecycleGrant {
  func lifetime(_ rules: SigningService.Rules) -> Lifetime {
    Lifetime(expires: expires, longest: rules.activationLife)
  }

  var auditFields: [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [
      ("lifecycle", .string(Hex.encode(digest))), ("what", .string(isCreation ? "creation" : "deletion")),
      ("credential", .string(credential.rawValue)), ("signer", .string(signer.rawValue)),
      ("partner", .string(partner.rawValue)),
    ]
    if case .creation(let policy, _, _) = kind { fields.append(("policy", .string(policy))) }
    return fields
  }
}

extension AuthorizationRequest {
  /// What factors are asked for when another credential is to be made: bound to the policy, and no signature, so that
  /// what is bound to a request, such as the nonce of an eID log-in, fits nothing else, and the other way round.
  public static func creation(
    policy: String, by credential: CredentialID, presented: [FactorID: String] = [:]
  ) -> AuthorizationRequest {
    AuthorizationRequest(
      credential: credential, numSignatures: 0, hashAlgorithm: nil,
      digests: [Array(SHA256.hash(data: Array("credential-creation \(policy)".utf8)))], presented: presented)
  }

  /// What factors are asked for when a credential is to be deleted: no signature at all, so that what is bound to a
  /// request, such as the nonce of an eID log-in, fits no signature, and the other way round.
  public static func deletion(of credential: CredentialID, presented: [FactorID: String] = [:]) -> AuthorizationRequest
  {
    AuthorizationRequest(
      credential: credential, numSignatures: 0, hashAlgorithm: nil, digests: [], presented: presented)
  }
}
