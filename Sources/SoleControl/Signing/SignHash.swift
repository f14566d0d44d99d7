import AuditLog
import Crypto
import WireJSON

/// A call of signatures/signHash, as sole control sees it.
public struct SigningRequest: Sendable {
  public var credential: CredentialID
  public var sad: SignatureActivationData
  public var algorithm: SignatureAlgorithm
  /// Raw digests in request order. A digest that occurs twice stands for two signatures.
  public var digests: [[UInt8]]

  public init(
    credential: CredentialID, sad: SignatureActivationData, algorithm: SignatureAlgorithm, digests: [[UInt8]]
  ) {
    self.credential = credential
    self.sad = sad
    self.algorithm = algorithm
    self.digests = digests
  }

  /// Everything that determines the signatures. The same request again has the same digest.
  var digest: [UInt8] {
    let text: JSONValue = [
      "credential": .string(credential.text), "algorithm": .string(algorithm.name),
      "digests": .array(digests.map { .string(Hex.encode($0)) }),
    ]
    return Array(SHA256.hash(data: text.canonical()))
  }
}

extension SigningService {
  /// Signs digests under a SAD. The steps are those of Specs/design/signing.md.
  ///
  /// - Parameters:
  ///   - request: well formed; step 1 is the caller's, who also verified the bearer.
  ///   - principal: whom the bearer speaks for.
  /// - Returns: signatures in the order of the digests; RSA as big-endian octets, ECDSA as DER.
  /// - Throws: `Refusal` (nothing was spent) or `InternalFault`. After `InternalFault.outcomeUnknown` the
  ///   authorization is spent and no signature was released.
  public func signHash(_ request: SigningRequest, as principal: Principal) async throws -> [[UInt8]] {
    // 1. Request and bearer are verified: their types say so.
    let requestDigest = request.digest

    // 2. SAD and policy are verified, the certificate is valid, the credential enabled.
    let warrant = try await verifyWarrant(request, as: principal)

    // 3. One transaction reserves the slots and appends the intent to the audit log.
    // 4. It is durable when `reserve` returns.
    let operation: SigningOperation
    switch try await reserve(request, requestDigest, under: warrant) {
    case .reserved(let reserved): operation = reserved
    case .done(let stored):
      // What the store kept is held against the key again: an edited row must not leave as a signature.
      guard let signatures = await verified(stored.map(UncheckedSignature.init), request, warrant.credential) else {
        throw InternalFault.signatureDoesNotVerify
      }
      return signatures
    }

    // 5. The device signs. No transaction is open.
    let unchecked: [UncheckedSignature]
    do {
      unchecked = try await device.sign(
        SigningOrder(
          key: warrant.credential.wrappedKey, keyType: warrant.credential.keyType,
          algorithm: request.algorithm, digests: request.digests))
    } catch {
      try await release(operation, reason: "device")
      // A device that cannot do it lacks the parameters of PSS; nothing else is left to a caller's choice.
      if error == .unsupported, case .rsaPSS = request.algorithm { throw Refusal.parametersNotSupported }
      throw error.asFault
    }

    // 6. Every signature is verified with the credential's public key.
    guard let signatures = await verified(unchecked, request, warrant.credential) else {
      try await release(operation, reason: "verification")
      throw InternalFault.signatureDoesNotVerify
    }

    // 7. One transaction consumes the slots, stores the signatures and appends the outcome.
    // 8. It is durable when `complete` returns.
    try await complete(operation, signatures)

    // 9. The answer, in request order.
    return signatures
  }
}

// MARK: Step 2

/// A SAD and a credential that were found good for a request.
private struct Warrant: Sendable {
  let credential: Credential
  /// The seal of the row that was verified.
  let seal: [UInt8]
  let activation: Activation
  let binding: Binding
}

extension SigningService {
  private func verifyWarrant(_ request: SigningRequest, as principal: Principal) async throws -> Warrant {
    let now = clock.now()
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
    let macs = try await confirm(candidate, alongside: [(.activation, request.sad.id + activation.binding)])
    try check(request, credential, principal, now)
    guard Self.isEqual(macs[0], request.sad.mac), binding.gateway == rules.gateway,
      binding.credential == credential.id, binding.partner == principal.partner,
      binding.signer == credential.signer, binding.client == nil || binding.client == principal.client
    else { throw Refusal.invalidSAD }
    guard now < binding.expires else { throw Refusal.sadExpired }
    return Warrant(credential: credential, seal: row.seal, activation: activation, binding: binding)
  }

  private func check(
    _ request: SigningRequest, _ credential: Credential, _ principal: Principal, _ now: UnixTime
  ) throws {
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    guard request.algorithm.fits(credential.keyType) else {
      if case (.rsaPSS, .rsa) = (request.algorithm, credential.keyType) { throw Refusal.parametersNotSupported }
      throw Refusal.algorithmNotAllowed
    }
    guard request.digests.allSatisfy({ $0.count == request.algorithm.hash.digestLength }) else {
      throw Refusal.digestLength
    }
    guard credential.isValid(at: now) else {
      throw Refusal.certificateExpired(
        organization: credential.certificate.organization, commonName: credential.certificate.commonName)
    }
  }
}

// MARK: Steps 3 and 4

private enum Reservation: Sendable {
  case reserved(SigningOperation)
  /// The same request was completed before: its stored signatures.
  case done([[UInt8]])
}

extension SigningService {
  /// How long a second copy of a running request waits for the first.
  private static let longestWait = Duration.seconds(15)
  private static let waitingStep = Duration.milliseconds(20)

