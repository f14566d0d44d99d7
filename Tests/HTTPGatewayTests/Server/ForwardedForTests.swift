import Throttling
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPGateway

/// Headers of proxies about where a request comes from.
@Suite("Forwarded addresses", .timeLimit(.minutes(5)))
struct ForwardedForTests {
  @Test(
    "X-Forwarded-For, from its end",
    arguments: [
      ("203.0.113.5", [.address("203.0.113.5")]), ("203.0.113.5:4711", [.address("203.0.113.5")]),
      ("[2001:db8::1]:4711", [.address("2001:db8::1")]), ("[2001:db8::1]", [.address("2001:db8::1")]),
      ("2001:db8::1", [.address("2001:db8::1")]), ("\"203.0.113.5:80\"", [.address("203.0.113.5")]),
      ("::ffff:203.0.113.5", [.address("::ffff:203.0.113.5")]), ("fe80::1%eth0", [.address("fe80::1%eth0")]),
      ("10.0.0.1 ,\t203.0.113.5:1", [.address("203.0.113.5"), .address("10.0.0.1")]),
      ("a,,b, ", [.unknown, .unknown]), ("unknown", [.unknown]), ("_hidden", [.obfuscated("_hidden")]),
      ("203.0.113.5:", [.unknown]), ("203.0.113.5:123456", [.unknown]), ("203.0.113.5:a", [.unknown]),
      ("[203.0.113.5]", [.unknown]), ("[2001:db8::1", [.unknown]), ("[2001:db8::1]x", [.unknown]),
      ("203.0.113", [.unknown]), ("1.2.3.4.5", [.unknown]), ("203.0.113.5\u{301}", [.unknown]), ("", []),
      ("\", 203.0.113.5", [.address("203.0.113.5"), .unknown]), ("_", [.unknown]), ("_a b", [.unknown]),
    ] as [(String, [ForwardedFor.Node])])
  func plain(_ line: String, _ expected: [ForwardedFor.Node]) {
    #expect(ForwardedFor.nodes([line], isForwarded: false) == expected)
  }

  @Test(
    "Forwarded (RFC 7239 §4, §6)",
    arguments: [
      ("for=192.0.2.60;proto=http;by=203.0.113.43", [.address("192.0.2.60")]),
      ("For=\"[2001:db8:cafe::17]:4711\"", [.address("2001:db8:cafe::17")]),
      ("for=192.0.2.43, for=198.51.100.17", [.address("198.51.100.17"), .address("192.0.2.43")]),
      ("for=\"192.0.2.43:47011\";host=\"a,b\"", [.address("192.0.2.43")]),
      ("proto=https; for = \"_gazonk\"", [.obfuscated("_gazonk")]), ("for=\"_SEVKISEK\"", [.obfuscated("_SEVKISEK")]),
      ("for=unknown", [.unknown]), ("for=\"unknown\"", [.unknown]), ("by=203.0.113.43", [.unknown]),
      ("for=192.0.2.1;for=192.0.2.2", [.unknown]), ("for=\"\\[2001:db8::1\\]\"", [.address("2001:db8::1")]),
      ("for=\"192.0.2.43:_port\"", [.address("192.0.2.43")]),
      // Half a string that the caller began does not reach what the proxy wrote.
      ("for=\"x, for=198.51.100.17", [.address("198.51.100.17"), .unknown]),
      ("for=\"x\\, for=\"198.51.100.17:1\"", [.address("198.51.100.17"), .unknown]),
    ] as [(String, [ForwardedFor.Node])])
  func forwarded(_ line: String, _ expected: [ForwardedFor.Node]) {
    #expect(ForwardedFor.nodes([line], isForwarded: true) == expected)
  }

  @Test("several lines are one list, and a long one is read to a bound")
  func lines() {
    #expect(
      ForwardedFor.nodes(["192.0.2.1, 192.0.2.2", "192.0.2.3"], isForwarded: false)
        == ["192.0.2.3", "192.0.2.2", "192.0.2.1"].map { .address($0) })
    #expect(ForwardedFor.nodes([String(repeating: "a,", count: 40_000)], isForwarded: false).count == 32)
  }

  /// The status of a log-in over a proxy that says this.
  private func logIn(_ fixture: GatewayFixture, _ password: String, _ header: String, _ lines: [String]) async throws
    -> Int
  {
    var gateway = fixture.gateway
    gateway.trustedProxy = TrustedProxy(
      header: header, addresses: try [Origin.local.address, "10.0.0.0/30"].map { try #require(AddressBlock($0)) })
    let pair = Data("alice:\(password)".utf8).base64EncodedString()
    var fields: HTTPFields = [.authorization: "Basic \(pair)"]
    for line in lines { fields.append(HTTPField(name: try #require(HTTPField.Name(header)), value: line)) }
    let sent = fields
    return try await Application(responder: gateway.responder()).test(.router) { client in
      try await client.execute(uri: "/csc/v1/auth/login", method: .post, headers: sent, body: ByteBuffer(string: "{}"))
      {
        $0.status.code
      }
    }
  }

  @Test("tries are counted for the address before the proxies, whatever its port; others do not wait")
  func counted() async throws {
    for (header, guesser, other) in [
      ("X-Forwarded-For", { "203.0.113.5:500\($0)" }, "198.51.100.9:40000"),
      ("X-Forwarded-For", { "[2001:db8:0:1::\($0)]:1" }, "[2001:db8:0:2::1]:1"),
      ("X-Forwarded-For", { "203.0.113.5:500\($0), 10.0.0.2, ::ffff:10.0.0.1" }, "198.51.100.9, 10.0.0.1"),
      ("Forwarded", { "for=\"[2001:db8:0:1::\($0)]:4711\"" }, "for=\"[2001:db8:0:2::1]:4711\""),
      ("Forwarded", { _ in "for=_one" }, "for=_two"), ("X-Forwarded-For", { _ in "garbage" }, "198.51.100.9"),
    ] as [(String, (Int) -> String, String)] {
      let fixture = try await GatewayFixture()
      for number in 0..<6 { #expect(try await logIn(fixture, "wrong", header, [guesser(number)]) == 400) }
      #expect(try await logIn(fixture, GatewayFixture.password, header, [guesser(7)]) == 429, "\(guesser(7))")
      #expect(try await logIn(fixture, GatewayFixture.password, header, [other]) == 200, "\(other)")
      #expect(try await logIn(fixture, GatewayFixture.password, header, []) == 200, "the proxy itself")
    }
  }
}
