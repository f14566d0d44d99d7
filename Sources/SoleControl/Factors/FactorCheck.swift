import AuditLog
import Crypto
package import Vocabulary
public import WireJSON

/// A presented factor on its way to a decision: first the messages of which the device computes MACs, then the verdict
/// that is made of them.
package struct FactorCheck: Sendable {
  /// Makes the decision, from the device's MACs over `deviceMessages`.
  package typealias Finish = @Sendable (_ macs: [[UInt8]]) -> DecidedCheck

  let factor: FactorID
  let evidenceID: String
  let deviceMessages: [(key: MACKey, message: [UInt8])]
  let finish: Finish

  package init(
    factor: FactorID, evidenceID: String, deviceMessages: [(key: MACKey, message: [UInt8])] = [],
    finish: @escaping Finish
  ) {
    self.factor = factor
    self.evidenceID = evidenceID
    self.deviceMessages = deviceMessages
    self.finish = finish
  }

  /// A check whose verdict needs no MAC and tells nothing.
  package init(factor: FactorID, evidenceID: String, _ verdict: any Verdict) {
    self.init(factor: factor, evidenceID: evidenceID) { _ in
      DecidedCheck(factor: factor, evidenceID: evidenceID, verdict: verdict)
    }
  }

  var evidence: Evidence { Evidence(factor: factor, id: evidenceID) }

  /// Whether the check tells who was authenticated, under a name that the device makes.
  var identifiesPerson: Bool { deviceMessages.contains { $0.key == .pseudonym } }
}

/// A factor whose check is computed; `verdict` becomes effective in the transaction.
package struct DecidedCheck: Sendable {
  let factor: FactorID
  let evidenceID: String
  /// For the audit log. No personal data.
  let detail: [(String, JSONValue)]
  let verdict: any Verdict

  package init(
    factor: FactorID, evidenceID: String, detail: [(String, JSONValue)] = [], verdict: any Verdict
  ) {
    self.factor = factor
    self.evidenceID = evidenceID
    self.detail = detail
    self.verdict = verdict
  }

  package var evidence: Evidence { Evidence(factor: factor, id: evidenceID, detail: JSONObject(detail)) }
}

/// The part of a computed check that runs in the transaction that decides about the presented factors.
package protocol Verdict: Sendable {
  /// Rows that the other two read, and change.
  func keys(of factor: FactorID, _ credential: CredentialID) -> [SoleControlKey]

  /// Rejects bad or replayed tokens before any try is counted or any code consumed. The other factors are not
  /// evaluated, so nothing leaks about them. By default nothing is rejected here.
  func objection(to factor: FactorID, in decision: FactorDecision) throws -> Refusal?

  /// Counts the try and compares, in this order, and uses up what is good once.
  ///
  /// - Returns: nil if the factor is good. A refusal is returned, not thrown: the counted try must stay.
  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal?
}

extension Verdict {
  package func objection(to _: FactorID, in _: FactorDecision) throws -> Refusal? { nil }
}

/// A factor that was found bad before the transaction.
struct RefusedVerdict: Verdict {
  /// For the audit log.
  let reason: String
  /// The answer to the caller; nil for `Refusal.wrongFactor`.
  var refusal: Refusal?

  func keys(of _: FactorID, _: CredentialID) -> [SoleControlKey] { [] }

  func objection(to factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    try decide(factor, in: decision)
  }

  func decide(_ factor: FactorID, in decision: FactorDecision) throws -> Refusal? {
    let wrong = try decision.refused(factor, reason)
    return refusal ?? wrong
  }
}

/// The transaction in which presented factors are decided.
package struct FactorDecision {
  package let transaction: any FactorTransaction
  package let credential: CredentialID
  package let partner: PartnerID
  package let rules: ServiceContext.Rules
  package let now: UnixTime

  /// Counts a try before the comparison, and forgets wrong ones after a right one.
  func counted(_ factor: FactorID, isRight: (inout FactorState) throws -> Bool) throws -> Refusal? {
    let before = try transaction.factorState(factor, of: credential)
    guard before.failures < rules.maximumTries(of: factor) else { return .lockedFactor(factor) }
    var state = before
    state.failures += 1
    guard try isRight(&state) else {
      try transaction.put(state, factor, of: credential)
      return try refused(factor, "wrong")
    }
    state.failures = 0
    if state != before { try transaction.put(state, factor, of: credential) }
    return nil
  }

  /// Notes the refusal in the audit log.
  ///
  /// - Returns: `Refusal.wrongFactor`.
  package func refused(_ factor: FactorID, _ reason: String) throws -> Refusal {
    try transaction.append(
      AuditEvent(
        .authorizationRefused, partner: partner.rawValue,
        [
          ("credential", .string(credential.rawValue)), ("factor", .string(factor.rawValue)),
          ("reason", .string(reason)),
        ]))
    return .wrongFactor(factor)
  }
}

/// A verified factor, as the binding of a SAD and the audit log name it.
public struct Evidence: Sendable, Equatable {
  public let factor: FactorID
  /// Random; joins the binding with the audit entry of the check.
  public let id: String
  /// Facts that the check learnt: `provider` (issuer), `subject` (the device's keyed digest of it), `acr` (as the token
  /// says it), `level` (low, substantial, high), `amr`, `authTime` (UTC seconds), `tokenID` and `token` (SHA-256 of
  /// `jti` and of the token, in hexadecimal). No personal data. Empty for factors that say no more than that they were
  /// right.
  public let detail: JSONObject

  public init(factor: FactorID, id: String, detail: JSONObject = JSONObject()) {
    self.factor = factor
    self.id = id
    self.detail = detail
  }

  public var json: JSONValue {
    .object(
      JSONObject(
        [("factor", .string(factor.rawValue)), ("id", .string(id))] + detail.members.map { ($0.name, $0.value) }))
  }

  /// Nil if it is not what `json` makes.
  public init?(json object: JSONObject) {
    guard let factor = object["factor"]?.string.flatMap(FactorID.init(rawValue:)), let id = object["id"]?.string
    else { return nil }
    let detail = object.members.filter { $0.name != "factor" && $0.name != "id" }
    self.init(factor: factor, id: id, detail: JSONObject(detail.map { ($0.name, $0.value) }))
  }
}

/// A value that is good once: a token of an eID provider, a statement of a partner.
enum SingleUse {
  /// Clocks of gateways that share a store differ by less. Seconds.
  static let clockDifference: UnixTime = 300

  /// The name of a token in the store. Issuers choose their ids independently of each other, and one issuer's tokens of
  /// different kinds too, so all three count.
  ///
  /// - Parameters:
  ///   - kind: name of its kind, such as `partner statement`.
  ///   - id: `jti`, or the token itself if it has none.
  static func digest(_ kind: String, issuer: String, id: String) -> [UInt8] {
    var hash = SHA256()
    for text in ["countersign used token v1", kind, issuer, id] {
      // Lengths keep the texts apart.
      let octets = Array(text.utf8)
      withUnsafeBytes(of: UInt64(octets.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: octets)
    }
    return Array(hash.finalize())
  }
}

extension FactorWriting {
  /// As `use(once:until:)`, after the tokens whose time is over were forgotten.
  func use(once digest: [UInt8], until time: UnixTime, now: UnixTime) throws -> Bool {
    try removeUsed(until: now)
    return try use(once: digest, until: time)
  }
}
