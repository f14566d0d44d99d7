internal import SoleControl
internal import Vocabulary

/// Times for which a provider's published document is used. Seconds.
struct DocumentLife: Sendable {
  /// Used without asking again.
  var fresh: UnixTime
  /// While the provider does not answer, the last good one is used until it is this old.
  var kept: UnixTime
  /// Between two readings of a document that is still good: neither strangers' tokens nor an outage make us call again
  /// and again.
  var retry: UnixTime
}

/// A document that a provider publishes, as it was read last.
actor PublishedDocument<Value: Sendable> {
  private let life: DocumentLife
  private let now: @Sendable () -> UnixTime
  private let read: @Sendable () async throws -> Value

  private var last: (value: Value, time: UnixTime)?
  private var tried: UnixTime?
  /// Whether that reading got no answer: then what the last document lacks may stand in a newer one.
  private var isUnanswered = false
  /// A document that must not be used, such as one that is no key set. The one before it must not be used any longer
  /// either: the provider has replaced it.
  private var bad: EIDTokenError?
  /// Those who need it at once wait for one reading.
  private var reading: Task<Value, any Error>?

  init(
    _ life: DocumentLife, now: @escaping @Sendable () -> UnixTime,
    read: @escaping @Sendable () async throws -> Value
  ) {
    self.life = life
    self.now = now
    self.read = read
  }

  /// The newest document available.
  ///
  /// - Parameter isEnough: whether the document holds what is looked for; if not it is read again, but not too often.
  /// - Throws: `EIDTokenError.providerUnavailable` if it is unavailable, also where that was so just before: members
  ///   that the last document lacks are not called missing then.
  func value(where isEnough: @Sendable (Value) -> Bool = { _ in true }) async throws(EIDTokenError) -> Value {
    let triedLately = tried.map { isYounger(than: life.retry, $0) } ?? false
    if triedLately, let bad { throw bad }
    let isFresh = last.map { isYounger(than: life.fresh, $0.time) } ?? false
    if let last, isFresh || isKept(last.time) {
      if isEnough(last.value), isFresh || triedLately { return last.value }
      if let tried, triedLately, isUnanswered {
        // Not longer than the pause itself, whatever the clock did meanwhile.
        throw .providerUnavailable(ProviderOutage(retryAfter: min(tried + life.retry - now(), life.retry)))
      }
      if triedLately, isFresh { return last.value }
    }
    do { return try await readOnce() } catch .providerUnavailable(let outage) {
      guard let last, isKept(last.time), isEnough(last.value) else { throw .providerUnavailable(outage) }
      return last.value
    }
  }

  private func isKept(_ time: UnixTime) -> Bool { isYounger(than: life.kept, time) }

  /// A document read while the clock was ahead is of unknown age, so it is old.
  private func isYounger(than limit: UnixTime, _ time: UnixTime) -> Bool {
    let age = now() - time
    return 0 <= age && age < limit
  }

  private func readOnce() async throws(EIDTokenError) -> Value {
    if let reading { return try await Self.value(of: reading) }
    let task = Task { try await read() }
    reading = task
    let result: Result<Value, EIDTokenError>
    do { result = .success(try await Self.value(of: task)) } catch { result = .failure(error) }
    reading = nil
    tried = now()
    switch result {
    case .success(let value):
      last = (value, now())
      bad = nil
      isUnanswered = false
    case .failure(.providerUnavailable): isUnanswered = true
    case .failure(let error):
      last = nil
      bad = error
      isUnanswered = false
    }
    return try result.get()
  }

  private static func value(of task: Task<Value, any Error>) async throws(EIDTokenError) -> Value {
    do { return try await task.value } catch let error as EIDTokenError { throw error } catch {
      throw .providerUnavailable()
    }
  }
}
