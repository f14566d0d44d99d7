import Foundation
import TestSupport
import Testing
import WireJSON

@testable import Assembly

@Suite("Configuration of witnesses and time-stamps", .timeLimit(.minutes(2)))
struct WitnessConfigurationTests {
  private let fixture: ConfigurationFixture
  private static let one = "witness.example/one+d586dc66+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
  private static let two = "witness.example/two+0fe65c65+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
  /// The key of the first under the name of the second.
  private static let twin = "witness.example/two+12dd78d0+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
  private static let ofALog = "log.example+1cc758f9+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

  init() throws { fixture = try ConfigurationFixture() }

  private static func witness(_ key: String, _ more: [(String, JSONValue)] = []) -> JSONValue {
    .object(JSONObject([("url", "https://witness.example/w"), ("key", .string(key))] + more))
  }

  private func error(
    _ witnesses: [JSONValue], interval: JSONValue? = nil, isServed: Bool = false
  ) throws -> String? {
    try fixture.load {
      var log = JSONObject([("witnesses", .array(witnesses))])
      if isServed { log["serve"] = true }
      if let interval { log["witnessInterval"] = interval }
      ConfigurationFixture.set("log", .object(log))(&$0)
    }.error
  }

  @Test("a witness needs an address and a key; two may have names of the operator's own")
  func valid() throws {
    #expect(try error([]) == nil)
    #expect(try error([Self.witness(Self.one)]) == nil)
    #expect(try error([Self.witness(Self.one, [("name", "a")]), Self.witness(Self.two)], interval: 60) == nil)
  }

  @Test("a witness without an address fetches checkpoints, which have to be served")
  func fetching() throws {
    func error(_ more: [(String, JSONValue)] = [], isServed: Bool = true) throws -> String? {
      try self.error([.object(JSONObject([("key", .string(Self.one))] + more))], isServed: isServed)
    }
    #expect(try error() == nil)
    #expect(try error(isServed: false)?.contains("\"url\" is missing; a witness without one fetches") == true)
    #expect(try error([("allowsPlainHTTP", true)])?.contains("\"allowsPlainHTTP\" is of no use without") == true)
    #expect(try error([("trustAnchors", "/etc/hostname")])?.contains("\"trustAnchors\" is of no use") == true)
    #expect(try error([("url", "")])?.contains("\"url\" must be a non-empty string") == true)
  }

  @Test("time-stamps of checkpoints need the authority of the service")
  func timestamps() throws {
    func error(_ isOn: Bool) throws -> String? {
      try fixture.load { ConfigurationFixture.set("log", ["timestamps": .bool(isOn)])(&$0) }.error
    }
    #expect(try error(false) == nil)
    #expect(try error(true)?.contains("\"timestamps\" need the service's time-stamping authority: add \"tsa\"") == true)
  }

  @Test("an authority elsewhere stamps checkpoints, with the certificates that its tokens are held against")
  func authority() async throws {
    let certificate = try temporaryFolder().appendingPathComponent("ca.pem")
    let made = try await run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
        "-subj", "/CN=other", "-days", "30", "-out", certificate.path,
      ])
    #expect(made.status == 0, "\(made.output)")
    func error(_ members: [(String, JSONValue)], _ more: [(String, JSONValue)] = []) throws -> String? {
      try fixture.load {
        ConfigurationFixture.set(
          "log", .object(JSONObject([("timestampAuthority", .object(JSONObject(members)))] + more)))(&$0)
      }.error
    }
    let url = ("url", JSONValue.string("https://tsa.example/stamp"))
    let path = ("certificates", JSONValue.string(certificate.path))
    #expect(try error([url, path]) == nil)
    for (members, more, says) in [
      ([path], [], "\"url\" is missing"), ([url], [], "\"certificates\" is missing"),
      ([url, ("certificates", "/etc/hostname")], [], "\"certificates\" has no certificate in PEM"),
      ([("url", "http://tsa.example"), path], [], "\"url\" must begin with https://"),
      ([url, path, ("policy", "1.2")], [], "\"policy\" is not a member of the configuration"),
      ([url, path], [("timestamps", false)], "\"timestampAuthority\" is of no use without \"timestamps\""),
    ] as [([(String, JSONValue)], [(String, JSONValue)], String)] {
      let said = try error(members, more)
      #expect(said?.contains(says) == true, "\(says): \(said ?? "accepted")")
    }
  }

  @Test("what cannot work is refused, with what to do")
  func refused() throws {
    for (witnesses, says) in [
      ([Self.witness("witness.example/one")], "\"key\" is no verifier key"),
      ([Self.witness(String(Self.one.dropLast()))], "as the witness's operator tells it"),
      ([Self.witness(Self.ofALog)], "\"key\" is the key of a log; the one with which the witness cosigns has type 4"),
      ([["url": "https://witness.example"]], "\"key\" is missing"),
      ([["key": .string(Self.one)]], "\"url\" is missing"),
      ([["key": .string(Self.one), "url": "http://witness.example"]], "\"url\" must begin with https://"),
      ([["key": .string(Self.one), "url": "http://127.0.0.1:1"]], "\"url\" must begin with https://"),
      ([["key": .string(Self.one), "url": "https://witness.example/"]], "\"url\" must not end in a slash"),
      ([Self.witness(Self.one, [("trustAnchors", "/nowhere")])], "\"trustAnchors\" cannot be read: /nowhere"),
      ([Self.witness(Self.one, [("caFile", "x")])], "\"caFile\" is not a member of the configuration"),
      ([Self.witness(Self.one), Self.witness(Self.twin)], "has one key twice"),
      (
        [Self.witness(Self.one, [("name", "a")]), Self.witness(Self.two, [("name", "a")])],
        "has one name twice; give each a \"name\""
      ),
      ([JSONValue](repeating: Self.witness(Self.one), count: 17), "\"witnesses\" are more than 16"),
    ] as [([JSONValue], String)] {
      let error = try error(witnesses)
      #expect(error?.contains(says) == true, "\(says): \(error ?? "accepted")")
    }
    for interval in [0, 3601, "5"] as [JSONValue] {
      #expect(try error([], interval: interval)?.contains("\"witnessInterval\" must be") == true)
    }
  }
}
