internal import BlockingWork
internal import Foundation
internal import GRDB
internal import SoleControl

/// One writer that takes whatever waits, commits it at once, and then answers all: the disk is asked to be sure
/// once for many callers.
final class GroupCommit: Sendable {
  /// A caller's part of a transaction. `run` keeps its result; `finish` answers the caller.
  private struct Job: Sendable {
    let run: @Sendable (Transaction) -> Void
    let finish: @Sendable (_ failure: StoreError?) -> Void
  }

  /// How many bodies share a commit at most; bounds how long one caller can wait for the others.
  private static let largestGroup = 512
  /// Bodies that may wait; further ones are refused as unavailable, before anything happens.
  private static let waitingLine = 20_000

  private let database: DatabaseQueue
  private let tables: SealedTables
  private let line = WaitingLine<Job>(capacity: waitingLine)
  private let running = DispatchGroup()

  init(database: DatabaseQueue, tables: SealedTables) {
    self.database = database
    self.tables = tables
    running.enter()
    let thread = Thread { [self] in
      defer { running.leave() }
      while case let group = line.take(Self.largestGroup), !group.isEmpty {
        let failure = commit(group)
        for job in group { job.finish(failure) }
      }
    }
    thread.name = "store-writer"
    thread.start()
  }

  /// Commits what waits, and ends the thread.
  func close() { line.close() }

  /// Returns when nothing is written any more.
  func waitUntilClosed() { running.wait() }

  func write<Output: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Output) async throws -> Output {
    let result: Result<Output, any Error> = await withCheckedContinuation { continuation in
      let outcome = Outcome<Output>()
      let accepted = line.append(
        Job(
          run: { transaction in
            outcome.value = Result { try transaction.savepoint { try body(transaction) } }
          },
          finish: { failure in
            continuation.resume(
              returning: failure.map { .failure($0) } ?? outcome.value ?? .failure(StoreError.unavailable))
          }))
      if !accepted { continuation.resume(returning: .failure(StoreError.unavailable)) }
    }
    return try result.get()
  }

  /// Has something written for which nobody waits. It comes before what is asked for after this returns.
  func post(_ body: @escaping @Sendable (Transaction) throws -> Void) {
    _ = line.append(
      Job(run: { transaction in try? transaction.savepoint { try body(transaction) } }, finish: { _ in }))
  }

  /// `@unchecked`: written by `run` and read by `finish`, both on the writer's thread, in this order.
  private final class Outcome<Output: Sendable>: @unchecked Sendable {
    var value: Result<Output, any Error>?
  }

  /// Nil if the whole group is durable.
  private func commit(_ group: [Job]) -> StoreError? {
    // SQLite knows whether a commit happened, except when the file itself fails during it.
    var isCommitting = false
    do {
      try database.writeWithoutTransaction { db in
        try db.beginTransaction(.immediate)
        do {
          let transaction = try Transaction(db, tables)
          for job in group {
            job.run(transaction)
            // A full disk can make SQLite roll back by itself; what ran after it would be committed alone.
            guard db.isInsideTransaction else { throw StoreError.unavailable }
          }
          try transaction.storeHead()
        } catch {
          try? db.rollback()
          throw error
        }
        isCommitting = true
        do { try db.commit() } catch {
          try? db.rollback()
          throw error
        }
      }
      return nil
    } catch let error as DatabaseError where isCommitting && error.resultCode == .SQLITE_IOERR {
      return .outcomeUnknown
    } catch {
      return .unavailable
    }
  }
}
