internal import AuditLog
internal import SoleControl
internal import Synchronization
internal import WireJSON

/// Tells of rows that were found edited. Of each once, as long as it stays as it is: repeated requests must not fill
/// the log.
final class EditedRows: Sendable {
  private struct State {
    var known: Set<[UInt8]> = []
    var tell: (@Sendable (EditedRow) -> Void)?
  }

  /// Rows that are remembered; after so many it begins again.
  private static let capacity = 1000

  private let state = Mutex(State())

  /// - Parameter tell: called on the thread that read the row; nil ends it.
  func onFinding(_ tell: (@Sendable (EditedRow) -> Void)?) { state.withLock { $0.tell = tell } }

  /// - Parameter mark: differs for every content of a row.
  func found(_ row: EditedRow, mark: [UInt8]) {
    let tell = state.withLock { state -> (@Sendable (EditedRow) -> Void)? in
      if state.known.count >= Self.capacity { state.known = [] }
      return state.known.insert(mark).inserted ? state.tell : nil
    }
    tell?(row)
  }
}

extension EditedRow {
  var auditEvent: AuditEvent {
    AuditEvent(.integrityViolated, [("table", .string(table)), ("row", .string(key))])
  }
}
