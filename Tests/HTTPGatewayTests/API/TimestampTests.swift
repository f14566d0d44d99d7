import CSCModel
import Foundation
import HTTPTypes
import OAuth
import Octets
import OpenSSLPKI
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("signatures/timestamp over HTTP", .timeLimit(.minutes(5)))
struct TimestampTests {
  private static let sha256 = "2.16.840.1.101.3.4.2.1"

  @Test("every row of the table, and values next to them that are good", arguments: CSCVersion.allCases)
  func rows(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let good = Base64.encode(digest("a"))
    func row(_ members: String) async throws -> String {
      try await fixture.call("signatures/timestamp", "{\(members)}", version, token: fixture.alice).row
    }
    let request = "400 invalid_request"
    let algo = #""hashAlgo":"\#(Self.sha256)""#
    for missing in ["", #""hash":5,"#, #""hash":null,"#, #""hash":["\#(good)"],"#] {
      #expect(try await row(missing + algo) == "\(request) Missing (or invalid type) string parameter hash")
    }
    #expect(try await row(#""hash":"",\#(algo)"#) == "\(request) Empty hash parameter")
    #expect(try await row(#""hash":"%%%","# + algo) == "\(request) Invalid Base64 hash string parameter")
    #expect(try await row(#""hash":"AAAA","# + algo) == "\(request) Invalid digest value length")
    #expect(try await row(#""hash":"000","# + algo) == "\(request) Invalid digest value length")
    let sha384 = #""hashAlgo":"2.16.840.1.101.3.4.2.2""#
    #expect(try await row(#""hash":"\#(good)","# + sha384) == "\(request) Invalid digest value length")
    #expect(
      try await row(#""hash":"\#(good)""#) == "\(request) Missing (or invalid type) string parameter hashAlgo")
    for unknown in [#""1.3.14.3.2.26""#, #""sha256""#, "5"] {
      #expect(try await row(#""hash":"\#(good)","hashAlgo":\#(unknown)"#) == "\(request) Invalid parameter hashAlgo")
    }
    for nonce in [
      #""xyz""#, #""""#, #""0x12""#, #""-1""#, "5", #""1 2""#, #""\#(String(repeating: "1", count: 1025))""#,
    ] {
      #expect(
        try await row(#""hash":"\#(good)",\#(algo),"nonce":\#(nonce)"#) == "\(request) Invalid parameter nonce",
        "\(nonce)")
    }
    for nonce in [#""5c1e09aa77b3""#, #""ABCDEF""#, #""123""#, "null", #""\#(String(repeating: "f", count: 1024))""#] {
      let answer = try await fixture.call(
        "signatures/timestamp", #"{"hash":"\#(good)",\#(algo),"nonce":\#(nonce)}"#, version, token: fixture.alice)
      #expect(answer.status == 200, "\(answer.row)")
    }
  }

  @Test("the answer is a token that openssl verifies; a nonce of an odd number of digits is that number")
  func token() async throws {
    let fixture = try await GatewayFixture()
    let answer = try await fixture.call(
      "signatures/timestamp",
      #"{"hash":"\#(Base64.encode(digest("a")))","hashAlgo":"\#(Self.sha256)","nonce":"00fab","clientData":"x"}"#,
      token: fixture.partner)
    #expect(answer.json.members.map(\.name) == ["timestamp"])
    let token = try #require(answer["timestamp"]?.string.flatMap { Base64.decode($0) })
    let folder = try temporaryFolder()
    let (file, root) = (folder.appendingPathComponent("token.der"), folder.appendingPathComponent("root.pem"))
    try Data(token).write(to: file)
    try TestDevice.shared.authority.rootPEM.write(to: root, atomically: true, encoding: .utf8)
    let verified = try await run(
      "/usr/bin/openssl",
      ["ts", "-verify", "-token_in", "-in", file.path, "-digest", Hex.encode(digest("a")), "-CAfile", root.path])
    #expect(verified.status == 0, "\(verified.output)")
    let text = try await run(
      "/usr/bin/openssl", ["ts", "-reply", "-token_in", "-in", file.path, "-token_out", "-text"])
    #expect(text.output.contains("Nonce: 0x0FAB\n") && text.output.contains(GatewayFixture.policy), "\(text.output)")
  }

  @Test("without an authority the method is not announced and not there", arguments: CSCVersion.allCases)
  func absent(version: CSCVersion) async throws {
    for (fixture, isThere) in [
      (try await GatewayFixture(), true), (try await GatewayFixture(withTimestamps: false), false),
    ] {
      let methods = try await fixture.call("info", "{}", version)["methods"]?.array
      #expect(methods?.contains("signatures/timestamp") == isThere)
      let answer = try await fixture.call("signatures/timestamp", "{}", version, token: fixture.alice)
      #expect(answer.status == (isThere ? 400 : 501))
    }
  }

  @Test("an authority whose certificate has expired is an internal error, without a detail")
  func expired() async throws {
    let fixture = try await GatewayFixture()
    fixture.signing.clock.advance(31 * 86400)
    let token = try await fixture.tokens.issue(partner: "portal", signer: "alice").accessToken
    let answer = try await fixture.call(
      "signatures/timestamp", #"{"hash":"\#(Base64.encode(digest("a")))","hashAlgo":"\#(Self.sha256)"}"#, token: token)
    #expect(answer.status == 500 && answer["error"] == "server_error")
  }
}
