import Octets
import Vocabulary

/// Name under which failures are counted: a digest, because names and addresses are personal data.
public struct ThrottleKey: Sendable, Hashable {
  public let kind: ThrottleKind
  /// SHA-256.
  public let digest: [UInt8]
  /// Owner whose unlocking removes the counters; nil if there is none.
  public let owner: [UInt8]?

  public init(_ kind: ThrottleKind, _ parts: String..., owner: [UInt8]? = nil) {
    self.kind = kind
    digest = Self.digest([kind.rawValue] + parts)
    self.owner = owner
  }

  /// Each part with its length, so that no two lists have one text.
  public static func digest(_ parts: [String]) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(parts.reduce(0) { $0 + $1.utf8.count + 8 })
    for part in parts {
      octets += String(part.utf8.count).utf8
      octets.append(UInt8(ascii: " "))
      octets += part.utf8
    }
    return OctetDigest.sha256(octets)
  }

  /// The owner of the counters of a log-in name.
  public static func owner(ofName name: String) -> [UInt8] { digest(["name", name]) }
  /// The owner of the counters of an OAuth client, or of a partner for what comes without one.
  public static func owner(ofClient client: String) -> [UInt8] { digest(["client", client]) }
  /// - Parameter address: as `Origin` has it.
  public static func owner(ofAddress address: String) -> [UInt8] { digest(["address", address]) }
  public static func owner(ofSigner signer: String) -> [UInt8] { digest(["signer", signer]) }
}

/// The record of a key.
public struct ThrottleRecord: Sendable, Equatable {
  /// Those that are not forgotten yet.
  public var failures: Int
  /// Time up to which forgetting has been counted; the time of the last failure, or somewhat earlier. UTC, seconds
  /// since 1970.
  public var last: Int64
  /// End of the wait; 0 if there is none.
  public var until: Int64
  /// The last success; 0 if there was none.
  public var succeeded: Int64

  public static let none = ThrottleRecord(failures: 0, last: 0, until: 0, succeeded: 0)

  public init(failures: Int, last: Int64, until: Int64, succeeded: Int64) {
    self.failures = failures
    self.last = last
    self.until = until
    self.succeeded = succeeded
  }
}

extension ThrottleRecord {
  /// As it is at `now`. The rest of an interval counts the next time.
  func forgetting(by rule: ThrottleRule, at now: Int64) -> ThrottleRecord {
    guard now > last else {
      guard last > now + Lifetime.skew else { return self }
      // Counted by a clock that was ahead: it is forgotten as if it were of now.
      var record = self
      (record.last, record.until) = (now, min(until, now))
      return record
    }
    var record = self
    let forgotten = min(Int64(failures), (now - last) / rule.interval)
    record.failures -= Int(forgotten)
    record.last = record.failures == 0 ? now : last + forgotten * rule.interval
    return record
  }
}

public protocol ThrottleReading {
  /// `.none` if there is nothing.
  func throttleRecord(_ key: ThrottleKey) throws -> ThrottleRecord
}

/// The part of the store that counts tries, written in the transactions of both cores.
public protocol ThrottleWriting: ThrottleReading {
  /// - Parameter expires: when it means nothing any more; then it may be removed.
  func put(_ record: ThrottleRecord, _ key: ThrottleKey, expires: Int64) throws
  /// Sets all counters of an owner back, and returns how many there were. Which addresses are known stays: a wait that
  /// strangers cause again must not reach them.
  func removeThrottling(of owner: [UInt8]) throws -> Int
  /// Removes what expired before `time`. A bounded number at a time.
  func removeThrottling(expiredBefore time: Int64) throws
}

extension ThrottleReading {
  /// Whether this name, or client, succeeded from this address not long ago.
  public func isKnown(_ pair: ThrottleKey, now: Int64) throws -> Bool {
    try throttleRecord(pair).succeeded > now - ThrottleKind.knownFor
  }

  /// Failures that are not forgotten.
  public func failures(_ key: ThrottleKey, now: Int64) throws -> Int {
    try throttleRecord(key).forgetting(by: key.kind.rule, at: now).failures
  }

  /// Seconds until the next try is looked at; nil if now. A try that comes too early is not counted: who waits gets
  /// through.
  ///
  /// - Parameter known: the key whose success spares waits that strangers can cause.
  public func wait(_ keys: [ThrottleKey], known: ThrottleKey? = nil, now: Int64) throws -> Int64? {
    let isKnown = try known.map { try self.isKnown($0, now: now) } ?? false
    let waits = try keys.filter { !(isKnown && $0.kind.exemptsKnownAddresses) }.map { key in
      // Longer than the rule's is a wait that a clock caused which was ahead.
      let wait = try throttleRecord(key).until - now
      return wait > key.kind.rule.longestWait + Lifetime.skew ? 0 : wait
    }
    return waits.filter { $0 > 0 }.max()
  }
}

extension ThrottleWriting {
  /// Counts a failure for each key, or a try that may become one.
  ///
  /// - Returns: the keys that have to wait from now on.
  @discardableResult
  public func count(_ keys: [ThrottleKey], now: Int64) throws -> [ThrottleKey] {
    try removeThrottling(expiredBefore: now)
    var throttled: [ThrottleKey] = []
    for key in keys {
      let rule = key.kind.rule
      var record = try throttleRecord(key).forgetting(by: rule, at: now)
      record.failures += 1
      let wait = rule.wait(after: record.failures)
      record.until = wait > 0 ? now + wait : 0
      if wait > 0 { throttled.append(key) }
      try put(record, key)
    }
    return throttled
  }

  /// Takes back what `count` counted for a try that was right, with the wait that it caused: a try is let through only
  /// when no wait is on. The pair of name and address begins again and is known from now on.
  public func succeed(_ keys: [ThrottleKey], pair: ThrottleKey, now: Int64) throws {
    try undo(keys.filter { $0 != pair })
    try markKnown(pair, now: now)
  }

  /// Takes back what `count` counted for a try that was not checked.
  public func undo(_ keys: [ThrottleKey]) throws {
    for key in keys {
      var record = try throttleRecord(key)
      guard record.failures > 0 else { continue }
      record.failures -= 1
      record.until = 0
      try put(record, key)
    }
  }

  public func markKnown(_ pair: ThrottleKey, now: Int64) throws {
    try put(ThrottleRecord(failures: 0, last: 0, until: 0, succeeded: now), pair)
  }

  private func put(_ record: ThrottleRecord, _ key: ThrottleKey) throws {
    let known = record.succeeded > 0 ? record.succeeded + ThrottleKind.knownFor : 0
    let forgotten = record.last + Int64(record.failures) * key.kind.rule.interval
    try put(record, key, expires: max(forgotten, record.until, known))
  }
}
