internal import Octets
public import Vocabulary
public import WireJSON

/// Terms of a contract with a partner, or the registration of a client, as an operator gave them. The part that reads
/// configurations knows the members; contents stand in the place of the files that a configuration names.
public struct ContractRecord: Sendable, Equatable {
  public let members: JSONObject
  /// The record's secret, in a box that only gateways of the service's device open.
  public let sealed: [UInt8]?

  public init(_ members: JSONObject, sealed: [UInt8]?) {
    self.members = members
    self.sealed = sealed
  }

  /// Canonical JSON.
  public var text: [UInt8] { JSONValue.object(members).canonical() }

  /// Nil if the text is none.
  public init?(text: [UInt8], sealed: [UInt8]?) {
    guard let members = try? JSONValue.parse(text, limits: .own).object else { return nil }
    self.init(members, sealed: sealed)
  }

  var json: JSONValue {
    var object = JSONObject([("members", .object(members))])
    object["sealed"] = sealed.map { .string(Base64.encode($0)) }
    return .object(object)
  }

  init?(json: JSONValue?) {
    guard let object = json?.object, let members = object["members"]?.object else { return nil }
    guard let text = object["sealed"] else {
      self.init(members, sealed: nil)
      return
    }
    guard let sealed = text.string.flatMap(Base64.decode) else { return nil }
    self.init(members, sealed: sealed)
  }
}

/// A partner whose record is in the store.
public struct StoredPartner: Sendable, Equatable {
  public let id: PartnerID
  /// Revision of the registry at its last change.
  public var revision: Int64
  /// Whether nothing is signed for its customers.
  public var isSuspended: Bool
  public let record: ContractRecord

  public init(id: PartnerID, revision: Int64, isSuspended: Bool, record: ContractRecord) {
    self.id = id
    self.revision = revision
    self.isSuspended = isSuspended
    self.record = record
  }

  /// SHA-256 over all that is in force. For the log.
  var digest: [UInt8] {
    let value: JSONValue = [
      "id": .string(id.rawValue), "record": record.json, "state": .string(isSuspended ? "suspended" : "active"),
    ]
    return OctetDigest.sha256(value.canonical())
  }
}

/// A client of a partner in the store.
public struct StoredClient: Sendable, Equatable {
  public let id: ClientID
  public let partner: PartnerID
  public let record: ContractRecord
  /// For good: tokens that it had must not be another one's of the same id.
  public let isRemoved: Bool

  public init(id: ClientID, partner: PartnerID, record: ContractRecord, isRemoved: Bool = false) {
    self.id = id
    self.partner = partner
    self.record = record
    self.isRemoved = isRemoved
  }

  /// The same without anything but its name.
  var removed: StoredClient {
    StoredClient(
      id: id, partner: partner, record: ContractRecord(JSONObject([("id", .string(id.rawValue))]), sealed: nil),
      isRemoved: true)
  }

  var digest: [UInt8] {
    let value: JSONValue = [
      "id": .string(id.rawValue), "partner": .string(partner.rawValue), "record": record.json,
    ]
    return OctetDigest.sha256(value.canonical())
  }
}
