internal import AuditLog
internal import BlockingWork
internal import Foundation
internal import GRDB
internal import SoleControl
internal import Synchronization
internal import Vocabulary

/// One writer that takes whatever waits, commits it at once, and then answers all: the disk is asked to be sure
/// once for many callers.
final class GroupCommit: Sendable {
  /// A caller's part of a transaction. `run` keeps its result, and returns why it failed; `finish` answers the caller.
  private struct Job: Sendable {
    let run: @Sendable (Transaction) -> (any Error)?
    let finish: @Sendable (_ failure: StoreError?) -> Void
  }

  /// Largest number of bodies that share a commit; bounds the time for which one caller can wait for the others.
  private static let largestGroup = 512
  /// Bodies that may wait; further ones are refused as unavailable, before anything happens.
  private static let waitingLine = 20_000

  private let database: DatabaseQueue
  private let outage: Outage
  private let tables: ProtectedTables
  private let rehearses: Bool
  private let recording: Recording
  /// States of this process's lane in the audit log of which the store has one.
  private let lanes: Mutex<[LaneState]>
  private let box: RowSumBox
  /// Commits that were tried.
  private let tried = Mutex<UInt64>(0)
  let watch: RowWatch
  private let line = BoundedQueue<Job>(capacity: waitingLine)
  private let running = DispatchGroup()
  /// Whether this process may still write.
  let fence = Fence()
  private let horizon = Mutex(Horizon(time: { .max }))

  /// The end of what may be deleted because it is over.
  ///
  /// A closure that stands in a `Mutex` by itself is wrapped once more at every access, so that after a million commits
  /// a call is a million calls deep. Within a type of its own it stays as it is.
  private struct Horizon {
    let time: @Sendable () -> UnixTime
  }

  /// - Parameter rehearses: whether each body runs once before, for nothing.
  init(
    database: DatabaseQueue, tables: ProtectedTables, recording: Recording, watch: RowWatch, outage: Outage,
    rehearses: Bool
  ) {
    self.database = database
    self.recording = recording
    let lane = recording.newLane()
    lanes = Mutex([LaneState(lane: lane, sums: .none, sealed: [])])
    box = tables.sumKeys.box(of: lane.id)
    self.watch = watch
    self.rehearses = rehearses
    self.tables = tables
    self.outage = outage
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
          run: { [rehearses] transaction in
            if rehearses {
              transaction.rehearse { try body(transaction) }
              // A full disk can end the group's transaction in the rehearsal; what follows would be committed alone.
              guard transaction.db.isInsideTransaction else { return StoreError.corrupt }
            }
            let result = Result { try transaction.savepoint { try body(transaction) } }
            outcome.value = result
            if case .failure(let error) = result { return error }
            return nil
          },
          finish: { failure in
            continuation.resume(
              returning: failure.map { .failure($0) } ?? outcome.value ?? .failure(StoreError.unavailable(.line)))
          }))
      if !accepted { continuation.resume(returning: .failure(StoreError.unavailable(.line))) }
    }
    return try result.get()
  }

  /// - Parameter horizon: up to which time what is over may be deleted; asked at each commit.
  func deleteOnly(until horizon: @escaping @Sendable () -> UnixTime) {
    self.horizon.withLock { $0 = Horizon(time: horizon) }
  }

  /// Writes something without waiting for it. It comes before what is asked for after this returns.
  func post(_ body: @escaping @Sendable (Transaction) throws -> Void) {
    _ = line.append(
      Job(
        run: { transaction in
          do { try transaction.savepoint { try body(transaction) } } catch { return error }
          return nil
        }, finish: { _ in }))
  }

  /// `@unchecked`: written by `run` and read by `finish`, both on the writer's thread, in this order.
  private final class Outcome<Output: Sendable>: @unchecked Sendable {
    var value: Result<Output, any Error>?
  }

  /// Nil if the whole group is durable.
  private func commit(_ group: [Job]) -> StoreError? {
    // SQLite knows whether a commit happened, except when the file itself fails during it.
    var isCommitting = false
    let isOutage = outage.isOn
    var bodyFailed = false
    let known = lanes.withLock { $0 }
    var written: LaneState?
    let number = tried.withLock { tried in
      tried += 1
      return tried
    }
    do {
      try database.writeWithoutTransaction { db in
        try db.run("BEGIN IMMEDIATE", [])
        do {
          let transaction = Transaction(
            db, tables, horizon: horizon.withLock { $0 }.time(),
            Recorder(recording, tables.sumKeys, box, known: known), watch)
          let changesBefore = db.totalChangesCount
          try fence.check(transaction)
          // Bodies that change nothing would commit on any disk.
          if isOutage { try transaction.writeProbe() }
          for job in group {
            let failure = job.run(transaction)
            if failure is DatabaseError { bodyFailed = true }
            // A full disk can make SQLite roll back by itself; what ran after it would be committed alone.
            guard db.isInsideTransaction else { throw failure ?? StoreError.corrupt }
          }
          // By it others see that it was a gateway that changed the file.
          if db.totalChangesCount != changesBefore { transaction.recorder.touch(in: transaction) }
          written = try transaction.storeLane(number: number)
        } catch {
          try? db.rollback()
          throw error
        }
        isCommitting = true
        do { try db.run("COMMIT", []) } catch {
          try? db.rollback()
          throw error
        }
      }
      if isOutage, !bodyFailed { outage.end() }
      if let written { lanes.withLock { $0 = [written] } }
      return nil
    } catch {
      let fault = outage.note(error)
      guard isCommitting, !Self.isCertain(error) else { return .unavailable(fault) }
      if let written { lanes.withLock { $0.append(written) } }
      return .outcomeUnknown(fault)
    }
  }

  /// Whether a commit that failed so certainly did not happen. Others may have come after the octets were written.
  private static func isCertain(_ error: any Error) -> Bool {
    guard let code = (error as? DatabaseError)?.resultCode else { return false }
    return [.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_CONSTRAINT].contains(code)
  }
}
