import SoleControl
import Testing
import TestSupport
import Vocabulary

extension StoreConformance {
  private static func notification(
    _ id: String, partner: String = "p", due: Int64 = 10, attempts: Int = 0, instance: String = "i",
    isCompleted: Bool = true
  ) -> CompletionNotification {
    CompletionNotification(
      id: id, instance: instance, partner: PartnerID(partner), uri: "https://a.example/\(id)", job: JobID("j\(id)"),
      isCompleted: isCompleted, attempts: attempts, due: due)
  }

  func notificationsAreDueUntilTheyAreRemoved() async throws {
    let store = try makeStore()
    func due(_ time: Int64, perPartner: Int = 10, limit: Int = 10) async throws -> [CompletionNotification] {
      try await store.read { try $0.dueNotifications(instance: "i", by: time, perPartner: perPartner, limit: limit) }
    }
    let notifications = [
      Self.notification("b", due: 20, isCompleted: false), Self.notification("a", due: 20), Self.notification("c"),
      Self.notification("x", partner: "q", due: 30),
    ]
    let foreign = Self.notification("z", instance: "other")
    try await store.write { transaction in
      for notification in notifications + [foreign] { try transaction.add(notification) }
    }
    await #expect(throws: StoreError.corrupt) { try await store.write { try $0.add(notifications[0]) } }
    #expect(try await due(9).isEmpty)
    #expect(try await due(20) == [notifications[2], notifications[1], notifications[0]])
    #expect(try await due(30).count == 4)
    // One partner's many do not hide the other's.
    #expect(try await due(30, perPartner: 1).map(\.id) == ["c", "x"])
    #expect(try await due(30, limit: 2).map(\.id) == ["c", "a"])

    try await store.write { try $0.postponeNotification("c", attempts: 3, until: 40) }
    #expect(try await due(39).map(\.id) == ["a", "b", "x"])
    #expect(try await due(40).last == Self.notification("c", due: 40, attempts: 3))
    try await store.write { transaction in
      for id in ["a", "c", "none"] { try transaction.removeNotification(id) }
      try transaction.postponeNotification("a", attempts: 1, until: 1)
    }
    #expect(try await due(99).map(\.id) == ["b", "x"])
  }
}
