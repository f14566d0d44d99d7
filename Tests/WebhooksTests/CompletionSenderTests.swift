import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import OutboundHTTP
import Registry
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import Webhooks

@Suite("Notifications of completion", .timeLimit(.minutes(2)))
struct CompletionSenderTests {
  private func completions(
    _ origins: [(String, allowsPrivate: Bool)], _ directory: TestDirectory = TestDirectory()
  ) throws -> CompletionSender {
    try directory.change(PartnerID("portal")) { partner in
      var webhooks = Partner.Webhooks(secret: Secret("a partner's secret"))
      webhooks.callbackOrigins = try origins.map {
        try #require(CallbackOrigin($0.0, allowsPrivateAddresses: $0.allowsPrivate))
      }
      partner.webhooks = webhooks
    }
    return CompletionSender(directory, settings: .patient, now: { 1_700_000_000 })
  }

  private func notification(_ uri: String, partner: String = "portal", isCompleted: Bool = true)
    -> CompletionNotification
  {
    CompletionNotification(
      id: "n-1", instance: "i", partner: PartnerID(partner), uri: uri, job: JobID("job-1"), isCompleted: isCompleted,
      attempts: 0, due: 0)
  }

  @Test(
    "what is below a registered origin",
    arguments: [
      "https://portal.example", "https://portal.example/", "https://portal.example/a/b?c=d&e=%20",
      "https://portal.example?x", "HTTPS://Portal.Example/a", "https://portal.example:443/a",
      "https://portal.example:8443/a", "https://[2001:db8::1]/a", "https://portal.example/a@b:c",
      "http://127.0.0.1:8092/",
    ])
  func below(uri: String) async throws {
    let completions = try completions([
      ("https://portal.example", false), ("https://PORTAL.example:8443", false), ("https://[2001:DB8::1]", false),
      ("http://127.0.0.1:8092", true),
    ])
    #expect(try await completions.accepts(uri, of: PartnerID("portal")))
    #expect(try await !completions.accepts(uri, of: PartnerID("rival")))
  }

  @Test(
    "what is not",
    arguments: [
      "", "portal.example", "//portal.example/", "https:/portal.example/", "https://", "https:///a", "https://:443/",
      // Another origin.
      "http://portal.example/", "https://portal.example:444/", "https://portal.example:80/", "https://evil.example/",
      "https://portal.example.evil.example/", "https://evilportal.example/", "https://portal.example./",
      "https://sub.portal.example/", "http://127.0.0.1/", "http://127.0.0.1:8091/", "https://127.0.0.1:8092/",
      "http://localhost:8092/", "http://2130706433:8092/", "ftp://portal.example/", "javascript://portal.example/",
      // User information, and what some take for it.
      "https://user@portal.example/", "https://portal.example@evil.example/",
      "https://portal.example:443@evil.example/",
      "https://user:password@portal.example/", "https://portal.example%40evil.example/",
      "https://portal.example\\@evil.example/", "https://portal.example\\.evil.example/",
      "https://evil.example\\@portal.example/", "https://evil.example#@portal.example/",
      // Fragments and characters that no URI has.
      "https://portal.example/#", "https://portal.example/a#b", "https://portal.example#", "https://portal.example/a b",
      "https://portal.example/\n", "https://portal.example/\u{0}", "https://portal.exämple/",
      " https://portal.example/",
      "https://portal.example\t/", "https://portal.example/<", "https://portal.example/\"",
      "https://portal.example/[x]",
      // Ports.
      "https://portal.example:/", "https://portal.example:0443/a:", "https://portal.example:65536/",
      "https://portal.example:+443/", "https://portal.example:443:443/", "https://portal.example:８443/",
      "https://[2001:db8::1", "https://[2001:db8::1]x/", "https://[2001:db8::1%25eth0]/", "https://2001:db8::1/",
    ])
  func notBelow(uri: String) async throws {
    let completions = try completions([
      ("https://portal.example", false), ("https://[2001:db8::1]", false), ("http://127.0.0.1:8092", true),
    ])
    // A leading zero is the same number; all else here is not covered.
    #expect(try await completions.accepts(uri, of: PartnerID("portal")) == uri.contains(":0443"))
  }

