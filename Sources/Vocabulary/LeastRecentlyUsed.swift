/// A bounded dictionary that forgets what was not used for longest. Not safe for threads by itself.
public struct LeastRecentlyUsed<Key: Hashable, Value> {
  private var entries: [Key: (value: Value, used: UInt64)] = [:]
  /// Counts uses; the entry with the lowest count goes first.
  private var uses: UInt64 = 0
  private let capacity: Int

  public init(capacity: Int) { self.capacity = max(capacity, 1) }

  public var count: Int { entries.count }

  public mutating func value(for key: Key) -> Value? {
    guard let index = entries.index(forKey: key) else { return nil }
    uses += 1
    entries.values[index].used = uses
    return entries.values[index].value
  }

  /// - Returns: the values that had to go. An eighth goes at once, so that the search for the oldest is rare.
  public mutating func insert(_ value: Value, for key: Key) -> [Value] {
    uses += 1
    entries[key] = (value, uses)
    guard entries.count > capacity else { return [] }
    let oldest = entries.sorted { $0.value.used < $1.value.used }.prefix(max(capacity / 8, 1))
    for entry in oldest { entries[entry.key] = nil }
    return oldest.map(\.value.value)
  }

  public mutating func remove(_ key: Key) { entries[key] = nil }

  /// - Returns: the values removed.
  public mutating func removeAll(where isUnwanted: (Value) -> Bool) -> [Value] {
    let unwanted = entries.filter { isUnwanted($0.value.value) }
    for key in unwanted.keys { entries[key] = nil }
    return unwanted.values.map(\.value)
  }
}
