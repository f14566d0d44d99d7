import Testing

/// Holds callers until it is opened.
public actor Gate {
  private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  private var arrived = 0

  public init() {}

  /// Waits until the gate is opened, or the caller is cancelled.
  public func pass() async {
    arrived += 1
    let number = arrived
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { continuation.resume() } else { waiting[number] = continuation }
      }
    } onCancel: {
      Task { await self.release(number) }
    }
  }

  /// Waits until so many have come; ends the test if they do not.
  public func waitForArrivals(_ count: Int) async throws { try await eventually(isolation: self) { arrived >= count } }

  public func open() { for number in Array(waiting.keys) { release(number) } }

  private func release(_ number: Int) { waiting.removeValue(forKey: number)?.resume() }
}