  /// Calls that a receiver got, and statuses that it answers.
  private func serve(
    _ statuses: [HTTPResponse.Status], _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws -> [(signature: String, body: [UInt8])] {
    let rest = Mutex(statuses)
    let calls = Mutex<[(signature: String, body: [UInt8])]>([])
    let router = Router()
    router.post("hook") { request, _ in
      let octets = Array(try await request.body.collect(upTo: 10_000).readableBytesView)
      let name = try #require(HTTPField.Name("Countersign-Signature"))
      calls.withLock { $0.append((request.headers[name] ?? "", octets)) }
      return Response(
        status: rest.withLock { $0.isEmpty ? .ok : $0.removeFirst() }, headers: [.location: "/elsewhere"])
    }
    router.on("elsewhere", method: .post) { _, _ in
      Issue.record("a redirect was followed")
      return Response(status: .ok)
    }
    try await LocalServer.serve(router, body)
    return calls.withLock(\.self)
  }

  @Test("a notification says which job has ended and how, signed; any answer but 2xx is a failure")
  func delivery() async throws {
    let calls = try await serve([.ok, .noContent, .found, .notFound, .internalServerError]) { base in
      let completions = try completions([(base, true)])
      try await completions.deliver(notification(base + "/hook"))
      try await completions.deliver(notification(base + "/hook", isCompleted: false))
      for status in [302, 404, 500] {
        await #expect(throws: DeliveryFailure.failed("\(WebhookError.refused(status: status))")) {
          try await completions.deliver(notification(base + "/hook"))
        }
      }
    }
    // One attempt each: when there is a further one, the store says.
    #expect(calls.count == 5)
    #expect(
      try JSONValue.parse(calls[0].body, limits: .own)
        == ["id": "n-1", "type": "signature", "responseID": "job-1", "status": "completed"])
    #expect(try JSONValue.parse(calls[1].body, limits: .own).object?["status"] == "failed")
    let mac = HMAC<SHA256>.authenticationCode(
      for: Array("1700000000.".utf8) + calls[0].body, using: SymmetricKey(data: Array("a partner's secret".utf8)))
    #expect(calls[0].signature == "t=1700000000,v1=" + mac.map { String(format: "%02x", $0) }.joined())
  }

  @Test("a registered name that leads to this machine is not called unless the registration allows it")
  func privateAddress() async throws {
    let calls = try await serve([]) { base in
      let port = try #require(base.split(separator: ":").last)
      // Not allowed: the connection is refused before TLS begins.
      let origin = "https://localhost:\(port)"
      let completions = try completions([(origin, false)])
      #expect(try await completions.accepts(origin + "/hook", of: PartnerID("portal")))
      await #expect(throws: DeliveryFailure.failed("\(WebhookError.unanswered(.forbiddenAddress))")) {
        try await completions.deliver(notification(origin + "/hook"))
      }
    }
    #expect(calls.isEmpty)
  }

  @Test("an address that is registered no more, or that somebody wrote into the store, is not called")
  func notAccepted() async throws {
    let calls = try await serve([]) { base in
      let completions = try completions([("https://portal.example", false)])
      for notification in [notification(base + "/hook"), notification("https://portal.example/", partner: "rival")] {
        await #expect(throws: DeliveryFailure.notAccepted) { try await completions.deliver(notification) }
      }
    }
    #expect(calls.isEmpty)
  }

  @Test("what is registered is asked at every attempt: another secret, an origin that is taken away, no answer")
  func changes() async throws {
    let directory = TestDirectory()
    let portal = PartnerID("portal")
    let calls = try await serve([]) { base in
      let completions = try completions([(base, true)], directory)
      try await completions.deliver(notification(base + "/hook"))
      directory.change(portal) { $0.webhooks?.secret = Secret("another one") }
      try await completions.deliver(notification(base + "/hook"))
      directory.set(isAway: true)
      await #expect(throws: DeliveryFailure.failed("\(DirectoryUnavailable())")) {
        try await completions.deliver(notification(base + "/hook"))
      }
      await #expect(throws: DirectoryUnavailable()) { try await completions.accepts(base + "/hook", of: portal) }
      directory.set(isAway: false)
      directory.change(portal) { $0.webhooks?.callbackOrigins = [] }
      #expect(try await !completions.accepts(base + "/hook", of: portal))
      await #expect(throws: DeliveryFailure.notAccepted) { try await completions.deliver(notification(base + "/hook")) }
    }
    #expect(calls.count == 2 && calls[0].body == calls[1].body)
    #expect(
      calls.map(\.signature)
        == ["a partner's secret", "another one"].map { Secret($0).signature(of: calls[0].body, at: 1_700_000_000) })
  }
}
