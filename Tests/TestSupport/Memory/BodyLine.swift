import Foundation
import Synchronization

/// Bodies that wait for a store in memory, run in groups whose order is shuffled.
public final class BodyLine: Sendable {
  /// Runs a body, and returns what answers its caller.
  typealias Job = @Sendable () -> @Sendable () -> Void

  private struct State {
    var jobs: [Job] = []
    var isRunning = false
    var generator: SplitMix64
  }

  private let state: Mutex<State>
  private let smallestGroup: Int

  var count: Int { state.withLock { $0.jobs.count } }

  /// Seed of the stores of this run, from `COUNTERSIGN_SEED` or by chance. Standard error names it.
  public static let seedOfRun: UInt64 = {
    if let given = ProcessInfo.processInfo.environment["COUNTERSIGN_SEED"].flatMap(UInt64.init) { return given }
    let seed = UInt64.random(in: 0...999_999)
    FileHandle.standardError.write(Data("order of the bodies of stores in memory: COUNTERSIGN_SEED=\(seed)\n".utf8))
    return seed
  }()

  init(seed: UInt64, smallestGroup: Int) {
    state = Mutex(State(generator: SplitMix64(state: seed)))
    self.smallestGroup = smallestGroup
  }

  func append(_ job: @escaping Job) {
    let begins = state.withLock { state in
      state.jobs.append(job)
      guard !state.isRunning, state.jobs.count >= smallestGroup else { return false }
      state.isRunning = true
      return true
    }
    // In a task of its own, so that others that are about to write come into the same group.
    if begins { Task { run() } }
  }

  private func run() {
    repeat {
      let group = state.withLock { state in
        defer { state.jobs = [] }
        return state.jobs.shuffled(using: &state.generator)
      }
      let answers = group.map { $0() }
      for answer in answers { answer() }
    } while mustGoOn()
  }

  private func mustGoOn() -> Bool {
    state.withLock { state in
      state.isRunning = state.jobs.count >= smallestGroup
      return state.isRunning
    }
  }
}

/// The generator of Steele, Lea and Flood (2014): the same seed gives the same numbers.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
