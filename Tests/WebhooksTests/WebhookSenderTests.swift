import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OutboundHTTP
import Registry
import Synchronization
import TestSupport
import Testing
import WireJSON

@testable import Webhooks

/// Against a small real server in this process.
@Suite("Webhooks", .timeLimit(.minutes(2)))
struct WebhookSenderTests {
  /// Calls that arrived, and statuses that the next ones get.
  private final class Receiver: Sendable {
    struct Call: Sendable {
      let signature, contentType: String
      let body: [UInt8]
    }

    let calls = Mutex<[Call]>([])
    let statuses = Mutex<[HTTPResponse.Status]>([])

    init(_ statuses: [HTTPResponse.Status] = []) { self.statuses.withLock { $0 = statuses } }

    func serve(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
      let router = Router()
      router.post("hook") { request, _ in
        let octets = Array(try await request.body.collect(upTo: 100_000).readableBytesView)
        let name = try #require(HTTPField.Name("Countersign-Signature"))
        self.calls.withLock {
          $0.append(
            Call(
              signature: request.headers[name] ?? "", contentType: request.headers[.contentType] ?? "", body: octets))
        }
        return Response(
          status: self.statuses.withLock { $0.isEmpty ? .noContent : $0.removeFirst() },
          headers: [.location: "/elsewhere"])
      }
      router.post("elsewhere") { _, _ in
        Issue.record("a redirect was followed")
        return Response(status: .ok)
      }
      try await LocalServer.serve(router, body)
    }
  }

  private let secret = Secret("a partner's secret")
  private let message: JSONValue = ["id": "m-1", "text": "Grüße"]

  /// A sender whose clock goes on by 7 s with every look, and which notes its pauses instead of making them.
  private func sender(_ pauses: Pauses = Pauses()) -> WebhookSender {
    let time = Mutex<Int64>(1_700_000_000)
    return WebhookSender(
      client: patientClient(),
      now: {
        time.withLock { time in
          time += 7
          return time
        }
      }, pause: { pause in pauses.made.withLock { $0.append(pause) } })
  }

  private final class Pauses: Sendable {
    let made = Mutex<[Duration]>([])
  }

  @Test("the receiver can check the signature over time and body")
  func signature() async throws {
    let receiver = Receiver()
    try await receiver.serve { base in try await sender().send(message, to: base + "/hook", secret: secret) }
    let call = try #require(receiver.calls.withLock(\.self).first)
    #expect(call.contentType == "application/json")
    #expect(try JSONValue.parse(call.body, limits: .own) == message)
    let signed = Array("1700000007.".utf8) + call.body
    let mac = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Array("a partner's secret".utf8)))
    #expect(call.signature == "t=1700000007,v1=" + mac.map { String(format: "%02x", $0) }.joined())
  }

  @Test("OpenSSL computes the same value: printf '1.what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe")
  func vector() {
    #expect(
      Secret("Jefe").signature(of: Array("what do ya want for nothing?".utf8), at: 1)
        == "t=1,v1=a9049465ce89cfb8e9aac62333abda66f80e3403f51f57f6bae3c3a4485eca38")
  }

  @Test("a 5xx is tried again, with a new time in the signature and the same body")
  func retries() async throws {
    let receiver = Receiver([.serviceUnavailable, .badGateway])
    let pauses = Pauses()
    try await receiver.serve { base in try await sender(pauses).send(message, to: base + "/hook", secret: secret) }
    let calls = receiver.calls.withLock(\.self)
    #expect(calls.count == 3)
    #expect(Set(calls.map(\.body)).count == 1)
    #expect(Set(calls.map(\.signature)).count == 3)
    #expect(pauses.made.withLock(\.self) == WebhookSender.standardPauses)
  }

  @Test("attempts are bounded")
  func bounded() async throws {
    let receiver = Receiver(Array(repeating: .internalServerError, count: 10))
    try await receiver.serve { base in
      await #expect(throws: WebhookError.refused(status: 500)) {
        try await sender().send(message, to: base + "/hook", secret: secret)
      }
    }
    #expect(receiver.calls.withLock(\.count) == WebhookSender.standardPauses.count + 1)
  }

  @Test("a refusal and a redirect are final", arguments: [HTTPResponse.Status.badRequest, .found, .tooManyRequests])
  func refusals(status: HTTPResponse.Status) async throws {
    let receiver = Receiver([status])
    try await receiver.serve { base in
      await #expect(throws: WebhookError.refused(status: status.code)) {
        try await sender().send(message, to: base + "/hook", secret: secret)
      }
    }
    #expect(receiver.calls.withLock(\.count) == 1)
  }

  @Test("nobody listens: tried again; no address: not tried again")
  func unreachable() async {
    let pauses = Pauses()
    await #expect(throws: WebhookError.unanswered(.unreachable)) {
      try await sender(pauses).send(message, to: "http://127.0.0.1:1/", secret: secret)
    }
    #expect(pauses.made.withLock(\.count) == 2)
    await #expect(throws: WebhookError.unanswered(.badAddress)) {
      try await sender(pauses).send(message, to: "file:///etc/hostname", secret: secret)
    }
    #expect(pauses.made.withLock(\.count) == 2)
  }

  @Test("a cancelled caller does not wait for the rest")
  func cancelled() async throws {
    let receiver = Receiver([.serviceUnavailable])
    try await receiver.serve { base in
      let sender = WebhookSender(client: patientClient(), pauses: [.seconds(60)], now: { 1 })
      let task = Task { try await sender.send(message, to: base + "/hook", secret: secret) }
      try await eventually { receiver.calls.withLock(\.count) > 0 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test("the secret shows in no text")
  func hidden() {
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
      #expect(!text.contains("partner") && !text.contains("97"), "\(text)")
    }
  }
}
