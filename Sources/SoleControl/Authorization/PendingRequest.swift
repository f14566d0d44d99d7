import AuditLog
public import Vocabulary
package import WireJSON

/// The request a customer approves out of band: the future SAD's content without the approval.
///
/// The device makes a MAC over its canonical text, so that a customer is never shown, and never approves, what an
/// editor of the store put there.
package struct PendingRequest: DeviceProtected, CanonicalObject, Equatable {
  package static var macKey: MACKey { .pending }

  var id: String
  /// SHA-256 of the handle with which the caller asks for the SAD.
  var handle: [UInt8]
  /// SHA-256 of the text in the page's address; nil if there is no page.
  var link: [UInt8]?
  var service: String
  var partner: PartnerID
  var signer: SignerID
  var credential: CredentialID
  var numSignatures: Int
  var hashAlgorithm: HashAlgorithm?
  var digests: [[UInt8]]
  var description: String?
  /// The factor that the customer is asked for.
  var factor: FactorID
  /// Factors that the caller presented, which were right.
  var evidence: [Evidence]
  var expires: UnixTime
  /// Text for the person in the provider's app; nil if the factor has a page of ours.
  var bindingMessage: String?

  package var object: JSONObject {
    var object = JSONObject([
      ("kind", "pending"), ("id", .string(id)), ("handle", .octets(handle)), ("service", .string(service)),
      ("partner", .string(partner.rawValue)),
      ("signer", .string(signer.rawValue)), ("credential", .string(credential.rawValue)),
      ("numSignatures", .integer(Int64(numSignatures))),
      ("digests", .octets(digests)), ("factor", .string(factor.rawValue)),
      ("evidence", .array(evidence.map(\.json))), ("expires", .integer(expires)),
    ])
    if let link { object["link"] = .octets(link) }
    if let hashAlgorithm { object["hashAlgorithm"] = .string(hashAlgorithm.rawValue) }
    if let description { object["description"] = .string(description) }
    if let bindingMessage { object["bindingMessage"] = .string(bindingMessage) }
    return object
  }
}

extension PendingRequest {
  package init?(object: JSONObject) {
    guard object["kind"] == "pending",
      let id = object["id"]?.string, let handle = object.octets("handle"),
      let service = object["service"]?.string,
      let partner = object["partner"]?.string, let signer = object["signer"]?.string,
      let credential = object["credential"]?.string, let numSignatures = object["numSignatures"]?.integer,
      let digests = object.listOfOctets("digests"),
      let factor = object["factor"]?.string.flatMap(FactorID.init(rawValue:)),
      let evidence = object["evidence"]?.array?.compactMap({ $0.object.flatMap(Evidence.init(json:)) }),
      let expires = object["expires"]?.integer
    else { return nil }
    self.init(
      id: id, handle: handle, link: object.octets("link"), service: service,
      partner: PartnerID(partner), signer: SignerID(signer),
      credential: CredentialID(credential), numSignatures: Int(numSignatures),
      hashAlgorithm: object["hashAlgorithm"]?.string.flatMap(HashAlgorithm.init(rawValue:)), digests: digests,
      description: object["description"]?.string, factor: factor, evidence: evidence, expires: expires,
      bindingMessage: object["bindingMessage"]?.string)
  }

  /// As `credentials/authorize` would have it now.
  var request: AuthorizationRequest {
    AuthorizationRequest(
      credential: credential, numSignatures: numSignatures, hashAlgorithm: hashAlgorithm, digests: digests,
      presented: [:])
  }
}

/// The customer's approval. Protected like the request: an editor of the store cannot approve.
package struct Approval: DeviceProtected, CanonicalObject, Equatable {
  package static var macKey: MACKey { .pending }

  let pending: String
  let evidence: Evidence
  let time: UnixTime

  init(pending: String, evidence: Evidence, time: UnixTime) {
    self.pending = pending
    self.evidence = evidence
    self.time = time
  }

  package var object: JSONObject {
    JSONObject([
      ("kind", "approval"), ("pending", .string(pending)), ("evidence", evidence.json), ("time", .integer(time)),
    ])
  }

  package init?(object: JSONObject) {
    guard object["kind"] == "approval",
      let pending = object["pending"]?.string,
      let evidence = object["evidence"]?.object.flatMap(Evidence.init(json:)), let time = object["time"]?.integer
    else { return nil }
    self.init(pending: pending, evidence: evidence, time: time)
  }
}

extension PendingRequest {
  func lifetime(_ rules: ServiceContext.Rules) -> Lifetime {
    Lifetime(expires: expires, longest: rules.pendingLife)
  }
}

/// An authorization that waits, as the store keeps it.
public struct StoredPending: Sendable, Equatable {
  public let id: String
  /// SHA-256 of the handle.
  public let handle: [UInt8]
  /// SHA-256 of the text in the page's address; nil if the customer is asked in another way.
  public let link: [UInt8]?
  public let credential: CredentialID
  /// Canonical text of what is asked, and the device's MAC over it.
  public let request: ProtectedRow
  public let expires: UnixTime
  public let state: PendingState

