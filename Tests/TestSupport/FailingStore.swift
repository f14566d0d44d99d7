public import Issuance
public import SoleControl
public import Synchronization

/// Fails the n-th write from when it is told to, and those after it if it is told so: before they happen, or after.
public final class FailingStore: SoleControlStore, IssuanceStore {
  public let failing = Mutex<(write: Int, happens: Bool)?>(nil)
  public let failsForGood = Mutex(false)
  private let real: MemoryStore

  public init(_ real: MemoryStore) { self.real = real }

  public func read<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Output
  ) async throws -> Output { try await real.read(reading: keys(), body) }

  public func readIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey], _ body: @escaping @Sendable (any IssuanceSnapshot) throws -> Output
  ) async throws -> Output { try await real.readIssuance(reading: keys(), body) }

  public func write<Output: Sendable>(
    reading keys: @autoclosure () -> [SoleControlKey],
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Output
  ) async throws -> Output { try await attempt(keys()) { try await self.real.write(reading: $0, body) } }

  public func writeIssuance<Output: Sendable>(
    reading keys: @autoclosure () -> [IssuanceKey],
    _ body: @escaping @Sendable (any IssuanceTransaction) throws -> Output
  ) async throws -> Output { try await attempt(keys()) { try await self.real.writeIssuance(reading: $0, body) } }

  /// Fails before it is written, or after, if it is this one's turn.
  private func attempt<Key, Output: Sendable>(
    _ keys: [Key], _ write: ([Key]) async throws -> Output
  ) async throws -> Output {
    let fate: Bool? = failing.withLock { failing in
      guard let plan = failing else { return nil }
      failing = (plan.write - 1, plan.happens)
      return plan.write == 1 || plan.write < 1 && failsForGood.withLock(\.self) ? plan.happens : nil
    }
    guard let fate else { return try await write(keys) }
    guard fate else { throw StoreError.unavailable(.made) }
    _ = try await write(keys)
    throw StoreError.outcomeUnknown(.made)
  }
}

extension StoreFault {
  public static let made = StoreFault(code: nil, "made by a test")
}
