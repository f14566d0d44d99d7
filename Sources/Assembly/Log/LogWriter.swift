package import Foundation
import Logging
import WireJSON

#if canImport(Glibc)
  import Glibc
#endif

/// A thread that writes lines, so that a slow or stopped reader of the log keeps no call waiting.
///
/// The lines that wait are bounded by their octets. A line that does not fit, or cannot be written, is dropped and
/// counted, and a line says so as soon as something can be written again.
///
/// `@unchecked`: `condition` guards the variables.
package final class LogWriter: @unchecked Sendable {
  /// Standard error.
  package static let standard = LogWriter(descriptor: STDERR_FILENO)

  /// Seconds for which the end of the process waits for a reader.
  package static let longestEnd: TimeInterval = 2

  /// Octets of lines that wait, unless something else is asked for.
  static let standardRoom = 4 << 20

  private let descriptor: Int32
  private let room: Int
  private let condition = NSCondition()
  /// Not written yet, in order.
  private var waiting: [[UInt8]] = []
  /// Of those that wait and those that are being written.
  private var octets = 0
  private var lost = 0
  private var isWriting = false
  /// Whether the last line was cut off by an error. Used by the thread alone.
  private var isMidLine = false

  /// - Parameter room: octets of lines that may wait.
  init(descriptor: Int32, room: Int = standardRoom) {
    self.descriptor = descriptor
    self.room = room
    let thread = Thread { [self] in while true { writeWaiting() } }
    thread.name = "log-writer"
    thread.start()
  }

  /// Takes a line, which ends in a line feed, or drops it. Returns at once.
  func append(_ line: [UInt8]) {
    condition.withLock {
      guard octets + line.count <= room else {
        lost += 1
        return
      }
      waiting.append(line)
      octets += line.count
      condition.broadcast()
    }
  }

  /// Waits until everything is written that was taken so far, but not for longer than `seconds`.
  package func flush(within seconds: TimeInterval) {
    let end = Date(timeIntervalSinceNow: seconds)
    condition.withLock {
      while !waiting.isEmpty || isWriting, condition.wait(until: end) {}
    }
  }

  private func writeWaiting() {
    let (lines, dropped) = condition.withLock {
      while waiting.isEmpty && lost == 0 { condition.wait() }
      isWriting = true
      defer {
        waiting = []
        lost = 0
      }
      return (waiting, lost)
    }
    var failed = lines.reduce(0) { write($1) ? $0 : $0 + 1 }
    // The dropped lines came after those that were there.
    if failed + dropped > 0 {
      failed = write(Self.loss(of: failed + dropped)) ? 0 : failed + dropped
    }
    condition.withLock {
      octets -= lines.reduce(0) { $0 + $1.count }
      lost += failed
      isWriting = false
      condition.broadcast()
    }
    // The reader takes nothing: the count waits with the rest.
    if failed > 0 { Thread.sleep(forTimeInterval: Self.pause) }
  }

  /// After an error.
  private static let pause: TimeInterval = 1

  /// Waits for a reader as long as there is one. False if there is none, or no room on a disk.
  private func write(_ line: [UInt8]) -> Bool {
    var rest = (isMidLine ? [UInt8(ascii: "\n")] : []) + line
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest.removeFirst(count)
        isMidLine = true
      } else if errno == EAGAIN {
        var wish = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wish, 1, Int32(Self.pause * 1000))
      } else if errno != EINTR {
        return false
      }
    }
    isMidLine = false
    return true
  }

  private static func loss(of count: Int) -> [UInt8] {
    JSONLogHandler.line(
      level: .error, label: "log", message: "lines were lost: the reader stalled, or writing failed",
      metadata: ["count": "\(count)"])
  }
}
