import WireJSON

/// Holds what entries say against each other: each signature that was made has its intent and its authorization, none
/// goes beyond what was authorized, and each credential that signs has the record of its certificate.
///
/// It keeps credentials, authorizations that are not over, and calls without an outcome; no more.
public struct LogMeaning: Sendable {
  /// A contradiction, and the position of the entry that has it.
  public enum Finding: Error, Equatable, Sendable, CustomStringConvertible {
    /// An intent, or an extension, under an authorization that was not granted, is over, or is of another credential.
    case unauthorized(position: Int64)
    /// More signatures than were authorized.
    case exceeded(position: Int64)
    /// An outcome without an intent, or one too many, or of another number of signatures.
    case unintended(position: Int64)
    /// A credential of which no certificate was issued, or that was deleted.
    case uncertified(position: Int64)

    public var description: String {
      switch self {
      case .unauthorized(let position): "entry \(position) tells of signatures that were not authorized"
      case .exceeded(let position): "entry \(position) tells of more signatures than were authorized"
      case .unintended(let position): "entry \(position) tells the outcome of a call that had not begun, or was over"
      case .uncertified(let position): "entry \(position) tells of a credential without a certificate"
      }
    }
  }

  private struct Grant {
    let credential: String
    /// Signatures that may still be reserved.
    var left: Int64
    let expires: Int64
  }

  private struct Intent {
    let activation: String
    let count: Int64
  }

  /// Authorizations by the ledger's names of their SADs.
  private var grants: [String: Grant] = [:]
  /// Calls without an outcome.
  private var intents: [String: Intent] = [:]
  private var credentials: Set<String> = []
  private var accepted = 0
  /// Whether entries before the first that is read are not known.
  private let isContinued: Bool
  /// Time of the entry that is read, and until when authorizations may be of before: UTC, seconds.
  private var (now, horizon): (Int64, Int64?) = (0, nil)
  /// Authorizations that are over, as long as they could be taken for some of before, and deleted credentials.
  private var over: Set<String> = []
  /// References to something that is before the first entry that was read.
  public private(set) var unresolved = 0

  /// Seconds: twice the longest life of a SAD.
  private static let longestLife: Int64 = 7200
  /// Seconds after which an authorization that has expired is forgotten.
  private static let skew: Int64 = 3600
  private static let kinds: Set<String> = Set(
    [
      AuditEvent.Kind.certificateIssued, .credentialDeleted, .authorizationGranted, .authorizationExtended,
      .authorizationRevoked, .signatureIntended, .signatureMade, .signatureReleased, .signatureUnknown,
      .signatureResumed,
    ].map(\.rawValue))

  /// - Parameter isContinued: whether the log is not read from its beginning. Credentials and calls may be of before
  ///   then, and authorizations as long as one may live; how often that is so is counted.
  public init(isContinued: Bool = false) { self.isContinued = isContinued }

  /// - Parameter position: of the entry in the log.
  public mutating func accept(_ entry: AuditEntry, at position: Int64) throws(Finding) {
    guard let header = EntryHeader(octets: entry.header) else { return }
    now = header.time / 1000
    if horizon == nil { horizon = now + Self.longestLife }
    guard Self.kinds.contains(header.kind), let kind = AuditEvent.Kind(rawValue: header.kind), let body = entry.object
    else { return }
    try accept(kind, body, at: position)
    accepted += 1
    if accepted.isMultiple(of: 4096) { forget(before: header.time / 1000 - Self.skew) }
  }

  private mutating func forget(before time: Int64) { grants = grants.filter { $0.value.expires >= time } }

  private mutating func accept(_ kind: AuditEvent.Kind, _ body: JSONObject, at position: Int64) throws(Finding) {
    let credential = body["credential"]?.string ?? ""
    switch kind {
    case .certificateIssued: credentials.insert(credential)
    case .credentialDeleted:
      credentials.remove(credential)
      if isContinued { over.insert(credential) }
    case .authorizationGranted, .authorizationExtended: try grant(body, credential, at: position)
    case .authorizationRevoked: end(grant: body["activation"]?.string ?? "")
    case .signatureIntended: try intend(body, credential, at: position)
    default: try end(kind, body, at: position)
    }
  }

  private mutating func grant(_ body: JSONObject, _ credential: String, at position: Int64) throws(Finding) {
    let new = Grant(
      credential: credential, left: body["numSignatures"]?.integer ?? 0, expires: body["expires"]?.integer ?? 0)
    if let extended = body["extends"]?.string {
      if let old = grants[extended] {
        guard old.credential == credential else { throw .unauthorized(position: position) }
        guard new.left <= old.left else { throw .exceeded(position: position) }
      } else {
        guard isEarlier(grant: extended) else { throw .unauthorized(position: position) }
      }
      end(grant: extended)
    }
    grants[body["activation"]?.string ?? ""] = new
  }

  private mutating func end(grant name: String) {
    grants[name] = nil
    if isContinued, now <= horizon ?? now { over.insert(name) }
  }

  /// Whether an authorization that was not read may be of before.
  private mutating func isEarlier(grant name: String) -> Bool {
    guard isContinued, now <= horizon ?? now, !over.contains(name) else { return false }
    unresolved += 1
    return true
  }

  private mutating func isEarlier(credential: String) -> Bool {
    guard isContinued, !over.contains(credential) else { return false }
    unresolved += 1
    return true
  }

  private mutating func intend(_ body: JSONObject, _ credential: String, at position: Int64) throws(Finding) {
    guard credentials.contains(credential) || isEarlier(credential: credential) else {
      throw .uncertified(position: position)
    }
    let activation = body["activation"]?.string ?? ""
    let count = Int64(body["digests"]?.array?.count ?? 0)
    if let grant = grants[activation] {
      guard grant.credential == credential else { throw .unauthorized(position: position) }
      guard count <= grant.left else { throw .exceeded(position: position) }
      grants[activation]?.left -= count
    } else {
      guard isEarlier(grant: activation) else { throw .unauthorized(position: position) }
    }
    guard
      intents.updateValue(Intent(activation: activation, count: count), forKey: body["operation"]?.string ?? "") == nil
    else { throw .unintended(position: position) }
  }

  private mutating func end(_ kind: AuditEvent.Kind, _ body: JSONObject, at position: Int64) throws(Finding) {
    let operation = body["operation"]?.string ?? ""
    guard let intent = intents[operation] else {
      guard isContinued else { throw .unintended(position: position) }
      unresolved += 1
      return
    }
    switch kind {
    case .signatureResumed: return
    case .signatureMade:
      guard body["count"]?.integer == intent.count else { throw .unintended(position: position) }
    case .signatureReleased: grants[intent.activation]?.left += intent.count
    default: break
    }
    intents[operation] = nil
  }
}
