import Octets
import Synchronization
import Vocabulary

/// Things that are made from partners' records at some cost, such as the files of their pages: one for each partner,
/// made again when the record's revision is another. Bounded: the one that was used least recently goes first.
public final class PartnerCache<Value: Sendable>: Sendable {
  private struct Entry {
    let revision: UInt64
    let value: Value
    var used: UInt64
  }

  private struct Contents {
    var entries: [OctetText: Entry] = [:]
    /// Counts the uses.
    var time: UInt64 = 0
  }

  private let contents = Mutex(Contents())
  private let capacity: Int

  /// - Parameter capacity: partners for whom something is kept; at least 1.
  public init(capacity: Int) { self.capacity = max(1, capacity) }

  /// The value of this record.
  ///
  /// - Parameter make: makes it. May run more than once for a revision, at the same time; all callers get what came
  ///   first.
  public func value(for partner: Partner, make: (Partner) throws -> Value) rethrows -> Value {
    let key = OctetText(partner.id.rawValue)
    if let found = find(key, partner.revision) { return found }
    return keep(try make(partner), key, partner.revision)
  }

  private func find(_ key: OctetText, _ revision: UInt64) -> Value? {
    contents.withLock { contents in
      guard let entry = contents.entries[key], entry.revision == revision else { return nil }
      contents.time += 1
      contents.entries[key]?.used = contents.time
      return entry.value
    }
  }

  private func keep(_ value: Value, _ key: OctetText, _ revision: UInt64) -> Value {
    contents.withLock { contents in
      if let entry = contents.entries[key] {
        if entry.revision == revision { return entry.value }
        // A caller that was slow has an old record.
        if entry.revision > revision { return value }
      } else if contents.entries.count >= capacity,
        let oldest = contents.entries.min(by: { $0.value.used < $1.value.used })
      {
        contents.entries[oldest.key] = nil
      }
      contents.time += 1
      contents.entries[key] = Entry(revision: revision, value: value, used: contents.time)
      return value
    }
  }
}
