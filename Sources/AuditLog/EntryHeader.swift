import Octets
import WireJSON

/// The part of an entry that everybody may see, and that its leaf in the tree covers.
///
/// Its octets, in this order, integers with the most significant octet first (`Specs/design/audit.md`):
///
/// | octets | member |
/// |---|---|
/// | 1 | version: 1 |
/// | 8 | time |
/// | 1 + n | length and text of the kind, ASCII |
/// | 1 + n | length and octets of the partner's keyed digest; n is 0 or 32 |
/// | 1 + n | length and text of the instance, UTF-8 |
/// | 8 | lane |
/// | 8 | number |
/// | 32 | previous |
/// | 32 | digest of the payload |
public struct EntryHeader: Sendable, Equatable {
  /// UTC, milliseconds since 1970, by the clock of the process that recorded the entry.
  public let time: Int64
  /// An `AuditEvent.Kind`, or one that a newer build has.
  public let kind: String
  /// 32 octets; empty if the entry is about no one partner.
  public let partner: [UInt8]
  /// The gateway's name.
  public let instance: String
  /// The chain that the entry is in: each process that writes has one of its own.
  public let lane: Int64
  /// Counts from 1 in the lane, without gaps.
  public let number: Int64
  /// The leaf of the lane's entry before; zeros for the first.
  public let previous: [UInt8]
  /// SHA-256(salt ‖ payload).
  public let payloadDigest: [UInt8]

  static let version: UInt8 = 1
  /// Octets of the longest text in it.
  static let longestText = 255

  public init(
    time: Int64, kind: String, partner: [UInt8], instance: String, lane: Int64, number: Int64, previous: [UInt8],
    payloadDigest: [UInt8]
  ) {
    self.time = time
    self.kind = kind
    self.partner = partner
    self.instance = instance
    self.lane = lane
    self.number = number
    self.previous = previous
    self.payloadDigest = payloadDigest
  }

  /// Nil if these are not the octets of a header, all of them and in the one way that they are written; or an entry
  /// of lane 0.
  public init?(octets: [UInt8]) {
    if Self.isWholeEntry(octets) {
      self.init(laneZero: octets)
      return
    }
    var reader = OctetReader(octets)
    guard reader.octet() == Self.version, let time = reader.integer(), let kind = reader.text(),
      let partner = reader.counted(), let instance = reader.text(), let lane = reader.integer(),
      let number = reader.integer(), let previous = reader.octets(32), let payloadDigest = reader.octets(32),
      reader.isAtEnd, partner.isEmpty || partner.count == 32, lane > 0, number > 0
    else { return nil }
    self.init(
      time: time, kind: kind, partner: partner, instance: instance, lane: lane, number: number, previous: previous,
      payloadDigest: payloadDigest)
  }

  /// Time and kind of a header, without a look at the rest.
  static func glance(at octets: [UInt8]) -> (time: Int64, kind: String)? {
    if isWholeEntry(octets) { return EntryHeader(laneZero: octets).map { ($0.time, $0.kind) } }
    var reader = OctetReader(octets)
    guard reader.octet() == version, let time = reader.integer(), let kind = reader.text() else { return nil }
    return (time, kind)
  }

  public var octets: [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(192)
    octets.append(Self.version)
    octets.append(bigEndian: time)
    octets.append(counted: Array(kind.utf8))
    octets.append(counted: partner)
    octets.append(counted: Array(instance.utf8))
    octets.append(bigEndian: lane)
    octets.append(bigEndian: number)
    octets += previous
    octets += payloadDigest
    return octets
  }
}

extension EntryHeader {
  /// Lane of the entries of builds before lanes. They had no header: the whole entry was one canonical JSON object,
  /// and its hash SHA-256(0x00 ‖ object), so that it is its own leaf.
  public static let laneZero: Int64 = 0

  /// Whether octets are an entry of lane 0, with all that it says.
  static func isWholeEntry(_ octets: [UInt8]) -> Bool { octets.first == UInt8(ascii: "{") }

  private init?(laneZero octets: [UInt8]) {
    guard let object = try? JSONValue.parse(octets, limits: AuditEntry.limits).object,
      let time = object["time"]?.integer, let kind = object["kind"]?.string, let number = object["seq"]?.integer,
      let previous = object["prev"]?.string.flatMap({ Hex.decode($0) }), previous.count == 32, number > 0,
      (0..<Int64.max / 1000).contains(time)
    else { return nil }
    self.init(
      time: time * 1000, kind: kind, partner: [], instance: "", lane: Self.laneZero, number: number,
      previous: previous, payloadDigest: [])
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: Int64) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }

  /// Octets beyond what a length can say are cut; no name of ours is.
  fileprivate mutating func append(counted octets: [UInt8]) {
    append(UInt8(Swift.min(octets.count, EntryHeader.longestText)))
    append(contentsOf: octets.prefix(EntryHeader.longestText))
  }
}

/// Reads octets from the first on.
private struct OctetReader {
  private let all: [UInt8]
  private var place = 0

  init(_ octets: [UInt8]) { all = octets }

  var isAtEnd: Bool { place == all.count }

  mutating func octet() -> UInt8? {
    guard place < all.count else { return nil }
    defer { place += 1 }
    return all[place]
  }

  mutating func octets(_ count: Int) -> [UInt8]? {
    guard all.count - place >= count else { return nil }
    defer { place += count }
    return Array(all[place..<place + count])
  }

  mutating func integer() -> Int64? {
    guard all.count - place >= 8 else { return nil }
    defer { place += 8 }
    return all[place..<place + 8].reduce(0) { $0 << 8 | Int64($1) }
  }

  mutating func counted() -> [UInt8]? { octet().flatMap { octets(Int($0)) } }

  mutating func text() -> String? { counted().flatMap { String(validating: $0, as: UTF8.self) } }
}
