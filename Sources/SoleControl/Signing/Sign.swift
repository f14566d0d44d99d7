public import Vocabulary

/// The result of a request for signatures.
public struct SigningResult: Sendable, Equatable {
  /// Id of the call that made them; of a repetition the first one's.
  public let operation: String
  /// The preparation of the signatures: the request's own, or that of the first request if this one is a repetition.
  public let preparation: [UInt8]
  /// The items that were signed, and for which authorized digests. In request order.
  public let items: [SigningItem]
  /// In request order; RSA as big-endian octets, ECDSA as DER.
  public let signatures: [[UInt8]]
  /// In request order; nil for items that asked for none.
  public let timestamps: [[UInt8]?]

  /// Nil if the ledger holds not as much as the items asked for.
  init?(_ work: SigningWork, made: [[UInt8]], operation: String) {
    let wanted = work.items.filter(\.isTimestamped).count
    guard made.count == work.items.count + wanted else { return nil }
    self.operation = operation
    preparation = work.preparation
    items = work.items
    signatures = Array(made.prefix(work.items.count))
    var tokens = made.suffix(wanted)
    timestamps = work.items.map { $0.isTimestamped ? tokens.popFirst() : nil }
  }
}

extension SigningService {
  /// Signs digests under a SAD. The steps are those of Specs/design/signing.md.
  ///
  /// - Parameters:
  ///   - request: well formed; step 1 is the caller's, who also verified the bearer.
  ///   - principal: the party for whom the bearer speaks.
  /// - Throws: `Refusal` (nothing was spent) or `InternalFault`. After `InternalFault.outcomeUnknown` the
  ///   authorization is spent and no signature was released.
  public func sign(_ request: SigningRequest, as principal: Principal) async throws -> SigningResult {
    // 1. Request and bearer are verified, by the caller.

    // 2. SAD and policy are verified, the certificate is valid, the credential enabled.
    var authorization = try await verifySAD(request, as: principal)

    // 3. One transaction reserves the slots and appends the intent to the audit log.
    // 4. It is durable when `reserve` returns.
    let operation = try await operation(for: request, under: authorization)
    switch try await reserve(operation, for: request, under: &authorization, as: principal) {
    case .reserved: break
    case .done(let earlier): return try await replay(earlier, of: request, authorization.credential)
    // Only asynchronous calls are told so.
    case .accepted: throw Refusal.unavailable
    }

    // 5. The device signs. No transaction is open.
    // 6. Every signature is verified with the credential's public key, and time-stamped where that was asked for.
    let made: [[UInt8]]
    do {
      made = try await make(request.work, with: authorization.credential)
    } catch {
      try await release(operation, reason: error.reason)
      throw error.asFault
    }

    // 7. One transaction consumes the slots, stores the signatures and appends the outcome.
    // 8. It is durable when `complete` returns.
    try await complete(operation, made, of: request, under: authorization, as: principal)

    // 9. The answer, in request order.
    guard let result = SigningResult(request.work, made: made, operation: operation.id) else {
      throw InternalFault.signatureDoesNotVerify
    }
    return result
  }

  /// Whether nothing was made, or is being made, for the same request. Refuses all that `sign` would refuse before it
  /// reserves anything, and changes nothing: for callers whose preparation costs something or can fail.
  ///
  /// - Parameter request: its preparation and what is signed do not matter.
  /// - Throws: `Refusal` or `InternalFault`.
  public func isNew(_ request: SigningRequest, as principal: Principal) async throws -> Bool {
    let authorization = try await verifySAD(request, as: principal)
    let (name, digest) = (authorization.activation.digest, request.digest)
    return try await read(reading: [.activation(name), .request(name, digest)]) {
      guard let activation = try $0.activation(name), !activation.isRevoked else { throw Refusal.invalidSAD }
      switch try $0.operation(name, requestDigest: digest)?.state {
      case .completed, .reserved: return false
      case .released, .unknown, nil: break
      }
      guard activation.isAlive else { throw Refusal.invalidSAD }
      _ = try Self.slots(for: request, of: authorization.binding, states: try $0.slots(name))
      return true
    }
  }

  /// `sign` for callers that prepare nothing.
  ///
  /// - Returns: signatures in the order of the digests.
  public func signHash(_ request: SigningRequest, as principal: Principal) async throws -> [[UInt8]] {
    try await sign(request, as: principal).signatures
  }

  /// The stored result of a request that was completed before.
  private func replay(
    _ operation: SigningOperation, of request: SigningRequest, _ credential: Credential
  ) async throws -> SigningResult {
    guard let work = SigningWork(canonical: operation.work), work.belongs(to: request) else { throw StoreError.corrupt }
    return try await stored(operation, work, credential)
  }

  /// Signatures from the store are held against the key again: an edited row must not leave as a signature.
  func stored(
    _ operation: SigningOperation, _ work: SigningWork, _ credential: Credential
  ) async throws -> SigningResult {
    guard let result = SigningResult(work, made: operation.signatures, operation: operation.id),
      await verified(result.signatures.map(UncheckedSignature.init), work, credential) != nil,
      await areGenuine(result)
    else { throw InternalFault.signatureDoesNotVerify }
    return result
  }
}
