import Octets
import AuditLog
import Vocabulary
import WireJSON

enum Reservation: Sendable {
  case reserved(SigningOperation)
  /// The same request was completed before.
  case done(SigningOperation)
  /// The same request was accepted before as this job, which is still open.
  case accepted(JobID)
}

/// A SAD has more or fewer slots than were authorized.
private struct SlotsDiffer: Error {}

/// Credential or SAD are not in the store as this process remembers them. Nothing was changed.
private struct Outdated: Error {}

extension SigningService {
  /// Time for which a second copy of a running request waits for the first.
  private static let longestWait = Duration.seconds(15)
  private static let waitingStep = Duration.milliseconds(20)

  func operation(for request: SigningRequest, under authorization: VerifiedAuthorization) async throws
    -> SigningOperation
  {
    SigningOperation(
      id: try await context.randomID(), activation: authorization.activation.digest, requestDigest: request.digest,
      instance: context.rules.instance, state: .reserved, work: request.work.canonical(), signatures: [])
  }

  /// Step 3: one transaction reserves the slots and appends the intent to the audit log. Step 4: it is durable when
  /// this returns.
  ///
  /// - Parameters:
  ///   - authorization: of step 2; as the store has it now, if it was remembered and the store has it otherwise.
  ///   - job: added in the same transaction, if the call is asynchronous.
  func reserve(
    _ operation: SigningOperation, for request: SigningRequest, under authorization: inout VerifiedAuthorization,
    as principal: Principal, job: StoredJob? = nil
  ) async throws -> Reservation {
    var waited = Duration.zero
    while true {
      // Waiting for another copy of the request takes time, in which the SAD can expire.
      let now = try context.decidingTime()
      guard authorization.binding.lifetime.isOpen(at: now) else { throw Refusal.sadExpired }
      do {
        let found = try await principal.deciding { [authorization] in
          try await reservation(of: operation, for: request, under: authorization, as: principal, job: job, at: now)
        }
        if let found { return found }
      } catch is Outdated {
        context.verifiedRows.forget(request.credential)
        let read = try await readAuthorization(request, as: principal)
        // The preparation may name the certificate.
        guard request.preparation.isEmpty || read.credential.certificate == authorization.credential.certificate else {
          throw Refusal.unavailable
        }
        authorization = read
        continue
      }
      guard waited < Self.longestWait else { throw Refusal.unavailable }
      try await context.clock.pause(Self.waitingStep)
      waited += Self.waitingStep
    }
  }

  /// Nil while another copy of the request is under way.
  private func reservation(
    of operation: SigningOperation, for request: SigningRequest, under authorization: VerifiedAuthorization,
    as principal: Principal, job: StoredJob?,
    at now: UnixTime
  ) async throws -> Reservation? {
    do {
      return try await write(
        reading: [
          .credential(authorization.credential.id), .activation(operation.activation, .exclusive),
          .request(operation.activation, operation.requestDigest, .exclusive),
        ] + principal.keys
      ) { transaction in
        try transaction.requireToken(of: principal)
        let activation = try transaction.activation(operation.activation)
        // Both may have been changed or edited since step 2, or since they were remembered.
        guard try authorization.usable.isUnchanged(in: transaction),
          activation.map({ $0.binding == authorization.activation.binding }) ?? true
        else {
          throw authorization.isRemembered ? Outdated() as any Error : Refusal.unavailable
        }
        // After a revocation nothing more comes out of the SAD, not even signatures that it made.
        guard activation?.isRevoked == false else { throw Refusal.invalidSAD }
        if let earlier = try transaction.operation(
          operation.activation, requestDigest: operation.requestDigest)
        {
          if earlier.state == .completed { return .done(earlier) }
          if earlier.state == .reserved {
            guard job != nil, let open = try transaction.job(of: earlier.id) else { return nil }
            return .accepted(open.id)
          }
        }
        // The earlier one brought nothing after all.
        guard !request.isRepetition else { throw Refusal.unavailable }
        // Replaced since step 2, or before.
        guard activation?.isAlive == true else { throw Refusal.invalidSAD }
        // The row is the one that was compared above, so that it is enabled and was not deleted is known.
        let credential = authorization.credential
        try credential.checkCertificate(at: now)
        let states = try transaction.slots(operation.activation)
        guard states.count == authorization.binding.numSignatures else { throw SlotsDiffer() }
        let slots = try Self.slots(for: request, of: authorization.binding, states: states)
        try transaction.reserve(slots, for: operation)
        if let job { try transaction.add(job) }
        try transaction.append(
          Self.intent(operation, request, authorization.binding, Self.status(of: credential, at: now), job: job?.id))
        return .reserved(operation)
      }
    } catch is SlotsDiffer {
      throw try await context.slotsFault(authorization.binding, operation.activation)
    }
  }

