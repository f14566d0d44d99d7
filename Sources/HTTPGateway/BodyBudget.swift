internal import CSCModel
internal import Synchronization

/// Memory for large request bodies: all that are being worked on together stay below a limit, so that a few clients
/// cannot take the whole machine.
final class BodyBudget: Sendable {
  private let free: Mutex<Int>

  /// - Parameter octets: of all large bodies together.
  init(octets: Int) { free = Mutex(octets) }

  /// Runs `body` with its share taken.
  ///
  /// - Throws: `temporarilyUnavailable` if there is not enough left.
  func run<Output>(taking octets: Int, _ body: () async throws -> Output) async throws -> Output {
    let granted = free.withLock { free in
      guard free >= octets else { return false }
      free -= octets
      return true
    }
    guard granted else { throw CSCError.temporarilyUnavailable }
    defer { free.withLock { $0 += octets } }
    return try await body()
  }
}
