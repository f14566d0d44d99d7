import Hummingbird
import NIOCore
import Registry
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import Webhooks

@Suite("Messengers", .timeLimit(.minutes(2)))
struct WebhookMessengerTests {
  private let message = Message(
    id: "m-1", recipient: "alice", credential: CredentialID("cred-1"), content: .oneTimeCode("123456"),
    text: "123456 is your code")

  private func messenger(
    _ url: String, _ directory: TestDirectory = TestDirectory(),
    report: @escaping @Sendable (PartnerID, String) -> Void = { _, _ in }
  ) -> WebhookMessenger {
    directory.change(PartnerID("portal")) { partner in
      var webhooks = Partner.Webhooks(secret: Secret("s"))
      webhooks.messenger = url
      webhooks.peers.allowsPlainHTTP = true
      partner.webhooks = webhooks
    }
    return WebhookMessenger(directory, settings: .patient, pauses: [], now: { 1 }, report: report)
  }

  @Test("a one-time code arrives as the contract says")
  func body() async throws {
    let body = Mutex<[UInt8]>([])
    let router = Router()
    router.post("messages") { request, _ in
      let octets = Array(try await request.body.collect(upTo: 100_000).readableBytesView)
      body.withLock { $0 = octets }
      return Response(status: .accepted)
    }
    try await LocalServer.serve(router) { base in
      try await messenger(base + "/messages").deliver(message, of: PartnerID("portal"))
    }
    #expect(
      try JSONValue.parse(body.withLock(\.self), limits: .own) == [
        "id": "m-1", "type": "one-time-code", "to": "alice", "credentialID": "cred-1", "text": "123456 is your code",
        "code": "123456",
      ])
  }

  @Test("a partner without a messenger, and one whose messenger is down: the operator learns why, and nothing else")
  func failures() async throws {
    let reports = Mutex<[String]>([])
    let messenger = messenger("http://127.0.0.1:1/") { partner, failure in
      reports.withLock { $0.append("\(partner) \(failure)") }
    }
    #expect(try await !messenger.exists(for: PartnerID("other")))
    #expect(try await messenger.exists(for: PartnerID("portal")), "there, though it is down")
    await #expect(throws: MessengerError.notConfigured) { try await messenger.deliver(message, of: PartnerID("other")) }
    await #expect(throws: MessengerError.unavailable) { try await messenger.deliver(message, of: PartnerID("portal")) }
    #expect(reports.withLock(\.self) == ["portal unanswered(OutboundHTTP.HTTPClientError.unreachable)"])
  }

  @Test("where the messenger is, is asked for each message; a directory that is away is a messenger that is away")
  func changes() async throws {
    let arrived = Mutex<[String]>([])
    let router = Router()
    for path in ["old", "new"] {
      router.post(RouterPath(path)) { _, _ in
        arrived.withLock { $0.append(path) }
        return Response(status: .accepted)
      }
    }
    let directory = TestDirectory()
    try await LocalServer.serve(router) { base in
      let portal = PartnerID("portal")
      let messenger = messenger(base + "/old", directory)
      try await messenger.deliver(message, of: portal)
      directory.change(portal) { $0.webhooks?.messenger = base + "/new" }
      try await messenger.deliver(message, of: portal)
      directory.set(isAway: true)
      await #expect(throws: MessengerError.unavailable) { try await messenger.deliver(message, of: portal) }
      directory.set(isAway: false)
      directory.change(portal) { $0.webhooks = nil }
      await #expect(throws: MessengerError.notConfigured) { try await messenger.deliver(message, of: portal) }
    }
    #expect(arrived.withLock(\.self) == ["old", "new"])
  }
}
