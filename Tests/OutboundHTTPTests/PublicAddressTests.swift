import Foundation
import Hummingbird
import Synchronization
import TestSupport
import Testing

@testable import OutboundHTTP

/// Which addresses may be called for URLs that somebody outside chose.
@Suite("Public addresses", .timeLimit(.minutes(2)))
struct PublicAddressTests {
  /// The octets of a literal, as the system reads it.
  private func octets(_ literal: String) throws -> [UInt8] {
    let isIPv6 = literal.contains(":")
    var octets = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
    try #require(inet_pton(isIPv6 ? AF_INET6 : AF_INET, literal, &octets) == 1, "\(literal)")
    return octets
  }

  @Test(
    "addresses with a special purpose are not public, to the edges of their blocks",
    arguments: [
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
      "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.255",
      "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.7",
      "224.0.0.1", "239.255.255.255", "240.0.0.0", "255.255.255.255",
      "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
      "64:ff9b:1::1", "100::1", "2001::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::1", "3fff:fff::1",
      "5f00::1", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ffff::1",
    ])
  func special(literal: String) throws { #expect(!PublicAddress.isPublic(try octets(literal))) }

  @Test(
    "addresses of the internet are, also next to the blocks",
    arguments: [
      "1.0.0.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
      "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
      "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
      "2000::1", "2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1", "2606:4700::1111", "3ffe::1", "3fff:1000::1",
    ])
  func ordinary(literal: String) throws { #expect(PublicAddress.isPublic(try octets(literal))) }

  @Test("neither IPv4 nor IPv6 is not public", arguments: [0, 3, 5, 15, 17])
  func otherLengths(count: Int) { #expect(!PublicAddress.isPublic([UInt8](repeating: 0x20, count: count))) }

  @Test("a client for public addresses does not connect elsewhere, whatever the name of it is")
  func connecting() async throws {
    let calls = Atomic(0)
    let router = Router()
    router.get("x") { _, _ in
      calls.add(1, ordering: .relaxed)
      return Response(status: .ok)
    }
    try await LocalServer.serve(router) { base in
      let port = try #require(base.split(separator: ":").last)
      var settings = HTTPClient.Settings()
      settings.allowsPlainHTTP = true
      let anywhere = HTTPClient(settings)
      settings.publicAddressesOnly = true
      let outside = HTTPClient(settings)
      defer {
        anywhere.stop()
        outside.stop()
      }
      // The second name is resolved; the others are the same address in other spellings that libcurl knows.
      for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"] {
        await #expect(throws: HTTPClientError.forbiddenAddress, "\(host)") {
          try await outside.perform(.init(url: "http://\(host):\(port)/x"))
        }
      }
      #expect(calls.load(ordering: .relaxed) == 0)
      #expect(try await anywhere.perform(.init(url: "http://localhost:\(port)/x")).status == 200)
    }
  }

  @Test("a cancelled caller gets his answer at once, and others are not disturbed")
  func cancellation() async throws {
    let gate = Gate()
    try await LocalServer.with(gate) { base in
      var settings = HTTPClient.Settings()
      settings.allowsPlainHTTP = true
      let client = HTTPClient(settings)
      defer { client.stop() }
      let calls = (0..<2).map { _ in Task { try await client.perform(.init(url: base + "/gate")).status } }
      try await gate.waitForArrivals(2)
      calls[0].cancel()
      await #expect(throws: HTTPClientError.stopped) { try await calls[0].value }
      await gate.open()
      let status = try await calls[1].value
      #expect(status == 200)
      // Cancelled before it begins.
      let late = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await client.perform(.init(url: base + "/slow")).status
      }
      await #expect(throws: HTTPClientError.stopped) { try await late.value }
    }
  }
}
