public import Attempts
import AuditLog
import Crypto
import Lifetimes
import WireJSON

/// An order's token, once: it is not stored and cannot be had again.
public struct GrantedOrder: Sendable {
  public let token: OrderToken
  public let order: CredentialOrder
  /// Seconds.
  public let expiresIn: UnixTime
}

/// What a person is asked on the page, with all that can be refused before anybody is asked.
public struct OfferedCreation: Sendable {
  public let profile: CredentialProfile
  public let identity: EnrolledIdentity
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
    return profile.canonical() + identity.canonical() + proof.canonical()
  }
}

/// For whom an order's token speaks.
public struct OrderBearer: Sendable {
  public let order: CredentialOrder

  public var principal: Principal {
    Principal(partner: order.partner, signer: order.signer, client: order.client)
  }
}

extension SigningService {
  // MARK: Creation

  /// Whether the signer can order a credential under this policy on a page.
  ///
  /// - Parameters:
  ///   - askable: the factors that the page can ask for.
  ///   - principal: the signer, by a client.
  /// - Throws: `Refusal.policyNotOffered`, `Refusal.notEnrolled`, `Refusal.subjectDiffers`, `Refusal.notProven`.
  public func offerCreation(
    policy: String, claim: SubjectClaim, askable: Set<FactorID>, as principal: Principal
  ) async throws -> OfferedCreation {
    guard let signer = principal.signer else { throw Refusal.notEnrolled }
    let (profile, identity) = try await creatable(policy: policy, claim: claim, signer, principal.partner)
    return OfferedCreation(
      profile: profile, identity: identity,
      proof: try await proof(of: signer, for: profile, askable: askable, as: principal))
  }

  /// Under which profile and in whose name a credential would be made.
  func creatable(
    policy: String, claim: SubjectClaim, _ signer: SignerID, _ partner: PartnerID
  ) async throws -> (CredentialProfile, EnrolledIdentity) {
    guard let profile = issuance?.profile(policy) else { throw Refusal.policyNotOffered }
    guard let identity = try await identity(of: signer, at: partner) else { throw Refusal.notEnrolled }
    guard identity.agrees(with: claim) else { throw Refusal.subjectDiffers }
    return (profile, identity)
  }

  /// The logged-in person orders a credential with this PIN, and shows for it what signing takes: the factors of the
  /// offered credential, checked and counted as for a signature.
  ///
  /// The PIN is tied to the new credential's name here and kept as it will be; nobody sees it again.
  public func orderCreation(
    _ offered: OfferedCreation, pin: String, presented: [FactorID: String], client: ClientID, as principal: Principal,
    from origin: Origin? = nil
  ) async throws -> GrantedOrder {
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
    let attempt = FactorAttempt(proof, client: principal.client, origin: origin)
    let checks = try await prepare(
      .creation(policy: policy, by: proofID, presented: presented), for: proof, attempt,
      evidencePrefix: try await randomID(), now: clock.now())
    return try await order(
      .creation(policy: policy, salt: salt, verifier: verifier), credential, client, proof.signer, proof.partner,
      checks: checks, unchanged: (proofID, row.seal), attempt: attempt)
  }

  // MARK: Deletion

  /// The credential, if its owner can order on a page that it be deleted.
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

  /// The owner orders that a credential be deleted, with the factors that a signature takes, checked and counted as
  /// for one. It may be disabled or expired.
  public func orderDeletion(
    of id: CredentialID, presented: [FactorID: String], client: ClientID, as principal: Principal,
    from origin: Origin? = nil
  ) async throws -> GrantedOrder {
    guard let row = try await store.read({ try $0.credential(id) }) else { throw Refusal.unknownCredential }
    let credential = try await confirmed(row, id: id)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    try Self.check(factors: Set(presented.keys), credential)
    let attempt = FactorAttempt(credential, client: principal.client, origin: origin)
    let checks = try await prepare(
      .deletion(of: id, presented: presented), for: credential, attempt, evidencePrefix: try await randomID(),
      now: clock.now())
    return try await order(
      .deletion, id, client, credential.signer, credential.partner, checks: checks, unchanged: (id, row.seal),
      attempt: attempt)
  }

