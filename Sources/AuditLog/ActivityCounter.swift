/// Counts the activity that a stored log tells of: what is new, and backwards what was before, in bounded steps, so
/// that no question about it ever reads the log.
public actor ActivityCounter {
  /// Counts, and how far back they reach.
  public struct Activity: Sendable, Equatable {
    public var count = ActivityCount()
    /// Time from which on everything is counted: UTC, milliseconds. Nil: all that is kept.
    public var since: Int64?
    /// Whether what was before is still being counted.
    public var isCounting = true

    public init() {}
  }

  /// Headers that are read at once.
  private static let chunk = 2_000
  /// Chunks of one step, each way.
  private static let chunks = 32
  /// Headers of the time before the start that are read at most.
  private static let mostBack: Int64 = 1_000_000

  private let store: any LogWatchStore
  private let milliseconds: @Sendable () -> Int64
  public private(set) var activity = Activity()
  /// Position of the last entry that was counted, and of the last one before the first; nil before the first step.
  private var range: (first: Int64, last: Int64)?
  private var back: Int64 = 0

  /// - Parameter milliseconds: UTC since 1970.
  public init(_ store: any LogWatchStore, milliseconds: @escaping @Sendable () -> Int64) {
    self.store = store
    self.milliseconds = milliseconds
  }

  /// Counts more. To be called again and again, by one task.
  public func step() async throws {
    let now = milliseconds()
    var range: (first: Int64, last: Int64)
    if let known = self.range {
      range = known
    } else {
      let end = try await store.logState().entries
      range = (end, end)
    }
    for _ in 0..<Self.chunks {
      let headers = try await store.headers(after: range.last, limit: Self.chunk)
      for header in headers { activity.count.add(header: header.octets, at: now) }
      range.last = headers.last?.position ?? range.last
      self.range = range
      guard headers.count == Self.chunk else { break }
    }
    var steps = 0
    while activity.isCounting, steps < Self.chunks {
      try await stepBack(&range, at: now)
      self.range = range
      steps += 1
    }
  }

  /// Counts the entries before those that are counted.
  private func stepBack(_ range: inout (first: Int64, last: Int64), at now: Int64) async throws {
    let begin = max(0, range.first - Int64(Self.chunk))
    let headers = try await store.headers(after: begin, limit: Int(range.first - begin))
    for header in headers { activity.count.add(header: header.octets, at: now) }
    let times = headers.compactMap { EntryHeader.glance(at: $0.octets)?.time }
    back += range.first - begin
    range.first = begin
    // Processes write at about the same time, not in its order: a whole chunk has to be older.
    let isOld = (times.max() ?? 0) < ActivityCount.horizon(at: now)
    guard begin == 0 || isOld || back >= Self.mostBack else { return }
    activity.isCounting = false
    activity.since = begin == 0 || isOld ? nil : times.max()
  }
}
