import SoleControl
import Synchronization

/// Runs one publication at a time, so that none overwrites a newer one. A call that comes while one runs has another
/// follow it.
final class RevocationPublication: Sendable {
  private let state = Mutex((isRunning: false, isWanted: false))

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
        state.isRunning = state.isWanted
        state.isWanted = false
        return !state.isRunning
      }
      if isDone { return result }
    }
  }
}

extension IssuanceService {
  /// Has the issuer make known what is revoked, as often as its lists need it. Does nothing without an issuer. If it
  /// fails, the next time makes up for it: the store remembers.
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
