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

  /// Seconds after which an authorization that has expired is forgotten.
  private static let skew: Int64 = 3600
  private static let kinds: Set<String> = Set(
    [
      AuditEvent.Kind.certificateIssued, .credentialDeleted, .authorizationGranted, .authorizationExtended,
      .authorizationRevoked, .signatureIntended, .signatureMade, .signatureReleased, .signatureUnknown,
      .signatureResumed,
    ].map(\.rawValue))

  public init() {}

  /// - Parameter position: of the entry in the log.
  public mutating func accept(_ entry: AuditEntry, at position: Int64) throws(Finding) {
    guard let header = EntryHeader(octets: entry.header), Self.kinds.contains(header.kind),
      let kind = AuditEvent.Kind(rawValue: header.kind), let body = entry.object
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
    case .credentialDeleted: credentials.remove(credential)
    case .authorizationGranted, .authorizationExtended: try grant(body, credential, at: position)
    case .authorizationRevoked: grants[body["activation"]?.string ?? ""] = nil
    case .signatureIntended: try intend(body, credential, at: position)
    default: try end(kind, body, at: position)
    }
  }

  private mutating func grant(_ body: JSONObject, _ credential: String, at position: Int64) throws(Finding) {
    let new = Grant(
      credential: credential, left: body["numSignatures"]?.integer ?? 0, expires: body["expires"]?.integer ?? 0)
    if let extended = body["extends"]?.string {
      guard let old = grants.removeValue(forKey: extended), old.credential == credential else {
        throw .unauthorized(position: position)
      }
      guard new.left <= old.left else { throw .exceeded(position: position) }
    }
    grants[body["activation"]?.string ?? ""] = new
  }

  private mutating func intend(_ body: JSONObject, _ credential: String, at position: Int64) throws(Finding) {
    guard credentials.contains(credential) else { throw .uncertified(position: position) }
    let activation = body["activation"]?.string ?? ""
    guard let grant = grants[activation], grant.credential == credential else {
      throw .unauthorized(position: position)
    }
    let count = Int64(body["digests"]?.array?.count ?? 0)
    guard count <= grant.left else { throw .exceeded(position: position) }
    grants[activation]?.left -= count
    guard
      intents.updateValue(Intent(activation: activation, count: count), forKey: body["operation"]?.string ?? "") == nil
    else { throw .unintended(position: position) }
  }

  private mutating func end(_ kind: AuditEvent.Kind, _ body: JSONObject, at position: Int64) throws(Finding) {
    let operation = body["operation"]?.string ?? ""
    guard let intent = intents[operation] else { throw .unintended(position: position) }
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
