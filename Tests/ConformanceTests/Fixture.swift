import ConformanceOpenSSL
import Foundation
import TestSupport
import Testing

@testable import Conformance
@testable import csc_conformance

/// Runs the suite against a service of these tests.
struct Fixture {
  let service: TestService
  let clock = TestClock()

  init(_ faults: Fault...) throws { service = try TestService(Set(faults), clock: clock) }

  static func subject(_ change: (inout Subject) -> Void = { _ in }) throws -> Subject {
    guard var subject = Subject(url: TestService.base) else { throw NoAnswer("no subject") }
    subject.token = "user-token"
    subject.clientToken = "client-token"
    subject.strangerToken = "bob-token"
    subject.userID = "alice"
    subject.username = "alice"
    subject.password = "secret-word"
    subject.pin = TestService.pin
    subject.client = OAuthClient(id: "app", secret: "app-secret", redirectURI: TestService.callback)
    subject.otherClient = OAuthClient(id: "other", secret: "other-secret", redirectURI: TestService.callback)
    subject.messages = TestService.base + "/messages"
    subject.certificatePolicy = "1.2.3"
    subject.lockable = ["lock", "lockpage"]
    change(&subject)
    return subject
  }

  func run(
    _ items: String? = nil, listener: Suite.Listener = .silent, change: @escaping (inout Subject) -> Void = { _ in }
  ) async throws -> Report {
    // Items of the published text are held against the sandbox by `make conformance`.
    let selection = try #require(ItemSelection(items ?? "rules"))
    let subject = try Self.subject(change)
    let service = service
    let clock = clock
    let found = Box<Report>()
    try await LocalServer.serve(service.router()) { address in
      let ports = Ports(
        http: TestHTTP(address: address, answersPlainHTTP: service.has(.answersPlainHTTP)),
        raw: TestConnection(service: service), cryptography: ConformanceCryptography(), clock: clock,
        random: { SystemRandom.octets($0) })
      found.value = await Suite(subject, ports, selection: selection, listener: listener).run()
    }
    return try #require(found.value)
  }
}

/// Carries a result out of a closure. `@unchecked`: read after the closure has ended.
final class Box<Value>: @unchecked Sendable { var value: Value? }

/// Sends what is meant for the service's https address to the plain server behind it.
private struct TestHTTP: HTTPPort {
  let address: String
  let answersPlainHTTP: Bool
  private static let client = CurlPort(trustAnchors: nil)

  func send(_ request: HTTPRequest) async throws(NoAnswer) -> HTTPAnswer {
    var request = request
    let plain = "http://service.test:443"
    if request.url.hasPrefix(TestService.base) {
      request.url = address + request.url.dropFirst(TestService.base.count)
    } else if answersPlainHTTP, request.url.hasPrefix(plain) {
      request.url = address + request.url.dropFirst(plain.count)
    } else {
      throw NoAnswer("no connection")
    }
    return try await Self.client.send(request)
  }
}

/// Refuses old handshakes, unless it is one of the faults.
private struct TestConnection: RawConnectionPort {
  let service: TestService

  func exchange(host: String, port: Int, sending octets: [UInt8]) async throws(NoAnswer) -> [UInt8] {
    let isTLS10 = octets.starts(with: [22, 3, 1])
    let isSSL3 = octets.starts(with: [22, 3, 0])
    if isSSL3 && service.has(.acceptsSSL3) || isTLS10 && service.has(.acceptsTLS10) {
      return [22, 3, octets[2], 0, 40, 2, 0, 0, 36, 3, octets[2]] + Array(repeating: 0, count: 34)
    }
    // protocol_version
    return [21, 3, 1, 0, 2, 2, 70]
  }
}
