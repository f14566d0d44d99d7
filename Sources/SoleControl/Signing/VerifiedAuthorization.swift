import Lifetimes

/// A SAD and a credential that were found good for a request.
struct VerifiedAuthorization: Sendable {
  let credential: Credential
  /// The MAC of the row that was verified.
  let mac: [UInt8]
  let activation: Activation
  let binding: Binding
}

extension SigningService {
  /// Step 2: SAD and policy are verified, the certificate is valid, the credential enabled.
  func verifySAD(_ request: SigningRequest, as principal: Principal) async throws -> VerifiedAuthorization {
    let now = try decidingTime()
    let name = request.sad.digest
    let (row, activation) = try await store.read {
      (try $0.credential(request.credential), try $0.activation(name))
    }
    guard let row else { throw Refusal.unknownCredential }
    let unverified = try await loadCredential(row, id: request.credential)
    let credential = unverified.credential
    guard let activation, let binding = Binding(canonical: activation.binding) else {
      _ = try await confirm(unverified)
      try check(request, credential, principal, now)
      throw Refusal.invalidSAD
    }
    let macs = try await confirm(unverified, alongside: [request.sad.message(over: activation)])
    try check(request, credential, principal, now)
    guard request.sad.isRight(macs[0]), allows(binding, credential, principal) else { throw Refusal.invalidSAD }
    guard binding.lifetime.isOpen(at: now) else { throw Refusal.sadExpired }
    return VerifiedAuthorization(credential: credential, mac: row.mac, activation: activation, binding: binding)
  }

  func check(
    _ request: SigningRequest, _ credential: Credential, _ principal: Principal, _ now: UnixTime
  ) throws {
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    try check(Set(request.items.map(\.algorithm)), credential)
    guard request.items.allSatisfy(\.hasFittingLengths) else { throw Refusal.digestLength }
    try checkCertificate(credential, now)
  }

  /// Whether a SAD's binding is for this credential and caller.
  func allows(_ binding: Binding, _ credential: Credential, _ principal: Principal) -> Bool {
    binding.service == rules.service && binding.credential == credential.id && binding.partner == principal.partner
      && binding.signer == credential.signer && (binding.client == nil || binding.client == principal.client)
  }

  func check(_ algorithms: Set<SignatureAlgorithm>, _ credential: Credential) throws {
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    for algorithm in algorithms where !algorithm.fits(credential.keyType) {
      if case (.rsaPSS, .rsa) = (algorithm, credential.keyType) { throw Refusal.parametersNotSupported }
      throw Refusal.algorithmNotAllowed
    }
  }

  func checkCertificate(_ credential: Credential, _ now: UnixTime) throws {
    guard credential.isValid(at: now) else {
      throw Refusal.certificateExpired(
        organization: credential.certificate.organization, commonName: credential.certificate.commonName)
    }
  }
}

extension SigningItem {
  fileprivate var hasFittingLengths: Bool {
    dtbsRepresentation.count == algorithm.hash.digestLength
      && authorizedDigest.bytes.count == authorizedDigest.hashAlgorithm.digestLength
  }
}
