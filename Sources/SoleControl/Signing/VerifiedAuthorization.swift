import Vocabulary

/// A SAD and a credential that were found good for a request.
struct VerifiedAuthorization: Sendable {
  let usable: UsableCredential
  let sad: VerifiedSAD
  /// Whether both were verified before this call, and the store was not asked again. The transaction of step 3 holds
  /// them against what it has.
  var isRemembered = false

  var credential: Credential { usable.credential }
  var activation: Activation { sad.activation }
  var binding: Binding { sad.binding }
}

extension SigningService {
  /// Step 2: SAD and policy are verified, the certificate is valid, the credential enabled.
  ///
  /// What this process verified before is not read again: the transaction of step 3 compares it, octet for octet. Only
  /// what is good is taken from memory. A request that would be refused by it is held against the store.
  func verifySAD(_ request: SigningRequest, as principal: Principal) async throws -> VerifiedAuthorization {
    if let remembered = try remembered(request, as: principal) { return remembered }
    return try await readAuthorization(request, as: principal)
  }

  /// Nil if something is not known, or does not allow the request.
  private func remembered(_ request: SigningRequest, as principal: Principal) throws -> VerifiedAuthorization? {
    let now = try context.decidingTime()
    guard let usable = context.verifiedRows.remembered(request.credential),
      let sad = request.bearer ?? context.verifiedSADs.remembered(request.sad)
    else { return nil }
    do {
      try request.check(usable.credential, principal, now)
      try sad.check(for: usable.credential, principal, context.rules, at: now)
    } catch is Refusal { return nil }
    return VerifiedAuthorization(usable: usable, sad: sad, isRemembered: true)
  }

  /// Reads both, and has the device authenticate what it did not before.
  ///
  /// A SAD that was verified as the bearer of this very call is neither read nor authenticated again: its binding
  /// cannot have changed. Whether it is still alive is looked at in the transaction of step 3, for every SAD.
  func readAuthorization(_ request: SigningRequest, as principal: Principal) async throws -> VerifiedAuthorization {
    let now = try context.decidingTime()
    let known = request.bearer
    let name = request.sad.digest
    let (row, activation) = try await read(
      reading: [.credential(request.credential)] + (known == nil ? [.activation(name)] : [])
    ) {
      (try $0.credential(request.credential), known == nil ? try $0.activation(name) : nil)
    }
    guard let row else { throw Refusal.unknownCredential }
    let loaded = try await credentials.load(row, id: request.credential)
    let unverified = UnverifiedSAD(request.sad, activation)
    let macs = try await credentials.confirm(loaded, alongside: unverified.map { [$0.message] } ?? [])
    let credential = loaded.value
    try request.check(credential, principal, now)
    guard let sad = known ?? unverified?.verified(by: macs[0]) else { throw Refusal.invalidSAD }
    context.verifiedSADs.insert(sad)
    try sad.check(for: credential, principal, context.rules, at: now)
    return VerifiedAuthorization(usable: UsableCredential(credential: credential, row: row), sad: sad)
  }
}

extension SigningRequest {
  /// The SAD, if it was verified as the bearer of the call.
  fileprivate var bearer: VerifiedSAD? { verified.flatMap { $0.sad == sad ? $0 : nil } }

  /// Whether the principal may use the credential, and the credential is good for the request now.
  func check(_ credential: Credential, _ principal: Principal, _ now: UnixTime) throws {
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    try credential.checkUse(with: Set(items.map(\.algorithm)))
    guard items.allSatisfy(\.hasFittingLengths) else { throw Refusal.digestLength }
    try credential.checkCertificate(at: now)
  }
}

extension SigningItem {
  fileprivate var hasFittingLengths: Bool {
    dtbsRepresentation.count == algorithm.hash.digestLength
      && authorizedDigest.bytes.count == authorizedDigest.hashAlgorithm.digestLength
  }
}
