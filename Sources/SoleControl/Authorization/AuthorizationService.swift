import AuditLog
public import Vocabulary
import WireJSON

/// Authorizations: SADs that are given for factors, wait for people, are extended and revoked.
public struct AuthorizationService: Sendable {
  let context: ServiceContext
  let credentials: CredentialService
  let factors: FactorService

  init(_ context: ServiceContext, _ credentials: CredentialService, _ factors: FactorService) {
    self.context = context
    self.credentials = credentials
    self.factors = factors
  }

  /// Checks the factors that a credential's policy demands and issues a SAD.
  ///
  /// The costly part of each check (a MAC in the device, a visit to the provider) is done first and decides
  /// nothing. Then one transaction counts the tries, compares, uses up what can be used once, and makes the SAD
  /// alive, so there is no try that is not counted and no SAD that is not recorded.
  public func authorize(_ request: AuthorizationRequest, as principal: Principal) async throws -> Authorization {
    let now = try context.decidingTime()
    let usable = try await credentials.usable(request.credential, as: principal)
    let credential = usable.credential
    let request = try request.resolved(for: credential)
    guard request.outOfBand.isEmpty else { throw Refusal.policyNotSatisfied }
    try request.check(credential)

    let rules = context.rules
    let prepared = try await factors.prepare(
      request, for: credential, client: principal.client, evidencePrefix: try await context.randomID(), now: now)
    var binding = Binding(
      service: rules.service, partner: credential.partner, client: request.channel.client, signer: credential.signer,
      credential: credential.id, scal: credential.scal, numSignatures: request.numSignatures,
      hashAlgorithm: request.hashAlgorithm,
      digests: request.digests, evidence: [], issued: now, expires: now + rules.activationLife)
    binding.terms = request.terms
    binding.saysTerms = request.saysTerms
    let sadID = try await context.random(SignatureActivationData.idLength)
    let (decided, row) = try await factors.complete(prepared, thenAuthenticate: .activation, prefix: sadID) {
      binding.evidence = $0
      return binding.canonical()
    }
    let sad = SignatureActivationData(id: sadID, mac: row.mac)
    let granted = binding

    let activation = Activation(digest: sad.digest, binding: row.text, expires: binding.expires)
    let refusal: Refusal? = try await write(reading: [.credential(usable.id)] + decided.keys) { transaction in
      try usable.requireUnchanged(in: transaction)
      if let refusal = try decided.decide(in: transaction, rules, now) { return refusal }
      try transaction.add(activation, slots: request.numSignatures)
      try transaction.append(.authorizationGranted(activation, granted), at: now)
      return nil
    }
    if let refusal { throw refusal }
    return Authorization(sad: sad, activation: activation.digest, expiresIn: rules.activationLife)
  }

  /// Says before anybody is asked for a factor whether such an authorization is possible at all.
  public func check(_ request: AuthorizationRequest, as principal: Principal) async throws -> Credential {
    let credential = try await credentials.credential(request.credential, as: principal)
    try request.checkRequest(credential)
    return credential
  }
}

/// A SAD, once: it is not stored and cannot be shown again.
public struct Authorization: Sendable {
  public let sad: SignatureActivationData
  /// The ledger's name of the SAD.
  public let activation: ActivationDigest
  /// Seconds.
  public let expiresIn: UnixTime
}

extension AuditEvent {
  /// - Parameter pending: id of the authorization that waited for the customer.
  static func authorizationGranted(
    _ activation: Activation, _ binding: Binding, pending: String? = nil
  ) -> AuditEvent {
    AuditEvent(
      .authorizationGranted,
      (pending.map { [("pending", .string($0))] } ?? []) + [
        ("activation", .octets(activation.digest.bytes)),
        ("credential", .string(binding.credential.rawValue)), ("signer", .string(binding.signer.rawValue)),
        ("partner", .string(binding.partner.rawValue)), ("client", .string(binding.client?.rawValue ?? "")),
        ("numSignatures", .integer(Int64(binding.numSignatures))),
        ("digests", .octets(binding.digests)),
        ("evidence", .array(binding.evidence.map(\.json))),
        ("expires", .integer(binding.expires)),
      ] + binding.termsField)
  }
}
