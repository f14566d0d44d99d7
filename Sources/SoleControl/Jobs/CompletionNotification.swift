import Octets
import Synchronization
public import Vocabulary

/// The notification to a partner that a job has ended, until it is delivered. It tells no more than that: the result is
/// fetched by polling, with a bearer.
public struct CompletionNotification: Sendable, Equatable {
  /// The same at every attempt, so that the receiver knows a repetition.
  public let id: String
  /// The gateway process that delivers it.
  public let instance: String
  public let partner: PartnerID
  /// CSC v2 `response_uri`.
  public let uri: String
  public let job: JobID
  /// False: the job has failed.
  public let isCompleted: Bool
  /// Attempts that were made and failed.
  public let attempts: Int
  /// Time of the next one.
  public let due: UnixMilliseconds

  public init(
    id: String, instance: String, partner: PartnerID, uri: String, job: JobID, isCompleted: Bool, attempts: Int,
    due: UnixMilliseconds
  ) {
    self.id = id
    self.instance = instance
    self.partner = partner
    self.uri = uri
    self.job = job
    self.isCompleted = isCompleted
    self.attempts = attempts
    self.due = due
  }
}

extension CompletionNotification {
  /// The notification of a job that ends now; nil if none is wanted. A job ends once, so its id gives the
  /// notification's.
  init?(of job: SigningJob, instance: String, isCompleted: Bool, now: UnixMilliseconds) {
    guard let uri = job.responseURI else { return nil }
    let digest = OctetDigest.sha256("ended \(job.id)")
    self.init(
      id: Hex.encode(digest.prefix(16)), instance: instance, partner: job.partner, uri: uri, job: job.id,
      isCompleted: isCompleted, attempts: 0, due: now)
  }
}

/// The notifications that are being delivered at the moment.
final class DeliveriesUnderWay: Sendable {
  private struct State {
    var notifications: [String: PartnerID] = [:]
    var ended: [String] = []
  }

  private let state = Mutex(State())
  /// Raised when notifications may be due.
  let signal = Signal()

  /// To be called before the store is asked what is due. Deliveries that ended until now are forgotten; those that end
  /// from now on are not, because the store's answer may be older than their end.
  func beginRound() {
    state.withLock { state in
      for id in state.ended { state.notifications[id] = nil }
      state.ended = []
    }
  }

  /// - Returns: false if there are `limit` already, or `perPartner` of its partner, or this one is among them.
  func begin(_ notification: CompletionNotification, limit: Int, perPartner: Int) -> Bool {
    state.withLock { state in
      guard state.notifications.count < limit, state.notifications[notification.id] == nil,
        state.notifications.values.count(where: { $0 == notification.partner }) < perPartner
      else { return false }
      state.notifications[notification.id] = notification.partner
      return true
    }
  }

  func end(_ notification: CompletionNotification) {
    state.withLock { $0.ended.append(notification.id) }
    signal.raise()
  }
}

extension JobService {
  private static let deliveries = 32
  /// A partner whose receiver is slow holds up no other's.
  private static let deliveriesPerPartner = 4
  private static let attempts = 15
  private static let firstPause: Int64 = 1000
  private static let longestPause: Int64 = 3_600_000
  /// Greatest delay of a further attempt.
  private static let step = Duration.seconds(1)

  /// Delivers what is due. A notification is removed when its receiver has confirmed it, so a stop in between delivers
  /// it once more, and none is lost.
  func notify(through notifier: any CompletionNotifier) async {
    await withDiscardingTaskGroup { group in
      group.addTask { [self] in
        while !Task.isCancelled {
          underWay.signal.raise()
          do { try await signing.context.clock.pause(Self.step) } catch { return }
        }
      }
      for await _ in underWay.signal.raised() {
        for notification in await beginDeliveries() {
          group.addTask { [self] in
            await deliver(notification, through: notifier)
          }
        }
      }
    }
  }

  /// Notifications that are due and not being delivered already.
  func beginDeliveries() async -> [CompletionNotification] {
    underWay.beginRound()
    return await due().filter {
      underWay.begin($0, limit: Self.deliveries, perPartner: Self.deliveriesPerPartner)
    }
  }

  private func due() async -> [CompletionNotification] {
    let now = signing.context.clock.milliseconds()
    let instance = signing.context.rules.instance
    let found = try? await read(reading: [.dueNotifications(instance: instance)]) {
      try $0.dueNotifications(
        instance: instance, by: now, perPartner: Self.deliveriesPerPartner, limit: Self.deliveries * 4)
    }
    return found ?? []
  }

  /// One attempt, after which another may begin.
  func deliver(_ notification: CompletionNotification, through notifier: any CompletionNotifier) async {
    defer { underWay.end(notification) }
    let isOver: Bool
    do throws(DeliveryFailure) {
      try await notifier.deliver(notification)
      isOver = true
    } catch {
      // An attempt that a stop breaks off does not count.
      guard !Task.isCancelled else { return }
      isOver = error == .notAccepted || notification.attempts + 1 >= Self.attempts
      if isOver { report("notification \(notification.id) of job \(notification.job) is given up: \(error)") }
    }
    let pause = min(Self.firstPause << Int64(notification.attempts), Self.longestPause)
    let due = signing.context.clock.milliseconds() + pause
    // If this fails, the notification is delivered once more.
    try? await write(reading: [.notification(notification.id, .exclusive)]) { transaction in
      if isOver {
        try transaction.removeNotification(notification.id)
      } else {
        try transaction.postponeNotification(notification.id, attempts: notification.attempts + 1, until: due)
      }
    }
  }
}
