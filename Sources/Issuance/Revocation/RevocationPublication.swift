import SoleControl
import Synchronization

/// Runs one publication at a time, so that none overwrites a newer one. A call that comes while one runs has another
/// follow it.
final class RevocationPublication: Sendable {
  private let state = Mutex((isRunning: false, isWanted: false, hasFailed: false))

  /// Whether the last run failed.
  var hasFailed: Bool { state.withLock { $0.hasFailed } }

  /// - Returns: the result of the last run; true at once if another caller's run takes care of it.
  func run(_ body: () async -> Bool) async -> Bool {
    let isMine = state.withLock { state in
      if state.isRunning { state.isWanted = true }
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isMine else { return true }
    while true {
      let result = await body()
      let isDone = state.withLock { state in
        state.hasFailed = !result
        state.isRunning = state.isWanted
        state.isWanted = false
        return !state.isRunning
      }
      if isDone { return result }
    }
  }
}

extension IssuanceService {
  private static let firstPause = Duration.seconds(1)
  private static let longestPause = Duration.seconds(600)
  /// Greatest delay.
  private static let step = Duration.seconds(1)

  /// Publishes once in every `renewal`, and after a failure, of whichever caller's, again after pauses that grow. Until
  /// the task is cancelled.
  ///
  /// - Parameter report: called after each try, with whether it went well.
  public func keepRevocationsPublished(renewal: Duration, _ report: @Sendable (Bool) -> Void) async {
    var (waited, pause) = (Duration.zero, Self.firstPause)
    while !Task.isCancelled {
      do { try await clock.pause(Self.step) } catch { return }
      waited += Self.step
      guard waited >= (publication.hasFailed ? pause : renewal) else { continue }
      let isGood = await publishRevocations()
      report(isGood)
      (waited, pause) = (.zero, isGood ? Self.firstPause : min(pause * 2, Self.longestPause))
    }
  }

  /// Has the issuer make known what is revoked, as often as its lists need it. Does nothing without an issuer. If it
  /// fails, `keepRevocationsPublished` makes up for it soon: the store remembers.
  ///
  /// - Returns: whether it went well.
  @discardableResult
  public func publishRevocations() async -> Bool {
    guard let authority else { return true }
    return await publication.run {
      let (now, name) = (clock.now(), authority.issuer.name)
      guard
        let revocations = try? await store.readIssuance(
          reading: [.revocations(issuer: name)], { try $0.revocations(issuer: name, at: now) })
      else { return false }
      do throws(IssuerError) {
        try await authority.issuer.publish(revocations)
        return true
      } catch { return false }
    }
  }
}
