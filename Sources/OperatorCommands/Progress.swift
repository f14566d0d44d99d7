import Foundation
import Synchronization

/// Shows on a terminal how far a long reading is; elsewhere nothing.
final class Progress: Sendable {
  private static let step: Int64 = 20_000
  private let total = Mutex<Int64>(0)
  private let isShown = isatty(FileHandle.standardError.fileDescriptor) == 1

  /// - Parameter count: of what will be read.
  func begin(_ count: Int64) { total.withLock { $0 = count } }

  /// - Parameter count: of what was read.
  func reached(_ count: Int64) {
    guard isShown, count.isMultiple(of: Self.step), case let total = total.withLock(\.self), total > 0 else { return }
    let done = Int(min(count, total) * 40 / total)
    let bar = String(repeating: "█", count: done) + String(repeating: "░", count: 40 - done)
    show("\r\(bar) \(count) of \(total) entries")
  }

  /// Takes the bar away.
  func end() { if isShown { show("\r\u{1B}[K") } }

  private func show(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
