import Octets
import Vocabulary

/// Reason why the device's part of signing brought nothing. Certainly no signature was released.
enum DeviceSigningFailure: Error, Equatable {
  case device(DeviceError, SignatureAlgorithm)
  /// A signature does not verify.
  case verification
  case timestamp(SignatureTimestampError)

  /// For the audit log.
  var reason: String {
    switch self {
    case .device: "device"
    case .verification: "verification"
    case .timestamp: "timestamp"
    }
  }

  /// The fault for a caller of sole control.
  var asFault: any Error {
    switch self {
    // A device that cannot do it lacks the parameters of PSS; nothing else is left to a caller's choice.
    case .device(.unsupported, .rsaPSS): Refusal.parametersNotSupported
    case .device(let error, _): error.asFault
    case .verification: InternalFault.signatureDoesNotVerify
    case .timestamp(.busy): Refusal.unavailable
    case .timestamp(let error): InternalFault.timestamp(error)
    }
  }
}

extension SigningService {
  /// Steps 5 and 6: the device signs, every signature is verified, and those that ask for it are time-stamped. No
  /// transaction is open.
  ///
  /// - Returns: octets for the ledger: the signatures in the order of the items, then the time-stamps in that order.
  func make(_ work: SigningWork, with credential: Credential) async throws(DeviceSigningFailure) -> [[UInt8]] {
    // 5. The device signs. One order holds the items of one algorithm.
    var unchecked = [UncheckedSignature?](repeating: nil, count: work.items.count)
    for (algorithm, places) in work.places {
      let made: [UncheckedSignature]
      do {
        made = try await context.device.sign(
          SigningOrder(
            key: credential.wrappedKey, keyType: credential.keyType, algorithm: algorithm,
            digests: places.map { work.items[$0].dtbsRepresentation }))
      } catch {
        throw .device(error, algorithm)
      }
      guard made.count == places.count else { throw .verification }
      for (place, signature) in zip(places, made) { unchecked[place] = signature }
    }

    // 6. Every signature is verified with the credential's public key.
    guard let signatures = await verified(unchecked.compactMap(\.self), work, credential) else { throw .verification }
    do { return signatures + (try await timestamps(over: signatures, work)) } catch { throw .timestamp(error) }
  }

  /// Signatures that one task verifies; larger calls are spread over the cores.
  private static let verificationBatch = 16

  /// Nil if any of them is not a signature over its item's representation by this key.
  func verified(
    _ unchecked: [UncheckedSignature], _ work: SigningWork, _ credential: Credential
  ) async -> [[UInt8]]? {
    let items = work.items
    guard unchecked.count == items.count else { return nil }
    let batches = stride(from: 0, to: unchecked.count, by: Self.verificationBatch).map {
      $0..<min($0 + Self.verificationBatch, unchecked.count)
    }
    let verifier = verifier
    let publicKey = credential.certificate.publicKey
    @Sendable func isGood(_ batch: Range<Int>) -> Bool {
      batch.allSatisfy {
        verifier.isValid(
          unchecked[$0].bytes, over: items[$0].dtbsRepresentation, algorithm: items[$0].algorithm, publicKey: publicKey)
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

extension SigningWork {
  /// The algorithms in the order in which they first occur, each with the places of its items.
  fileprivate var places: [(SignatureAlgorithm, [Int])] {
    var groups: [(SignatureAlgorithm, [Int])] = []
    for (place, item) in items.enumerated() {
      if let group = groups.firstIndex(where: { $0.0 == item.algorithm }) {
        groups[group].1.append(place)
      } else {
        groups.append((item.algorithm, [place]))
      }
    }
    return groups
  }
}

extension SigningService {
  /// Octets that a store has room for in one entry.
  private static let largestToken = 65_535

  /// A time-stamp over each signature whose item asks for one, in order. One after the other, so that a large call
  /// leaves room for others at the authority.
  func timestamps(over signatures: [[UInt8]], _ work: SigningWork) async throws(SignatureTimestampError) -> [[UInt8]] {
    var tokens: [[UInt8]] = []
    for (item, signature) in zip(work.items, signatures) where item.isTimestamped {
      guard let timestamps else { throw .failed("no authority") }
      let token = try await timestamps.timestamp(overSHA256: OctetDigest.sha256(signature))
      guard token.count <= Self.largestToken else { throw .failed("a token of \(token.count) octets") }
      tokens.append(token)
    }
    return tokens
  }

  /// Whether stored time-stamps are over the signatures next to them: an edited row must not leave.
  func areGenuine(_ result: SigningResult) async -> Bool {
    for case (let signature, let token?) in zip(result.signatures, result.timestamps) {
      guard let timestamps, await timestamps.isTimestamp(token, overSHA256: OctetDigest.sha256(signature)) else {
        return false
      }
    }
    return true
  }
}
