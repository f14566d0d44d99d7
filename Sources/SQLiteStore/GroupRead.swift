internal import BlockingWork
internal import Foundation
internal import GRDB
internal import SoleControl

/// A few threads, each with a connection of its own, that serve whatever waits in one read transaction.
///
/// Every read begins after it was asked for, so it sees all that was committed before. Many callers cost no
/// thread each, which is what they would cost in a pool of connections that blocks.
final class GroupRead: Sendable {
  private typealias Job = @Sendable (Result<Snapshot, any Error>) -> Void

  private static let threads = 2
  /// Reads that share a transaction at most.
  private static let largestGroup = 64
  private static let waitingLine = 20_000

  private let line = BoundedQueue<Job>(capacity: waitingLine)
  private let running = DispatchGroup()

  init(path: String, meddling: [String], tables: ProtectedTables) throws {
    for number in 0..<Self.threads {
      let connection = try ConnectionPromises.reader.open(path, meddling: meddling)
      running.enter()
      let thread = Thread { [line, running] in
        Self.serve(line, connection, tables)
        running.leave()
      }
      thread.name = "store-reader-\(number)"
      thread.start()
    }
  }

  func close() { line.close() }

  /// Returns when every connection is closed.
  func waitUntilClosed() { running.wait() }

  func read<Output: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> Output) async throws -> Output {
    let result: Result<Output, any Error> = await withCheckedContinuation { continuation in
      let accepted = line.append { snapshot in
        continuation.resume(returning: Result { try body(snapshot.get()) })
      }
      if !accepted { continuation.resume(returning: .failure(StoreError.unavailable(.line))) }
    }
    return try result.get()
  }

  private static func serve(_ line: BoundedQueue<Job>, _ connection: DatabaseQueue, _ tables: ProtectedTables) {
    while case let group = line.take(largestGroup), !group.isEmpty {
      var served = 0
      do {
        try connection.unsafeRead { db in
          try db.run("BEGIN", [])
          defer { if (try? db.run("COMMIT", [])) == nil { try? db.run("ROLLBACK", []) } }
          let snapshot = Snapshot(db, tables)
          for job in group {
            served += 1
            job(.success(snapshot))
          }
        }
      } catch {
        for job in group[served...] { job(.failure(error)) }
      }
    }
    try? connection.close()
  }
}
