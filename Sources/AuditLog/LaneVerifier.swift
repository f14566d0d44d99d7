import Octets
import WireJSON

/// Reads entries in the order of the log, and stops at the first one that does not follow from those before in its
/// lane.
public struct LaneVerifier: Sendable {
  /// A fault of the log, and the position that has it; positions count from 1.
  public enum Finding: Error, Equatable, Sendable, CustomStringConvertible {
    /// No entry has this position.
    case missing(position: Int64)
    /// The octets are no header, or the payload is not the one whose digest the header has.
    case changed(position: Int64)
    /// The entry does not continue its lane: one is missing, was added, or their order was changed.
    case outOfOrder(position: Int64, lane: Int64)
    /// The lane has fewer or more entries than its row counts, or another last one.
    case laneDiffers(lane: Int64, expected: Int64, found: Int64)

    public var description: String {
      switch self {
      case .missing(let position): "entry \(position) is missing"
      case .changed(let position): "entry \(position) was changed"
      case .outOfOrder(let position, let lane):
        "entry \(position) does not follow from those before in lane \(Lane.name(lane)): one is missing, was added or moved"
      case .laneDiffers(let lane, let expected, let found):
        "lane \(Lane.name(lane)) should have \(expected) entries and has \(found), or another last one"
      }
    }
  }

  /// Lanes as far as they were read.
  private var lanes: [Int64: Lane] = [:]
  private var touched: Set<Int64> = []
  /// Number of entries that were accepted.
  public private(set) var count: Int64

  /// - Parameters:
  ///   - lanes: as they were before the first entry that is read; empty from the beginning of the log.
  ///   - count: entries before.
  public init(after lanes: [Lane] = [], count: Int64 = 0) {
    self.lanes = Dictionary(lanes.map { ($0.id, $0) }) { $1 }
    self.count = count
  }

  /// - Parameter position: as it is stored.
  /// - Returns: the entry's leaf.
  @discardableResult
  public mutating func accept(_ entry: AuditEntry, at position: Int64) throws(Finding) -> [UInt8] {
    guard position == count + 1 else { throw .missing(position: count + 1) }
    guard let header = EntryHeader(octets: entry.header) else { throw .changed(position: position) }
    if header.lane != EntryHeader.laneZero {
      guard let payload = entry.payload, AuditEntry.payloadDigest(salt: entry.salt, payload) == header.payloadDigest,
        (try? JSONValue.parse(payload, limits: AuditEntry.limits).object) != nil
      else { throw .changed(position: position) }
    }
    return try accept(header, entry.header, at: position)
  }

  /// Takes an entry by its header alone.
  @discardableResult
  public mutating func accept(header octets: [UInt8], at position: Int64) throws(Finding) -> [UInt8] {
    guard position == count + 1 else { throw .missing(position: count + 1) }
    guard let header = EntryHeader(octets: octets) else { throw .changed(position: position) }
    return try accept(header, octets, at: position)
  }

  private mutating func accept(_ header: EntryHeader, _ octets: [UInt8], at position: Int64) throws(Finding) -> [UInt8]
  {
    let lane = lanes[header.lane] ?? Lane(id: header.lane, instance: header.instance)
    guard header.number == lane.count + 1, header.previous == lane.last, header.instance == lane.instance else {
      throw .outOfOrder(position: position, lane: header.lane)
    }
    let leaf = AuditEntry.leaf(octets)
    lanes[header.lane] = Lane(id: header.lane, instance: header.instance, count: header.number, last: leaf)
    touched.insert(header.lane)
    count = position
    return leaf
  }

  /// Compares what was read with the lanes as they are stored.
  public func finish(_ stored: [Lane]) throws(Finding) {
    var left = lanes
    for lane in stored {
      guard let read = left.removeValue(forKey: lane.id), read == lane else {
        throw .laneDiffers(lane: lane.id, expected: lane.count, found: lanes[lane.id]?.count ?? 0)
      }
    }
    if let lane = left.values.min(by: { $0.id < $1.id }) {
      throw .laneDiffers(lane: lane.id, expected: 0, found: lane.count)
    }
  }

  /// Compares lanes of which entries were read with their rows, whose MACs are right.
  ///
  /// - Parameters:
  ///   - read: as far as they were read.
  ///   - rows: of these lanes, and perhaps of others.
  ///   - isComplete: whether there are no more entries.
  static func check(_ read: [Lane], _ rows: [Lane], isComplete: Bool) throws(Finding) {
    let rows = Dictionary(rows.map { ($0.id, $0) }) { $1 }
    for lane in read {
      guard let row = rows[lane.id], row.instance == lane.instance,
        isComplete || row.count == lane.count ? row == lane : row.count > lane.count
      else { throw .laneDiffers(lane: lane.id, expected: rows[lane.id]?.count ?? 0, found: lane.count) }
    }
  }

  /// Lanes of which entries were accepted since the last time, as far as they were read.
  mutating func takeTouched() -> [Lane] {
    defer { touched = [] }
    return touched.sorted().compactMap { lanes[$0] }
  }

  /// Takes over where a lane stood before the first entry that is read.
  mutating func adopt(_ lane: Lane) { lanes[lane.id] = lane }

  /// A lane as far as it was read; nil if nothing of it was.
  public func lane(_ id: Int64) -> Lane? { lanes[id] }
}
