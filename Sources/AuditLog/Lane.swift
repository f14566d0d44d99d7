import Octets
import WireJSON

/// A chain of entries that one process writes. No two processes write the same lane, so none waits for another.
public struct Lane: Sendable, Equatable {
  /// Random and not negative; names the lane.
  public let id: Int64
  /// The name of the gateway whose process it is.
  public let instance: String
  /// Number of entries.
  public private(set) var count: Int64
  /// The leaf of the last entry; 32 zeros before the first.
  public private(set) var last: [UInt8]

  /// A lane's id for people, and in what is printed of entries: 16 hexadecimal digits.
  public static func name(_ id: Int64) -> String { Hex.encode(withUnsafeBytes(of: id.bigEndian) { Array($0) }) }

  /// Value of `previous` in a lane's first entry.
  public static let beginning = [UInt8](repeating: 0, count: 32)

  public init(id: Int64, instance: String, count: Int64 = 0, last: [UInt8] = beginning) {
    self.id = id
    self.instance = instance
    self.count = count
    self.last = last
  }

  /// Makes the next entry.
  ///
  /// - Parameters:
  ///   - partner: the keyed digest of the event's partner; empty if it has none.
  ///   - time: UTC, milliseconds since 1970.
  ///   - salt: `AuditEntry.saltLength` random octets.
  public mutating func append(_ event: AuditEvent, partner: [UInt8], at time: Int64, salt: [UInt8]) -> AuditEntry {
    let payload = Self.payload(of: event)
    let header = EntryHeader(
      time: time, kind: event.kind.rawValue, partner: partner, instance: instance, lane: id, number: count + 1,
      previous: last, payloadDigest: AuditEntry.payloadDigest(salt: salt, payload)
    ).octets
    let entry = AuditEntry(header: header, salt: salt, payload: payload)
    count += 1
    last = entry.leaf
    return entry
  }

  private static func payload(of event: AuditEvent) -> [UInt8] {
    let text = JSONValue.object(event.fields).canonical()
    // No reader takes U+0000, and what cannot be read would be no entry for good.
    return text.containsEscapedNull ? JSONValue.object(event.fields).withoutNulls.canonical() : text
  }
}

extension [UInt8] {
  fileprivate var containsEscapedNull: Bool {
    let escape = Array("\\u0000".utf8)
    return indices.contains { self[$0] == escape[0] && self[$0...].starts(with: escape) }
  }
}

extension JSONValue {
  /// With U+FFFD for each U+0000.
  fileprivate var withoutNulls: JSONValue {
    switch self {
    case .string(let text): .string(text.withoutNulls)
    case .array(let values): .array(values.map(\.withoutNulls))
    case .object(let object): .object(JSONObject(object.members.map { ($0.name.withoutNulls, $0.value.withoutNulls) }))
    default: self
    }
  }
}

extension String {
  fileprivate var withoutNulls: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }
}
