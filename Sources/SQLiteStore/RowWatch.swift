internal import Foundation
internal import GRDB
internal import Octets
internal import SoleControl
internal import Synchronization

/// Knows whether somebody else wrote the file, and has all rows looked at then.
///
/// SQLite tells a connection whether another one has committed. Another gateway, or a command of the operator, leaves
/// its lane further than it was. If the file has changed and no lane has gone on, it was neither, and all rows are
/// looked at before anything more is decided.
///
/// Looks are taken on connections of their own, which read what is in the file and not what the writer remembers of it.
final class RowWatch: Sendable {
  private struct State {
    /// SQLite's number for the contents that others committed, as the writer's connection saw it last.
    var version: Int64?
    /// Lanes of other processes.
    var lanes: [Int64: LaneMark] = [:]
    var fault: Fault?
    /// Reason for which nothing is changed any more, whatever the rows are.
    var refusal: EditedRow?
    /// Looks that were begun.
    var begun = 0
    /// The look because of a commit of somebody else, which takes longer than a transaction waits.
    var pending: (version: Int64?, look: RowLook)?
  }

  private struct Fault {
    let row: EditedRow
    /// Looks that were begun before it was known. A later one alone says that it is over.
    let after: Int
    let found = ContinuousClock.now
  }

  private let checks: RowChecks
  private let path: String
  private let tables: ProtectedTables
  private let state = Mutex(State())
  private let isClosed = Atomic(false)
  private let afterReading: @Sendable () -> Void

  private static let pauseAfterFault = Duration.seconds(1)
  /// Time for which a transaction waits for a look.
  private static let patience = Duration.seconds(1)

  /// - Parameter afterReading: called in each look when it has read all rows.
  init(
    _ checks: RowChecks, path: String, _ tables: ProtectedTables, afterReading: @escaping @Sendable () -> Void
  ) {
    (self.checks, self.path, self.tables, self.afterReading) = (checks, path, tables, afterReading)
  }

  /// Ends looks that are under way.
  func close() { isClosed.store(true, ordering: .relaxed) }

  /// Has nothing be changed any more.
  func refuse(because reason: EditedRow) { state.withLock { $0.refusal = reason } }

  // MARK: Questions of transactions

  /// Called in a transaction before it changes a row: what it has read may be from before, too. No other connection
  /// commits until it ends.
  ///
  /// - Throws: `StoreError.edited`; `StoreError.unavailable` while a look takes long.
  func check(_ transaction: Transaction) throws {
    let version = try transaction.dataVersion()
    let (isSame, fault, refusal) = state.withLock { ($0.version == version, $0.fault, $0.refusal) }
    if let refusal { throw StoreError.edited(refusal) }
    guard checks == .all, !isSame || fault != nil else { return }
    if let fault {
      guard fault.found.duration(to: .now) >= Self.pauseAfterFault else { throw StoreError.edited(fault.row) }
    } else if try goesOn(transaction, version) {
      return
    }
    let look = state.withLock { state in
      if let pending = state.pending, pending.version == version { return pending.look }
      let look = begin(&state)
      state.pending = (version, look)
      return look
    }
    guard let result = look.wait(Self.patience) else { throw StoreError.unavailable(.look) }
    state.withLock { $0.pending = nil }
    let lanes = try transaction.laneMarks(otherThan: transaction.recorder.laneID)
    try take(result, of: look)
    state.withLock { ($0.version, $0.lanes) = (version, lanes) }
  }

  /// Whether the file was changed by a process that leaves its lane further, and by none that puts one back.
  private func goesOn(_ transaction: Transaction, _ version: Int64?) throws -> Bool {
    let lanes = try transaction.laneMarks(otherThan: transaction.recorder.laneID)
    let known = state.withLock { $0.lanes }
    guard let wrong = try transaction.laneFault(lanes, after: known) else {
      guard lanes != known else { return false }
      state.withLock { ($0.version, $0.lanes) = (version, lanes) }
      return true
    }
    fail(wrong, mark: Array("\(wrong)".utf8))
    throw StoreError.edited(wrong)
  }

  // MARK: Looks

