public import WireJSON

/// The entries about a signature: the operation that made it, the SAD that allowed it and how that came about.
///
/// The log is read from its beginning as often as `needsAnotherReading` says, because the entries about an
/// authorization come before it and is known by ids that only the later entries tell.
public struct SignatureTrail: Sendable {
  /// A call for signatures.
  public struct Operation: Sendable {
    /// The entry `signature.intended`.
    public let intended: JSONObject
    /// `signature.resumed`, `.made`, `.released`, `.unknown`, in the order of the log.
    public internal(set) var outcomes: [JSONObject] = []
  }

  /// A SAD: `authorization.granted` or `.extended`, and all else that names it.
  public struct Authorization: Sendable {
    public internal(set) var entries: [JSONObject] = []
  }

  private let wanted: Set<String>
  /// In the order of the log.
  public private(set) var operations: [String] = []
  public private(set) var details: [String: Operation] = [:]
  /// By the ledger's name of the SAD.
  public private(set) var authorizations: [String: Authorization] = [:]
  /// Entries about authorizations that waited for their customer.
  public private(set) var pending: [String: [JSONObject]] = [:]
  private var awaited: (activations: Set<String>, pending: Set<String>) = ([], [])
  private var read: (activations: Set<String>, pending: Set<String>) = ([], [])

  /// - Parameter ids: any of these is meant: an operation's id; a responseID; the ledger's name of a SAD (SHA-256); a
  ///   signed or authorized digest. Hexadecimal in small letters.
  public init(_ ids: Set<String>) { wanted = ids }

  /// Whether something was found that earlier entries tell more about.
  public var needsAnotherReading: Bool {
    !awaited.activations.isSubset(of: read.activations) || !awaited.pending.isSubset(of: read.pending)
  }

  /// Call before the log is read, each time.
  public mutating func beginReading() {
    read = awaited
    for id in operations { details[id]?.outcomes = [] }
    authorizations = [:]
    pending = [:]
  }

  /// - Parameter position: of the entry in the log; the reports show it.
  public mutating func accept(_ entry: AuditEntry, at position: Int64) {
    guard let body = entry.object(at: position), let kind = body["kind"]?.string else { return }
    switch AuditEvent.Kind(rawValue: kind) {
    case .signatureIntended: accept(intent: body)
    case .signatureMade, .signatureReleased, .signatureUnknown, .signatureResumed:
      if let id = body["operation"]?.string { details[id]?.outcomes.append(body) }
    case .authorizationGranted, .authorizationExtended, .authorizationRevoked: accept(authorization: body)
    case .authorizationPending, .authorizationConfirmed, .authorizationDenied:
      if let id = body["pending"]?.string, awaited.pending.contains(id) { pending[id, default: []].append(body) }
    default: break
    }
  }

  private mutating func accept(intent: JSONObject) {
    guard let id = intent["operation"]?.string, details[id] == nil, isWanted(intent) else { return }
    operations.append(id)
    details[id] = Operation(intended: intent)
    if let activation = intent["activation"]?.string { awaited.activations.insert(activation) }
  }

  private func isWanted(_ intent: JSONObject) -> Bool {
    let names = ["operation", "response", "activation"].compactMap { intent[$0]?.string }
    let digests = ["digests", "authorized"].flatMap { intent[$0]?.array ?? [] }.compactMap(\.string)
    return (names + digests).contains(where: wanted.contains)
  }

  private mutating func accept(authorization entry: JSONObject) {
    guard let name = entry["activation"]?.string, awaited.activations.contains(name) else { return }
    authorizations[name, default: Authorization()].entries.append(entry)
    if let earlier = entry["extends"]?.string { awaited.activations.insert(earlier) }
    if let id = entry["pending"]?.string { awaited.pending.insert(id) }
  }
}

extension SignatureTrail.Authorization {
  /// The entry that made the SAD.
  public var origin: JSONObject? { entries.first { $0["kind"] != "authorization.revoked" } }
  /// The SAD whose place it took.
  public var extends: String? { origin?["extends"]?.string }
}
