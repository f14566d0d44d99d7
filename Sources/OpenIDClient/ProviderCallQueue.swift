/// Bounds how many calls to a provider are under way, and how many wait for one of those to end. A waiting call is a
/// continuation and holds no thread.
struct ProviderCallQueue {
  let most: Int
  let mostWaiting: Int
  private(set) var underWay = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []
  /// Index of the oldest in `waiting`: those before have gone.
  private var first = 0

  init(most: Int, waiting: Int) {
    self.most = most
    mostWaiting = waiting
  }

  var countWaiting: Int { waiting.count - first }

  /// Takes a place if one is free.
  mutating func enter() -> Bool {
    guard underWay < most else { return false }
    underWay += 1
    return true
  }

  /// Queues for a place, which is taken when the continuation is resumed.
  mutating func wait(_ continuation: CheckedContinuation<Void, Never>) { waiting.append(continuation) }

  /// Gives the place to the one who waits longest.
  mutating func leave() {
    guard countWaiting > 0 else {
      underWay -= 1
      return
    }
    let next = waiting[first]
    first += 1
    if first == waiting.count {
      waiting = []
      first = 0
    }
    next.resume()
  }
}