  public init(
    id: String, handle: [UInt8], link: [UInt8]?, credential: CredentialID, request: ProtectedRow, expires: UnixTime,
    state: PendingState
  ) {
    self.id = id
    self.handle = handle
    self.link = link
    self.credential = credential
    self.request = request
    self.expires = expires
    self.state = state
  }
}

public enum PendingState: Sendable, Equatable {
  public enum End: Int, Sendable, CaseIterable {
    /// By the customer.
    case denied = 0
    /// Too many wrong tries.
    case failed = 1
    /// The customer could not be asked.
    case withdrawn = 2
    /// There was no answer, or no request for the answer, in time.
    case expired = 3
    /// By the caller.
    case cancelled = 4
  }

  /// Wrong tries so far.
  case waiting(tries: Int)
  /// Canonical text of the approval, and the device's MAC over it. There is no SAD yet.
  case approved(ProtectedRow)
  /// The SAD, encrypted under a key derived from the handle.
  case issued(sealed: [UInt8])
  case ended(End)
}

/// An authorization that is about to wait for its customer, who was not asked yet.
package struct NewPending: Sendable {
  /// The request that the customer is to approve.
  let request: PendingRequest
  /// Its text, and the device's MAC over it.
  let row: ProtectedRow
  /// The factors that the caller presented.
  let decided: DecidedFactors
  let credential: UsableCredential
  /// The secret with which the caller asks for the result.
  let handle: String
  /// The secret end of the address of the confirmation page, if there is one.
  let link: String
  let time: UnixTime

  var id: String { request.id }

  /// The question, as the limits count it.
  var sent: SentMessage {
    SentMessage(
      id: request.id, partner: request.partner, credential: request.credential, factor: request.factor, time: time)
  }

  /// Rows that `checkMayWait` and `add` read and change.
  var keys: [SoleControlKey] {
    [
      .credential(request.credential), .factorState(request.factor, request.credential),
      .waiting(request.credential, .exclusive),
    ] + sent.keys
  }

  /// The authorization, after `add`.
  var key: SoleControlKey { .pending(.handle(request.handle), .exclusive) }

  /// Whether one more authorization of this credential may wait for its customer.
  func checkMayWait(
    _ rules: ServiceContext.Rules, _ transaction: any CredentialReading & FactorReading & PendingReading
  ) throws {
    try credential.requireUnchanged(in: transaction)
    guard
      try transaction.factorState(request.factor, of: request.credential).failures
        < rules.maximumTries(of: request.factor)
    else { throw Refusal.lockedFactor(request.factor) }
    let waiting = try transaction.waiting(request.credential, at: time)
    if waiting.count >= rules.maximumPending, let next = waiting.first {
      throw Refusal.tooManyMessages(retryAfter: max(next - time, 1))
    }
    try sent.check(rules.confirmationLimits, transaction)
  }

  /// Counts the question and keeps what waits.
  func add(
    _ rules: ServiceContext.Rules, _ transaction: any FactorWriting & PendingWriting
  ) throws {
    try sent.count(transaction)
    try transaction.removePending(expiredBefore: time - rules.longestTransaction)
    try transaction.add(
      StoredPending(
        id: request.id, handle: request.handle, link: request.link, credential: request.credential, request: row,
        expires: request.expires, state: .waiting(tries: 0)))
  }

  /// For the audit log.
  var event: AuditEvent {
    AuditEvent(
      .authorizationPending,
      [
        ("pending", .string(request.id)), ("credential", .string(request.credential.rawValue)),
        ("signer", .string(request.signer.rawValue)), ("partner", .string(request.partner.rawValue)),
        ("factor", .string(request.factor.rawValue)), ("numSignatures", .integer(Int64(request.numSignatures))),
        ("digests", .octets(request.digests)),
        ("evidence", decided.json), ("expires", .integer(request.expires)),
      ])
  }
}

/// An authorization that waits, read from the store and held against its MACs.
package struct LoadedPending: Sendable {
  let stored: StoredPending
  let pendingRequest: PendingRequest
  let usable: UsableCredential
  /// If it was approved.
  let approval: Approval?

  var credential: Credential { usable.credential }

  func key(_ lock: RowLock) -> SoleControlKey { .pending(.handle(stored.handle), lock) }

  /// Whether it still waits.
  func isWaiting(in store: any PendingReading) throws -> Bool {
    if case .waiting? = try store.pending(handle: stored.handle)?.state { true } else { false }
  }
}

extension PendingRequest {
  /// For the audit log.
  func denied(_ reason: String) -> AuditEvent {
    AuditEvent(
      .authorizationDenied, partner: partner.rawValue,
      [
        ("pending", .string(id)), ("credential", .string(credential.rawValue)), ("factor", .string(factor.rawValue)),
        ("reason", .string(reason)),
      ])
  }

  /// For the audit log.
  func confirmed(_ evidence: Evidence) -> AuditEvent {
    AuditEvent(
      .authorizationConfirmed, partner: partner.rawValue,
      [("pending", .string(id)), ("credential", .string(credential.rawValue)), ("evidence", evidence.json)])
  }
}
