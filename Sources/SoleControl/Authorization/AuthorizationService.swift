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
  ///
  /// A credential that this process verified before is not read again: the transaction compares its row. Only what is
  /// good is taken from memory, and only for factors whose check can be done once more.
  public func authorize(_ request: AuthorizationRequest, as principal: Principal) async throws -> Authorization {
    if request.presented.keys.contains(where: \.traits.isCheckedElsewhere) {
      // Before anybody else is asked.
      try await requireToken(of: principal)
    } else if let usable = context.verifiedRows.remembered(request.credential), principal.mayUse(usable.credential) {
      do { return try await authorize(request, with: usable, as: principal).get() } catch is Outdated {
        context.verifiedRows.forget(usable.id)
      } catch Undecided.refused {}
    }
    let usable = try await credentials.usable(request.credential, as: principal)
    do { return try await authorize(request, with: usable, as: principal).get() } catch is Outdated {
      throw Refusal.unavailable
    } catch Undecided.refused(let refusal) { throw refusal }
  }

  /// Looks up the principal's token, if that was not done for this call.
  func requireToken(of principal: Principal) async throws {
    guard principal.rememberedToken != nil else { return }
    try await read(reading: principal.keys) { try $0.requireToken(of: principal) }
  }

  /// The credential's row is not the one that the decision was prepared for. Nothing was changed.
  private struct Outdated: Error {}

  /// A refusal from before the transaction, for which the row of the credential was not compared.
  private enum Undecided: Error { case refused(Refusal) }

  /// - Returns: what the transaction decided.
  /// - Throws: `Outdated`, `Undecided`.
  private func authorize(
    _ request: AuthorizationRequest, with usable: UsableCredential, as principal: Principal
  ) async throws -> Result<Authorization, Refusal> {
    let now = try context.decidingTime()
    let prepared: PreparedGrant
    do {
      prepared = try await prepare(request, usable.credential, client: principal.client, now)
    } catch let refusal as Refusal where refusal != .unavailable {
      throw Undecided.refused(refusal)
    }
    let (decided, activation, granted) = (prepared.decided, prepared.activation, prepared.binding)
    let rules = context.rules
    let refusal: Refusal? = try await principal.deciding {
      try await write(reading: [.credential(usable.id)] + decided.keys + principal.keys) { transaction in
        try transaction.requireToken(of: principal)
        guard try usable.isUnchanged(in: transaction) else { throw Outdated() }
        if let refusal = try decided.decide(in: transaction, rules, now) { return refusal }
        try transaction.add(activation, slots: granted.numSignatures)
        try transaction.append(.authorizationGranted(activation, granted))
        return nil
      }
    }
    if let refusal { return .failure(refusal) }
    context.verifiedSADs.insert(activation, granted)
    return .success(
      Authorization(sad: prepared.sad, activation: activation.digest, expiresIn: rules.activationLife))
  }

  /// A SAD, and the factors that decide whether it comes to life.
  private struct PreparedGrant: Sendable {
    let sad: SignatureActivationData
    let activation: Activation
    let binding: Binding
    let decided: DecidedFactors
  }

  private func prepare(
    _ request: AuthorizationRequest, _ credential: Credential, client: ClientID?, _ now: UnixTime
  ) async throws -> PreparedGrant {
    let request = try request.resolved(for: credential)
    guard request.outOfBand.isEmpty else { throw Refusal.policyNotSatisfied }
    try request.check(credential)
    let rules = context.rules
    let prepared = try await factors.prepare(
      request, for: credential, client: client,
      evidencePrefix: try await context.randomID(), now: now)
    var binding = Binding(
      service: rules.service, partner: credential.partner, client: request.channel.client, signer: credential.signer,
      credential: credential.id, scal: credential.scal, numSignatures: request.numSignatures,
      hashAlgorithm: request.hashAlgorithm,
      digests: request.digests, evidence: [], issued: now, expires: now + rules.activationLife)
    binding.terms = request.terms
    binding.saysTerms = request.saysTerms
    let id = try await context.random(SignatureActivationData.idLength)
    let (decided, row) = try await factors.complete(prepared, thenAuthenticate: .activation, prefix: id) {
      binding.evidence = $0
      return binding.canonical()
    }
    let sad = SignatureActivationData(id: id, mac: row.mac)
    return PreparedGrant(
      sad: sad, activation: Activation(digest: sad.digest, binding: row.text, expires: binding.expires),
      binding: binding, decided: decided)
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
