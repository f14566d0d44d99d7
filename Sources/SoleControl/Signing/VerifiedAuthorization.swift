import Lifetimes

/// A SAD and a credential that were found good for a request.
struct Warrant: Sendable {
  let credential: Credential
  /// The seal of the row that was verified.
  let seal: [UInt8]
  let activation: Activation
  let binding: Binding
}

extension SigningService {
  /// Step 2: SAD and policy are verified, the certificate is valid, the credential enabled.
  func verifyWarrant(_ request: SigningRequest, as principal: Principal) async throws -> Warrant {
    let now = try decidingTime()
    let name = request.sad.digest
    let (row, activation) = try await store.read {
      (try $0.credential(request.credential), try $0.activation(name))
    }
    guard let row else { throw Refusal.unknownCredential }
    let candidate = try await candidate(row, id: request.credential)
    let credential = candidate.credential
    guard let activation, let binding = Binding(canonical: activation.binding) else {
      _ = try await confirm(candidate)
      try check(request, credential, principal, now)
      throw Refusal.invalidSAD
    }
    let macs = try await confirm(candidate, alongside: [request.sad.message(over: activation)])
    try check(request, credential, principal, now)
    guard request.sad.isRight(macs[0]), allows(binding, credential, principal) else { throw Refusal.invalidSAD }
    guard binding.lifetime.isOpen(at: now) else { throw Refusal.sadExpired }
    return Warrant(credential: credential, seal: row.seal, activation: activation, binding: binding)
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
    binding.gateway == rules.gateway && binding.credential == credential.id && binding.partner == principal.partner
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
    representation.count == algorithm.hash.digestLength
      && authorized.bytes.count == authorized.hashAlgorithm.digestLength
  }
}
