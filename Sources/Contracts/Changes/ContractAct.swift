internal import Octets
public import Vocabulary
public import WireJSON

/// Something that an operator does to the contracts.
public enum ContractAct: Sendable, Equatable {
  case addOperator(id: String, key: OperatorKey, roles: Set<Operator.Role>)
  case removeOperator(id: String)
  case addPartner(PartnerID, ContractRecord)
  case suspendPartner(PartnerID, reason: String)
  case resumePartner(PartnerID, reason: String)
  case addClient(ClientID, of: PartnerID, ContractRecord)
  case removeClient(ClientID, of: PartnerID)

  /// Its name in statements and in the log.
  public var kind: String {
    switch self {
    case .addOperator: "operator.add"
    case .removeOperator: "operator.remove"
    case .addPartner: "partner.add"
    case .suspendPartner: "partner.suspend"
    case .resumePartner: "partner.resume"
    case .addClient: "client.add"
    case .removeClient: "client.remove"
    }
  }

  /// Id of what it changes.
  public var subject: String {
    switch self {
    case .addOperator(let id, _, _), .removeOperator(let id): id
    case .addPartner(let id, _), .suspendPartner(let id, _), .resumePartner(let id, _): id.rawValue
    case .addClient(let id, _, _), .removeClient(let id, _): id.rawValue
    }
  }

  /// The partner whose contract it changes; nil for operators.
  public var partner: PartnerID? {
    switch self {
    case .addOperator, .removeOperator: nil
    case .addPartner(let id, _), .suspendPartner(let id, _), .resumePartner(let id, _): id
    case .addClient(_, let id, _), .removeClient(_, let id): id
    }
  }

  /// Whether one person alone must not do it: who operates, what lets a partner act without its customers or see
  /// their personal data, and the end of a suspension (trust-service.md, pitfall 56).
  public var needsTwo: Bool {
    switch self {
    case .addOperator, .removeOperator: true
    case .addPartner(_, let record):
      record.members["statements"]?.object?["standsAlone"].map { $0 != .bool(false) } ?? false
    case .addClient(_, _, let record):
      ["trustedScopes", "partnerScopes"].contains { name in
        record.members[name].map { $0.array?.isEmpty != true } ?? false
      }
    case .resumePartner: true
    // They tighten, and must be quick.
    case .suspendPartner, .removeClient: false
    }
  }

  /// SHA-256 of its text: what an operator signs.
  public var digest: [UInt8] { OctetDigest.sha256(text) }

  /// Canonical JSON, as it waits for a second person.
  public var text: [UInt8] {
    var object = JSONObject([("kind", .string(kind)), ("subject", .string(subject))])
    object["partner"] = partner.map { .string($0.rawValue) }
    switch self {
    case .addOperator(_, let key, let roles):
      object["key"] = .string(Hex.encode(key.octets))
      object["roles"] = .array(roles.map(\.rawValue).sorted().map { .string($0) })
    case .addPartner(_, let record), .addClient(_, _, let record): object["record"] = record.json
    case .suspendPartner(_, let reason), .resumePartner(_, let reason): object["reason"] = .string(reason)
    case .removeOperator, .removeClient: break
    }
    return JSONValue.object(object).canonical()
  }

  /// All of it but what is sealed, for the one who decides on it.
  public var shown: JSONValue {
    var object = (try? JSONValue.parse(text, limits: .own).object) ?? JSONObject()
    switch self {
    case .addOperator(_, let key, _):
      object["key"] = nil
      object["fingerprint"] = .string(key.fingerprint)
    case .addPartner(_, let record), .addClient(_, _, let record):
      object["record"] = .object(record.members)
      object["hasSecret"] = .bool(record.sealed != nil)
    default: break
    }
    object["digest"] = .string(Hex.encode(digest))
    return .object(object)
  }

  /// Nil if it is not the text of an act.
  public init?(text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object, let kind = object["kind"]?.string,
      let subject = object["subject"]?.string
    else { return nil }
    let partner = object["partner"]?.string.map { PartnerID($0) }
    let record = ContractRecord(json: object["record"])
    let reason = object["reason"]?.string
    switch (kind, partner) {
    case ("operator.add", nil):
      guard let key = object["key"]?.string.flatMap(Hex.decode).flatMap(OperatorKey.init),
        let names = object["roles"]?.array?.compactMap(\.string)
      else { return nil }
      let roles = Set(names.compactMap(Operator.Role.init(rawValue:)))
      guard roles.count == names.count else { return nil }
      self = .addOperator(id: subject, key: key, roles: roles)
    case ("operator.remove", nil): self = .removeOperator(id: subject)
    case ("partner.add", let partner?):
      guard let record else { return nil }
      self = .addPartner(partner, record)
    case ("partner.suspend", let partner?):
      guard let reason else { return nil }
      self = .suspendPartner(partner, reason: reason)
    case ("partner.resume", let partner?):
      guard let reason else { return nil }
      self = .resumePartner(partner, reason: reason)
    case ("client.add", let partner?):
      guard let record else { return nil }
      self = .addClient(ClientID(subject), of: partner, record)
    case ("client.remove", let partner?): self = .removeClient(ClientID(subject), of: partner)
    default: return nil
    }
  }
}