  /// Looks at all rows of a file that was opened, and begins to watch it.
  ///
  /// - Parameter database: the writer's connection.
  /// - Throws: `StoreOpenError`.
  func begin(_ database: DatabaseQueue) throws {
    guard checks == .all else { return }
    let (version, lanes) = try database.inDatabase { db in
      let snapshot = Snapshot(db, tables)
      return (try snapshot.dataVersion(), try snapshot.laneMarks(otherThan: nil))
    }
    state.withLock { ($0.version, $0.lanes) = (version, lanes) }
    do {
      let look = state.withLock { begin(&$0) }
      guard let result = look.wait(nil) else { throw StoreError.unavailable(.look) }
      try take(result, of: look)
    } catch StoreError.edited(let row) {
      throw StoreOpenError(
        description: """
          the database at \(path) is not as the gateways left it: it has \(row). Find out who wrote it, and put the \
          right one back; 'countersign audit accept-rows' has the service go on with it as it is
          """)
    }
  }

  /// Looks at all rows, without keeping anyone waiting.
  ///
  /// - Throws: `StoreError.edited`.
  func look() async throws {
    guard checks == .all else { return }
    let look = state.withLock { begin(&$0) }
    try take(await look.result, of: look)
  }

  private func begin(_ state: inout State) -> RowLook {
    state.begun += 1
    return RowLook(number: state.begun, known: state.lanes) { [self] in
      let connection = try ConnectionPromises.reader.open(path)
      defer { try? connection.close() }
      return try connection.unsafeRead { db in
        try db.run("BEGIN", [])
        defer { try? db.run("ROLLBACK", []) }
        let scan = try Snapshot(db, tables).scanRows { !isClosed.load(ordering: .relaxed) }
        afterReading()
        return scan
      }
    }
  }

  /// - Throws: `StoreError.edited`, or what the look threw.
  private func take(_ result: Result<RowScan, any Error>, of look: RowLook) throws {
    let scan = try result.get()
    let back =
      scan.isWhole && look.known.contains { id, mark in scan.lanes[id].map { $0.number < mark.number } ?? true }
    guard scan.isWhole, !back else {
      let row = scan.isWhole ? EditedRow(tables: ["audit_lane"]) : scan.finding
      fail(row, mark: Array("\(row)".utf8) + scan.found.octets + scan.expected.octets)
      throw StoreError.edited(row)
    }
    let fault = state.withLock { state in
      if let fault = state.fault, look.number > fault.after { state.fault = nil }
      return state.fault
    }
    if let fault { throw StoreError.edited(fault.row) }
  }

  private func fail(_ row: EditedRow, mark: [UInt8]) {
    state.withLock { $0.fault = Fault(row: row, after: $0.begun) }
    tables.findings.found(row, mark: OctetDigest.sha256(mark))
  }
}

/// One look at all rows, on a thread of its own.
final class RowLook: Sendable {
  private typealias Outcome = Result<RowScan, any Error>

  let number: Int
  /// Lanes as they were known when it began.
  let known: [Int64: LaneMark]
  private let outcome = Mutex<Outcome?>(nil)
  private let waiting = DispatchGroup()

  init(number: Int, known: [Int64: LaneMark], _ body: @escaping @Sendable () throws -> RowScan) {
    (self.number, self.known) = (number, known)
    waiting.enter()
    let thread = Thread { [self] in
      let result = Result { try body() }
      outcome.withLock { $0 = result }
      waiting.leave()
    }
    thread.name = "store-rows"
    thread.start()
  }

  /// - Parameter patience: nil to wait for its end.
  /// - Returns: nil if it has not ended then.
  func wait(_ patience: Duration?) -> Result<RowScan, any Error>? {
    let end = patience.map { DispatchTime.now() + Double($0.components.seconds) } ?? .distantFuture
    return waiting.wait(timeout: end) == .success ? outcome.withLock { $0 } : nil
  }

  var result: Result<RowScan, any Error> {
    get async {
      await withCheckedContinuation { continuation in
        waiting.notify(queue: .global()) { continuation.resume() }
      }
      return outcome.withLock { $0 } ?? .failure(StoreError.unavailable(.look))
    }
  }
}

extension StoreFault {
  /// All rows are being looked at.
  static let look = StoreFault(code: nil, "all rows are looked at, because somebody else wrote the database")
}
