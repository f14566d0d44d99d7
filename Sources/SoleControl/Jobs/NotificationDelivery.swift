import Synchronization

/// The notices that are being delivered at the moment.
final class DeliveriesUnderWay: Sendable {
  private struct State {
    var notices: [String: PartnerID] = [:]
    var ended: [String] = []
  }

  private let state = Mutex(State())
  /// Rings when notices may be due.
  let bell = Bell()

  /// To be called before the store is asked what is due. Deliveries that ended until now are forgotten; those that end
  /// from now on are not, because the store's answer may be older than their end.
  func beginRound() {
    state.withLock { state in
      for id in state.ended { state.notices[id] = nil }
      state.ended = []
    }
  }

  /// - Returns: false if there are `limit` already, or `perPartner` of its partner, or this one is among them.
  func begin(_ notice: Notice, limit: Int, perPartner: Int) -> Bool {
    state.withLock { state in
      guard state.notices.count < limit, state.notices[notice.id] == nil,
        state.notices.values.count(where: { $0 == notice.partner }) < perPartner
      else { return false }
      state.notices[notice.id] = notice.partner
      return true
    }
  }

  func end(_ notice: Notice) {
    state.withLock { $0.ended.append(notice.id) }
    bell.ring()
  }
}

extension SigningJobs {
  private static let deliveries = 32
  /// A partner whose receiver is slow holds up no other's.
  private static let deliveriesPerPartner = 4
  private static let attempts = 15
  private static let firstPause: Int64 = 1000
  private static let longestPause: Int64 = 3_600_000
  /// How late a further attempt can be.
  private static let step = Duration.seconds(1)

  /// Delivers what is due. A notice is removed when its receiver has confirmed it, so a stop in between delivers it once
  /// more, and none is lost.
  func notify(through notifier: any CompletionNotifier) async {
    await withDiscardingTaskGroup { group in
      group.addTask { [self] in
        while !Task.isCancelled {
          underWay.bell.ring()
          do { try await signing.clock.pause(Self.step) } catch { return }
        }
      }
      for await _ in underWay.bell.rings() {
        underWay.beginRound()
        for notice in await due()
        where underWay.begin(notice, limit: Self.deliveries, perPartner: Self.deliveriesPerPartner) {
          group.addTask { [self] in
            await deliver(notice, through: notifier)
            underWay.end(notice)
          }
        }
      }
    }
  }

  private func due() async -> [Notice] {
    let now = signing.clock.milliseconds()
    let instance = signing.rules.instance
    let found = try? await signing.store.read {
      try $0.dueNotices(instance: instance, by: now, perPartner: Self.deliveriesPerPartner, limit: Self.deliveries * 4)
    }
    return found ?? []
  }

  private func deliver(_ notice: Notice, through notifier: any CompletionNotifier) async {
    let isOver: Bool
    do throws(DeliveryFailure) {
      try await notifier.deliver(notice)
      isOver = true
    } catch {
      // What a stop breaks off is no attempt.
      guard !Task.isCancelled else { return }
      isOver = error == .notAccepted || notice.attempts + 1 >= Self.attempts
      if isOver { report("notice \(notice.id) of job \(notice.job) is given up: \(error)") }
    }
    let pause = min(Self.firstPause << Int64(notice.attempts), Self.longestPause)
    let due = signing.clock.milliseconds() + pause
    // If this fails, the notice is delivered once more.
    try? await signing.store.write { transaction in
      if isOver {
        try transaction.removeNotice(notice.id)
      } else {
        try transaction.postponeNotice(notice.id, attempts: notice.attempts + 1, until: due)
      }
    }
  }
}
