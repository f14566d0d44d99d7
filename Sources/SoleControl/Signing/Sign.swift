import AuditLog
import Crypto
import WireJSON

/// What a request for signatures brought.
public struct SigningResult: Sendable, Equatable {
  /// What the signatures were made of: the request's own, or that of the first request if this one is a repetition.
  public let preparation: [UInt8]
  /// In request order; RSA as big-endian octets, ECDSA as DER.
  public let signatures: [[UInt8]]
}

extension SigningService {
  /// Signs digests under a SAD. The steps are those of Specs/design/signing.md.
  ///
  /// - Parameters:
  ///   - request: well formed; step 1 is the caller's, who also verified the bearer.
  ///   - principal: whom the bearer speaks for.
  /// - Throws: `Refusal` (nothing was spent) or `InternalFault`. After `InternalFault.outcomeUnknown` the
  ///   authorization is spent and no signature was released.
  public func sign(_ request: SigningRequest, as principal: Principal) async throws -> SigningResult {
    // 1. Request and bearer are verified: their types say so.

    // 2. SAD and policy are verified, the certificate is valid, the credential enabled.
    let warrant = try await verifyWarrant(request, as: principal)

    // 3. One transaction reserves the slots and appends the intent to the audit log.
    // 4. It is durable when `reserve` returns.
    let operation = try await operation(for: request, under: warrant)
    switch try await reserve(operation, for: request, under: warrant) {
    case .reserved: break
    case .done(let earlier): return try await replay(earlier, of: request, warrant.credential)
    // Only asynchronous calls are told so.
    case .accepted: throw Refusal.unavailable
    }

    // 5. The device signs. No transaction is open.
    // 6. Every signature is verified with the credential's public key.
    let signatures: [[UInt8]]
    do {
      signatures = try await make(request.work, with: warrant.credential)
    } catch {
      try await release(operation, reason: error.reason)
      throw error.asFault
    }

    // 7. One transaction consumes the slots, stores the signatures and appends the outcome.
    // 8. It is durable when `complete` returns.
    try await complete(operation, signatures)

    // 9. The answer, in request order.
    return SigningResult(preparation: request.preparation, signatures: signatures)
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

  /// What the store kept is held against the key again: an edited row must not leave as a signature.
  func stored(
    _ operation: SigningOperation, _ work: SigningWork, _ credential: Credential
  ) async throws -> SigningResult {
    let unchecked = operation.signatures.map(UncheckedSignature.init)
    guard let signatures = await verified(unchecked, work, credential) else {
      throw InternalFault.signatureDoesNotVerify
    }
    return SigningResult(preparation: work.preparation, signatures: signatures)
  }
}

// MARK: Steps 7 and 8, and the way back

extension SigningService {
  private func complete(_ operation: SigningOperation, _ signatures: [[UInt8]]) async throws {
    let now = clock.now()
    do { try await store.write { try $0.complete(operation, signatures, at: now) } } catch {
      throw InternalFault.outcomeUnknown
    }
  }

  private func release(_ operation: SigningOperation, reason: String) async throws {
    let now = clock.now()
    try await store.write { try $0.release(operation, reason: reason, at: now) }
  }
}

extension SoleControlWriting {
  /// Consumes the slots, stores the signatures and appends the outcome.
  func complete(_ operation: SigningOperation, _ signatures: [[UInt8]], at now: UnixTime) throws {
    try complete(operation, signatures: signatures)
    let digest = SHA256.hash(data: signatures.flatMap(\.self))
    try append(
      AuditEvent(
        .signatureMade,
        [
          ("operation", .string(operation.id)), ("count", .integer(Int64(signatures.count))),
          ("signatures", .string(Hex.encode(digest))),
        ]), at: now)
  }

  /// Gives slots back after a failure that certainly released no signature.
  func release(_ operation: SigningOperation, reason: String, at now: UnixTime) throws {
    try release(operation)
    try append(
      AuditEvent(.signatureReleased, [("operation", .string(operation.id)), ("reason", .string(reason))]), at: now)
  }
}
