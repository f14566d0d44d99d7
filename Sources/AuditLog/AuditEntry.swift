import Crypto
import Octets
public import WireJSON

/// An entry as it is stored: what is hashed into the tree, and what it was about.
public struct AuditEntry: Sendable, Equatable {
  /// Octets of an `EntryHeader`.
  public let header: [UInt8]
  /// Random; keeps the payload from being guessed by its digest.
  public let salt: [UInt8]
  /// Canonical JSON of the event's fields; nil in lane 0, and where only headers are shown.
  public let payload: [UInt8]?

  /// Octets of a salt.
  public static let saltLength = 16
  /// Limits of a payload; far more than any event has.
  static let limits = JSONLimits(size: 64 << 20, depth: 32, values: .max)

  public init(header: [UInt8], salt: [UInt8], payload: [UInt8]?) {
    self.header = header
    self.salt = salt
    self.payload = payload
  }

  /// SHA-256(0x00 ‖ header): the leaf hash of RFC 6962 §2.1.
  public var leaf: [UInt8] { Self.leaf(header) }

  static func leaf(_ header: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: [0])
    hash.update(data: header)
    return Array(hash.finalize())
  }

  static func payloadDigest(salt: [UInt8], _ payload: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: salt)
    hash.update(data: payload)
    return Array(hash.finalize())
  }

  /// The entry in words, for a reader: the payload's members, and of the header `kind`, `time` (UTC seconds),
  /// `milliseconds` of that second, `lane` and `number`. Nil if it is no entry. Nothing is checked.
  public var object: JSONObject? {
    guard let header = EntryHeader(octets: header) else { return nil }
    var object = JSONObject()
    if header.lane == EntryHeader.laneZero {
      object = (try? JSONValue.parse(self.header, limits: Self.limits).object) ?? object
    } else if let payload {
      guard let fields = try? JSONValue.parse(payload, limits: Self.limits).object else { return nil }
      object = fields
    }
    object["kind"] = .string(header.kind)
    object["time"] = .integer(header.time.quotientAndRemainder(dividingBy: 1000).quotient)
    object["milliseconds"] = .integer(header.time % 1000)
    object["lane"] = .string(Lane.name(header.lane))
    object["number"] = .integer(header.number)
    return object
  }

  /// `object` with the position as `seq`.
  public func object(at position: Int64) -> JSONObject? {
    var object = object
    object?["seq"] = .integer(position)
    return object
  }

  /// `object` as canonical JSON; empty if it is no entry.
  public var text: [UInt8] { object.map { JSONValue.object($0).canonical() } ?? [] }
}
