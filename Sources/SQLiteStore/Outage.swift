internal import Foundation
internal import GRDB
public import SoleControl
internal import Synchronization

/// An event that the operators of a store must know, told once and not for every call.
public enum StoreEvent: Equatable, Sendable {
  public enum Work: String, Sendable { case reading, writing }

  /// From now on nothing can be read, or written, for this reason.
  case fails(Work, StoreFault)
  case worksAgain(Work)
}

/// Whether the database file can be read, or written, at the moment.
final class Outage: Sendable {
  private let work: StoreEvent.Work
  private let report: @Sendable (StoreEvent) -> Void
  /// The last failure and its time; nil if all is well.
  private let last = Mutex<(fault: StoreFault, time: ContinuousClock.Instant)?>(nil)

  init(_ work: StoreEvent.Work, report: @escaping @Sendable (StoreEvent) -> Void) {
    (self.work, self.report) = (work, report)
  }

  var isOn: Bool { last.withLock { $0 != nil } }

  /// - Returns: the error for the caller of the store.
  func note(_ error: any Error) -> StoreFault {
    let new = StoreFault(error)
    let isKnown = last.withLock { last in
      defer { last = (new, .now) }
      return last.map { $0.fault.code == new.code } ?? false
    }
    if !isKnown { report(.fails(work, new)) }
    return new
  }

  /// Notes a success that shows the end of an outage.
  ///
  /// - Parameter quiet: time without a failure that is needed; for successes that show little.
  func end(after quiet: Duration = .zero) {
    let ends = last.withLock { last in
      guard let time = last?.time, time.duration(to: .now) >= quiet else { return false }
      last = nil
      return true
    }
    if ends { report(.worksAgain(work)) }
  }
}

extension StoreFault {
  init(_ error: any Error) {
    guard let error = error as? DatabaseError else {
      self.init(code: nil, "\(error)")
      return
    }
    self.init(code: Int(error.extendedResultCode.rawValue), error.message ?? "no text")
  }

  static let line = StoreFault(code: nil, "too many calls wait for the database")
}
