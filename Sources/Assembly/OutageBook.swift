import Foundation
import HTTPGateway
import Synchronization
import Vocabulary

/// The outages since the start, and those of now. Bounded: the oldest that is over is forgotten first.
final class OutageBook: Sendable {
  /// Outages that are kept after their end.
  private static let mostEnded = 50
  /// Octets of a reason.
  private static let longestReason = 300

  private let outages = Mutex<[OperatorFigures.Outage]>([])

  init() {}

  /// Notes a failure; one that goes on is one outage, with its first reason.
  func begin(_ part: OperatorFigures.Part, _ reason: String) {
    let outage = OperatorFigures.Outage(part: part, reason: Self.bounded(reason), began: Self.now, ended: nil)
    outages.withLock { outages in
      guard !outages.contains(where: { $0.part == part && $0.ended == nil }) else { return }
      outages.append(outage)
      let ended = outages.indices.filter { outages[$0].ended != nil }
      if ended.count > Self.mostEnded { outages.remove(at: ended[0]) }
    }
  }

  func isOn(_ part: OperatorFigures.Part) -> Bool {
    outages.withLock { $0.contains { $0.part == part && $0.ended == nil } }
  }

  func end(_ part: OperatorFigures.Part) {
    outages.withLock { outages in
      guard let index = outages.lastIndex(where: { $0.part == part && $0.ended == nil }) else { return }
      outages[index].ended = Self.now
    }
  }

  /// A beginning of a reason, of whole characters: one character alone can have any number of octets.
  private static func bounded(_ reason: String) -> String {
    var (end, octets) = (reason.startIndex, 0)
    while end < reason.endIndex {
      let scalar = reason.unicodeScalars[end]
      octets += UTF8.width(scalar)
      guard octets <= longestReason else { break }
      reason.unicodeScalars.formIndex(after: &end)
    }
    return String(reason[..<end])
  }

  /// The newest first, and those that are on before all others.
  var all: [OperatorFigures.Outage] {
    let all = outages.withLock { Array($0.reversed()) }
    return all.filter { $0.ended == nil } + all.filter { $0.ended != nil }
  }

  /// By the machine's clock: the service's own may be what fails.
  private static var now: UnixMilliseconds { UnixMilliseconds(Date().timeIntervalSince1970 * 1000) }
}