  private func reserve(
    _ request: SigningRequest, _ requestDigest: [UInt8], under warrant: Warrant
  ) async throws -> Reservation {
    let operation = SigningOperation(
      id: try await randomID(), activation: warrant.activation.digest, requestDigest: requestDigest,
      instance: rules.instance, state: .reserved, signatures: [])
    var waited = Duration.zero
    while true {
      // Waiting for another copy of the request takes time, in which the SAD can expire.
      let now = clock.now()
      guard now < warrant.binding.expires else { throw Refusal.sadExpired }
      let found: Reservation? = try await store.write { transaction in
        // The credential may have been disabled or changed since step 2.
        guard try transaction.seal(of: warrant.credential.id) == warrant.seal else { throw Refusal.unavailable }
        if let earlier = try transaction.operation(operation.activation, requestDigest: requestDigest) {
          if earlier.state == .completed { return .done(earlier.signatures) }
          if earlier.state == .reserved { return nil }
        }
        // Revoked since step 2, or before.
        guard try transaction.activation(operation.activation)?.isRevoked == false else { throw Refusal.invalidSAD }
        let free = try transaction.slots(operation.activation)
        let slots = try Self.slots(for: request, of: warrant.binding, states: free)
        try transaction.reserve(slots, for: operation)
        try transaction.append(Self.intent(operation, request, warrant.binding), at: now)
        return .reserved(operation)
      }
      if let found { return found }
      guard waited < Self.longestWait else { throw Refusal.unavailable }
      try await clock.pause(Self.waitingStep)
      waited += Self.waitingStep
    }
  }

  /// Chooses a free slot for each digest of the request.
  private static func slots(
    for request: SigningRequest, of binding: Binding, states: [SlotState]
  ) throws -> [Int] {
    let free = states.indices.filter { states[$0].isFree }
    guard !free.isEmpty else { throw Refusal.invalidSAD }
    guard !binding.digests.isEmpty else {
      guard request.digests.count <= free.count else { throw Refusal.authorizationExhausted }
      return Array(free.prefix(request.digests.count))
    }
    guard binding.hashAlgorithm == request.algorithm.hash else { throw Refusal.digestNotAuthorized }
    var open: [[UInt8]: [Int]] = [:]
    for slot in free.reversed() where slot < binding.digests.count {
      open[binding.digests[slot], default: []].append(slot)
    }
    return try request.digests.map { digest in
      guard let slot = open[digest]?.popLast() else { throw Refusal.digestNotAuthorized }
      return slot
    }
  }

  private static func intent(_ operation: SigningOperation, _ request: SigningRequest, _ binding: Binding) -> AuditEvent
  {
    AuditEvent(
      .signatureIntended,
      [
        ("operation", .string(operation.id)), ("credential", .string(binding.credential.text)),
        ("signer", .string(binding.signer.text)), ("partner", .string(binding.partner.text)),
        ("activation", .string(Hex.encode(operation.activation.bytes))),
        ("algorithm", .string(request.algorithm.name)),
        ("digests", .array(request.digests.map { .string(Hex.encode($0)) })),
      ])
  }
}

// MARK: Step 6

extension SigningService {
  /// Signatures that one task verifies; larger calls are spread over the cores.
  private static let verificationBatch = 16

  /// Nil if any of them is not a signature over its digest by this key.
  private func verified(
    _ unchecked: [UncheckedSignature], _ request: SigningRequest, _ credential: Credential
  ) async -> [[UInt8]]? {
    guard unchecked.count == request.digests.count else { return nil }
    let batches = stride(from: 0, to: unchecked.count, by: Self.verificationBatch).map {
      $0..<min($0 + Self.verificationBatch, unchecked.count)
    }
    let verifier = verifier
    let publicKey = credential.certificate.publicKey
    @Sendable func isGood(_ batch: Range<Int>) -> Bool {
      batch.allSatisfy {
        verifier.isValid(
          unchecked[$0].bytes, over: request.digests[$0], algorithm: request.algorithm, publicKey: publicKey)
      }
    }
    guard batches.count > 1 else { return isGood(0..<unchecked.count) ? unchecked.map(\.bytes) : nil }
    let good = await withTaskGroup(of: Bool.self) { group in
      for batch in batches { group.addTask { isGood(batch) } }
      return await group.reduce(true) { $0 && $1 }
    }
    return good ? unchecked.map(\.bytes) : nil
  }
}

// MARK: Steps 7 and 8, and the way back

extension SigningService {
  private func complete(_ operation: SigningOperation, _ signatures: [[UInt8]]) async throws {
    let now = clock.now()
    let digest = SHA256.hash(data: signatures.flatMap(\.self))
    let event = AuditEvent(
      .signatureMade,
      [
        ("operation", .string(operation.id)), ("count", .integer(Int64(signatures.count))),
        ("signatures", .string(Hex.encode(digest))),
      ])
    do {
      try await store.write { transaction in
        try transaction.complete(operation, signatures: signatures)
        try transaction.append(event, at: now)
      }
    } catch {
      throw InternalFault.outcomeUnknown
    }
  }

  /// Gives slots back after a failure that certainly released no signature.
  private func release(_ operation: SigningOperation, reason: String) async throws {
    let now = clock.now()
    let event = AuditEvent(
      .signatureReleased, [("operation", .string(operation.id)), ("reason", .string(reason))])
    try await store.write { transaction in
      try transaction.release(operation)
      try transaction.append(event, at: now)
    }
  }
}