  /// - Parameter unchanged: the credential whose factors were checked, and the seal that its row must still have.
  private func order(
    _ kind: CredentialOrder.Kind, _ credential: CredentialID, _ client: ClientID, _ signer: SignerID,
    _ partner: PartnerID, checks: [FactorCheck], unchanged: (id: CredentialID, seal: [UInt8]), attempt: FactorAttempt
  ) async throws -> GrantedOrder {
    let octets: [UInt8]
    do { octets = try await device.random(count: OrderToken.length) } catch { throw error.asFault }
    guard let token = OrderToken(octets: octets) else { throw InternalFault.device(.fault) }
    let now = try decidingTime()
    let order = CredentialOrder(
      kind: kind, digest: token.digest, gateway: rules.gateway, partner: partner, client: client, signer: signer,
      credential: credential, expires: now + rules.activationLife)
    let (decided, text, mac) = try await complete(checks, thenAuthenticate: .order) { _ in order.canonical() }
    let stored = StoredOrder(
      digest: token.digest, row: SealedRow(text: text, seal: mac), expires: order.expires, state: .open)
    let rules = rules
    let refusal: Refusal? = try await store.write { transaction in
      guard try transaction.seal(of: unchanged.id) == unchanged.seal else { throw Refusal.unavailable }
      if let refusal = try attempt.decide(decided, transaction, rules, now) { return refusal }
      try transaction.removeOrders(expiredBefore: now)
      try transaction.add(stored)
      try transaction.append(
        AuditEvent(
          .orderGranted,
          order.auditFields + [
            ("client", .string(client.text)), ("proof", .string(unchanged.id.text)),
            ("evidence", .array(decided.map(\.json))),
            ("expires", .integer(order.expires)),
          ]), at: now)
      return nil
    }
    if let refusal { throw refusal }
    return GrantedOrder(token: token, order: order, expiresIn: rules.activationLife)
  }

  // MARK: The token

  /// The order of a bearer token; nil for one that is unknown, used, or was never given.
  ///
  /// - Throws: `Refusal.orderExpired`.
  public func order(of token: OrderToken) async throws -> OrderBearer? {
    let digest = token.digest
    guard let stored = try await store.read({ try $0.order(digest) }), stored.state == .open else { return nil }
    let order = try await unsealed(
      stored.row, as: CredentialOrder.self, where: { $0.digest == digest && $0.gateway == rules.gateway },
      named: ("order", .string(Hex.encode(digest))), else: .orderIntegrity)
    guard order.lifetime(rules).isOpen(at: try decidingTime()) else { throw Refusal.orderExpired }
    return OrderBearer(order: order)
  }

  /// Ends an order that was not carried out.
  ///
  /// - Throws: `Refusal.invalidOrder` if there is none, or it is not the principal's.
  public func withdraw(_ token: OrderToken, as principal: Principal) async throws {
    let bearer: OrderBearer?
    do { bearer = try await order(of: token) } catch is Refusal { throw Refusal.invalidOrder }
    guard let bearer, bearer.order.partner == principal.partner,
      principal.signer == nil || principal.signer == bearer.order.signer,
      principal.client == bearer.order.client
    else { throw Refusal.invalidOrder }
    try await withdraw(order: token.digest)
  }

  /// Ends the order of this digest, if it is open.
  public func withdraw(order digest: [UInt8]) async throws {
    let now = clock.now()
    try await store.write { transaction in
      guard try transaction.order(digest)?.state == .open else { return }
      _ = try transaction.remove(order: digest)
      try transaction.append(AuditEvent(.orderWithdrawn, [("order", .string(Hex.encode(digest)))]), at: now)
    }
  }
}

extension CredentialOrder {
  func lifetime(_ rules: SigningService.Rules) -> Lifetime {
    Lifetime(expires: expires, longest: rules.activationLife)
  }

  var auditFields: [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [
      ("order", .string(Hex.encode(digest))), ("what", .string(isCreation ? "creation" : "deletion")),
      ("credential", .string(credential.text)), ("signer", .string(signer.text)), ("partner", .string(partner.text)),
    ]
    if case .creation(let policy, _, _) = kind { fields.append(("policy", .string(policy))) }
    return fields
  }
}

extension AuthorizationRequest {
  /// What factors are asked for when another credential is to be made: bound to the policy, and no signature, so that what
  /// is bound to a request, such as the nonce of an eID log-in, fits nothing else, and the other way round.
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
