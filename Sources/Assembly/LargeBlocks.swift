import Foundation

/// Memory of large requests and answers.
enum LargeBlocks {
  /// Octets from which a block is the system's own, and goes back to it as soon as it is free.
  private static let size: Int32 = 1 << 20
  /// `M_MMAP_THRESHOLD` (mallopt(3)).
  private static let threshold: Int32 = -3

  /// Has the memory of large blocks given back when they are free. glibc raises the limit by itself with each block
  /// that it gives back, up to 32 MiB; after that a few answers that a client leaves unread for a while leave the
  /// process large for good.
  static func giveBack() {
    // Nothing but Linux has it.
    guard let symbol = dlsym(nil, "mallopt") else { return }
    let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
    _ = mallopt(threshold, size)
  }
}