  /// Chooses a free slot for each item of the request.
  static func slots(
    for request: SigningRequest, of binding: Binding, states: [SlotState]
  ) throws -> [Int] {
    let free = states.indices.filter { states[$0].isFree }
    guard !free.isEmpty else { throw Refusal.invalidSAD }
    guard !binding.digests.isEmpty else {
      guard request.items.count <= free.count else { throw Refusal.authorizationExhausted }
      guard !binding.saysTerms || request.items.allSatisfy({ $0.terms?.isEmpty ?? true }) else {
        throw Refusal.termsNotAuthorized
      }
      return Array(free.prefix(request.items.count))
    }
    var open = OpenSlots(free, of: binding)
    return try request.items.map { item in
      guard item.authorizedDigest.hashAlgorithm == binding.hashAlgorithm else { throw Refusal.digestNotAuthorized }
      return try open.take(for: item)
    }
  }

  /// The state of credential and certificate as this transaction found it: the credential is there, enabled, and its
  /// certificate, which this service has not revoked, valid.
  private static func status(of credential: Credential, at now: UnixTime) -> JSONValue {
    [
      "serialNumber": .string(credential.certificate.serialNumber), "enabled": .bool(credential.isEnabled),
      "notAfter": .integer(credential.certificate.notAfter), "checkedAt": .integer(now),
    ]
  }

  /// `digests` are what is signed; `authorized` says for what, where that is something else; `response` is the
  /// responseID of an asynchronous call.
  private static func intent(
    _ operation: SigningOperation, _ request: SigningRequest, _ binding: Binding, _ status: JSONValue, job: JobID?
  ) -> AuditEvent {
    var fields: [(String, JSONValue)] = [
      ("operation", .string(operation.id)), ("credential", .string(binding.credential.rawValue)),
      ("signer", .string(binding.signer.rawValue)), ("partner", .string(binding.partner.rawValue)),
      ("activation", .octets(operation.activation.bytes)), ("method", .string(request.method.rawValue)),
      ("digests", .array(request.items.map { .string(Hex.encode($0.dtbsRepresentation)) })), ("status", status),
    ]
    let algorithms = request.items.map(\.algorithm)
    if let first = algorithms.first, algorithms.allSatisfy({ $0 == first }) {
      fields.append(("algorithm", .string(first.name)))
    } else {
      fields.append(("algorithms", .array(algorithms.map { .string($0.name) })))
    }
    if let job { fields.append(("response", .string(job.rawValue))) }
    if !request.items.allSatisfy(\.isDirect) {
      fields.append(("authorized", .array(request.items.map { .string(Hex.encode($0.authorizedDigest.bytes)) })))
    }
    return AuditEvent(.signatureIntended, fields)
  }
}

/// Free slots of a SAD that names digests, by the items for which they are good: each is found at once.
private struct OpenSlots {
  private enum Use: Hashable {
    /// A signature of the digest itself, with exactly these terms, or with any.
    case alone, terms([UInt8]), any
  }

  private struct Key: Hashable {
    let digest: [UInt8]
    let use: Use
  }

  private var slots: [Key: [Int]] = [:]
  /// Slots stand under up to two keys.
  private var taken: Set<Int> = []
  /// Slots that are not taken, by their digests.
  private var left: [[UInt8]: Int] = [:]

  /// - Parameter free: in ascending order.
  init(_ free: [Int], of binding: Binding) {
    for slot in free.reversed() where slot < binding.digests.count {
      var uses = [Use.any]
      if let terms = binding.terms(at: slot) {
        uses = [.terms(terms.digest)] + (terms.isAlone ? [.alone] : [])
      }
      for use in uses { slots[Key(digest: binding.digests[slot], use: use), default: []].append(slot) }
      left[binding.digests[slot], default: 0] += 1
    }
  }

  /// The first slot that is good for the item. One with terms goes before one without, which another item may need.
  mutating func take(for item: SigningItem) throws -> Int {
    let digest = item.authorizedDigest.bytes
    for use in [item.terms.map(Use.terms) ?? .alone, .any] {
      while let slot = slots[Key(digest: digest, use: use)]?.popLast() {
        guard taken.insert(slot).inserted else { continue }
        left[digest, default: 0] -= 1
        return slot
      }
    }
    throw item.terms != nil && left[digest, default: 0] > 0 ? Refusal.termsNotAuthorized : Refusal.digestNotAuthorized
  }
}

extension ServiceContext {
  /// Slots are bare rows, their number is under the MAC: added rows must not give signatures.
  func slotsFault(_ binding: Binding, _ activation: ActivationDigest) async throws -> InternalFault {
    try await record(
      AuditEvent(
        .integrityViolated, partner: binding.partner.rawValue,
        [("credential", .string(binding.credential.rawValue)), ("activation", .octets(activation.bytes))]))
    return .rowIntegrity(binding.credential)
  }
}
