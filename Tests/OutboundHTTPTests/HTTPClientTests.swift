import OutboundHTTP
import Foundation
import TestSupport
import Testing

/// Against a small real server in this process.
@Suite("HTTP client on libcurl")
struct HTTPClientTests {
  private func client(_ change: (inout HTTPClient.Settings) -> Void = { _ in }) -> HTTPClient {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    change(&settings)
    return HTTPClient(settings)
  }

  @Test("GET and POST")
  func requests() async throws {
    try await LocalServer.with { base in
      let client = client()
      let answer = try await client.perform(.init(url: base + "/echo", body: Array("a=b".utf8)))
      #expect(answer.status == 200 && answer.body == Array("a=b".utf8))
      #expect(try await client.perform(.init(url: base + "/missing")).status == 404)
    }
  }

  @Test("a redirect is not followed")
  func redirect() async throws {
    try await LocalServer.with { base in
      let status = try await client().perform(.init(url: base + "/redirect")).status
      #expect(status == 302)
    }
  }

  @Test("an answer beyond the limit is broken off")
  func size() async throws {
    try await LocalServer.with { base in
      await #expect(throws: HTTPClientError.tooLarge) {
        try await client { $0.largestBody = 1000 }.perform(.init(url: base + "/large"))
      }
    }
  }

  @Test("200 calls wait at the server at the same time, on one thread, and another is not held up")
  func concurrency() async throws {
    let gate = Gate()
    try await LocalServer.with(gate) { base in
      let client = client()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<200 { group.addTask { _ = try await client.perform(.init(url: base + "/gate")) } }
        // Were the calls made one after the other, the second would never arrive.
        await gate.waitForArrivals(200)
        _ = try await client.perform(.init(url: base + "/echo", body: []))
        await gate.open()
        try await group.waitForAll()
      }
    }
  }

  @Test("a call that takes too long ends")
  func timeout() async throws {
    try await LocalServer.with { base in
      await #expect(throws: HTTPClientError.timedOut) {
        try await client { $0.timeout = .milliseconds(200) }.perform(.init(url: base + "/slow"))
      }
    }
  }

  @Test("plain HTTP, files and other schemes are not used unless allowed")
  func schemes() async throws {
    let client = HTTPClient()
    for url in ["http://127.0.0.1:1/", "file:///etc/hostname", "ftp://127.0.0.1/", "no url at all"] {
      await #expect(throws: HTTPClientError.self) { try await client.perform(.init(url: url)) }
    }
    await #expect(throws: HTTPClientError.badAddress) { try await client.perform(.init(url: "file:///etc/hostname")) }
  }

  @Test("nobody listens")
  func unreachable() async {
    await #expect(throws: HTTPClientError.unreachable) { try await client().perform(.init(url: "http://127.0.0.1:1/")) }
  }

  @Test("a stopped client refuses calls")
  func stopped() async {
    let client = client()
    client.stop()
    await #expect(throws: HTTPClientError.stopped) { try await client.perform(.init(url: "http://127.0.0.1:1/")) }
  }
}
