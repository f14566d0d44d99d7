import Crypto
import Octets
import WireJSON

extension AuditHead {
  /// Makes the next entry and moves the head to it.
  ///
  /// - Parameter time: UTC, seconds since 1970.
  public mutating func append(_ event: AuditEvent, at time: Int64) -> AuditEntry {
    var body = event.fields
    body["seq"] = .integer(count + 1)
    body["time"] = .integer(time)
    body["kind"] = .string(event.kind.rawValue)
    body["prev"] = .string(Hex.encode(hash))
    var text = JSONValue.object(body).canonical()
    // No reader takes U+0000, and an entry that cannot be read would break the chain for good.
    if text.containsEscapedNull { text = JSONValue.object(body).withoutNulls.canonical() }
    let entry = AuditEntry(sequence: count + 1, body: text, hash: Self.leafHash(text))
    self = AuditHead(count: entry.sequence, hash: entry.hash)
    return entry
  }

  /// Limits of an entry; far more than any event has.
  static let limits = JSONLimits(size: 64 << 20, depth: 32, values: .max)

  static func leafHash(_ body: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: [0])
    hash.update(data: body)
    return Array(hash.finalize())
  }
}

/// Reads a log from its first entry on and stops at the first one that does not follow from those before.
public struct AuditVerifier: Sendable {
  /// A fault of the chain, and the entry that has it.
  public enum Finding: Error, Equatable, Sendable {
    /// The body does not have the stored hash, or is not an entry at all.
    case changed(sequence: Int64)
    /// The next stored entry does not continue the chain: one is missing, or their order was changed.
    case missingOrReordered(sequence: Int64)
    /// The log has fewer or more entries than its head counts, or another last hash.
    case headDiffers(expected: Int64, found: Int64)
  }

  private var head = AuditHead.empty

  public init() {}

  /// Number of entries that have been accepted.
  public var count: Int64 { head.count }

  public mutating func accept(_ entry: AuditEntry) throws(Finding) {
    let next = head.count + 1
    guard entry.sequence == next else { throw .missingOrReordered(sequence: next) }
    guard AuditHead.leafHash(entry.body) == entry.hash,
      let body = try? JSONValue.parse(entry.body, limits: AuditHead.limits).object
    else {
      throw .changed(sequence: next)
    }
    guard body["seq"] == .integer(next), body["prev"] == .string(Hex.encode(head.hash)) else {
      throw .missingOrReordered(sequence: next)
    }
    head = AuditHead(count: next, hash: entry.hash)
  }

  public func finish(_ stored: AuditHead) throws(Finding) {
    guard stored == head else { throw .headDiffers(expected: stored.count, found: head.count) }
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
