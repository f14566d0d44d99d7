import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import OutboundHTTP

/// Against a small real server in this process.
@Suite("HTTP client on libcurl", .timeLimit(.minutes(2)))
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

  @Test("an answer's version and headers, by any case; of an interim answer nothing is left")
  func headers() async throws {
    try await LocalServer.with { base in
      let answer = try await client().perform(.init(url: base + "/redirect"))
      #expect(answer.version == "1.1" && answer.header("location") == "/echo" && answer.header("none") == nil)
    }
    var head = ResponseHead()
    for line in ["HTTP/1.1 100 Continue\r\n", "A: 1\r\n", "\r\n", "HTTP/2 200 \r\n", "b:  2 3 \r\n", "\r\n"] {
      head.read(line)
    }
    #expect(head.version == "2" && head.headers.map(\.name) == ["b"] && head.headers.first?.value == "2 3")
  }

  @Test("any method, with and without a body")
  func methods() async throws {
    let router = Router()
    for method in [HTTPRequest.Method.put, .delete, .post] {
      router.on("method", method: method) { request, _ in
        let body = try await request.body.collect(upTo: 1000)
        return Response(
          status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(method) \(String(buffer: body))")))
      }
    }
    try await LocalServer.serve(router) { base in
      for (method, body) in [("PUT", "x"), ("DELETE", ""), ("POST", "y")] {
        let octets = body.isEmpty ? nil : Array(body.utf8)
        let answer = try await client().perform(.init(url: base + "/method", body: octets, method: method))
        #expect(String(decoding: answer.body, as: UTF8.self) == "\(method) \(body)")
      }
    }
  }

  @Test("octets over TCP get the beginning of an answer; nobody there is an error, silence is nothing")
  func raw() async throws {
    try await LocalServer.with { base in
      let port = try #require(Int(base.split(separator: ":").last ?? ""))
      let request = Array("GET /missing HTTP/1.0\r\n\r\n".utf8)
      let answer = try await RawExchange.perform(host: "127.0.0.1", port: port, sending: request, limit: 12)
      #expect(String(decoding: answer, as: UTF8.self) == "HTTP/1.1 404")
      let silence = try await RawExchange.perform(
        host: "127.0.0.1", port: port, sending: Array("GET".utf8), timeout: .milliseconds(200))
      #expect(silence.isEmpty)
    }
    await #expect(throws: HTTPClientError.unreachable) {
      try await RawExchange.perform(host: "127.0.0.1", port: 1, sending: [])
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
      // On a machine that does much else the calls come to the server one by one.
      let client = client { $0.timeout = .seconds(60) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<200 { group.addTask { _ = try await client.perform(.init(url: base + "/gate")) } }
        // Were the calls made one after the other, the second would never arrive.
        try await gate.waitForArrivals(200)
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

  @Test("a header or method that would end its line, or hold anything else that is no text, is not sent")
  func controls() async throws {
    let router = Router()
    let arrived = Mutex(0)
    router.get("/") { _, _ in
      arrived.withLock { $0 += 1 }
      return "good"
    }
    try await LocalServer.serve(router) { base in
      for header in [
        "Authorization: Bearer a\r\nX-Other: b", "A: b\nC: d", "A: b\rC", "A: b\0", "A: b\u{7f}", "A: \u{1}",
        "A\r\nB: c", "A B: c", "A", ": b", "", "A: b\r\n\r\nGET / HTTP/1.1\r\nHost: other",
      ] {
        await #expect(throws: HTTPClientError.badHeader, "\(header)") {
          try await client().perform(.init(url: base, headers: ["Accept: a", header]))
        }
      }
      for method in ["GET / HTTP/1.1\r\nA: b", "G T", ""] {
        await #expect(throws: HTTPClientError.badHeader, "\(method)") {
          try await client().perform(.init(url: base, method: method))
        }
      }
      #expect(arrived.withLock { $0 } == 0)
      let good = try await client().perform(.init(url: base, headers: ["A: b, c; d=\"e\"\tä", "Expect:"]))
      #expect(good.status == 200)
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

  @Test("a connection that breaks when the request was sent is told apart from none, also from none in time")
  func lost() async throws {
    let closing = try ClosingServer()
    await #expect(throws: HTTPClientError.lost) { try await client().perform(.init(url: closing.url)) }
    closing.close()
    await #expect(throws: HTTPClientError.unreachable) { try await client().perform(.init(url: closing.url)) }
    // Takes no connection: its line of one is full.
    let deaf = try ClosingServer(isDeaf: true)
    defer { deaf.close() }
    await #expect(throws: HTTPClientError.unreachable) {
      try await client { $0.timeout = .milliseconds(300) }.perform(.init(url: deaf.url))
    }
  }

  @Test("a stopped client refuses calls")
  func stopped() async {
    let client = client()
    client.stop()
    await #expect(throws: HTTPClientError.stopped) { try await client.perform(.init(url: "http://127.0.0.1:1/")) }
  }
}
