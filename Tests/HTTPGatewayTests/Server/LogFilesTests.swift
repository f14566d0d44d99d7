import AuditLog
import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SQLiteStore
import TestSupport
import Testing
import TransparencyLog

@testable import HTTPGateway

/// The audit log's files over HTTP (C2SP tlog-tiles).
@Suite("Files of the log", .timeLimit(.minutes(5)))
struct LogFilesTests {
  private static let origin = "log.example/http"

  /// A gateway with a tree over its log.
  private func fixture(token: String? = nil) async throws -> GatewayFixture {
    var fixture = try await GatewayFixture()
    let log = SQLiteLog(try #require(fixture.signing.store as? SQLiteFileStore))
    fixture.gateway.logFiles = LogFiles(PublishedLog(log), token: token)
    let key = P256.Signing.PrivateKey()
    let sequencer = try await Sequencer(
      log,
      Sequencer.Environment(
        origin: Self.origin,
        key: try NoteKey(name: Self.origin, kind: .ecdsaP256, publicKey: Array(key.publicKey.derRepresentation)),
        sign: { Array(try key.signature(for: $0).derRepresentation) }, milliseconds: { 5 }))
    while try await sequencer.step() > 0 {}
    return fixture
  }

  private func get(
    _ path: String, of fixture: GatewayFixture, _ headers: HTTPFields = [:]
  ) async throws -> (status: Int, headers: HTTPFields, body: [UInt8]) {
    try await fixture.application.test(.router) { client in
      let answer = try await client.execute(uri: path, method: .get, headers: headers)
      return (answer.status.code, answer.headers, Array(answer.body.readableBytesView))
    }
  }

  @Test("checkpoint, tile and headers belong together, and may be kept as long as they hold")
  func files() async throws {
    let fixture = try await fixture()
    let checkpoint = try await get("/log/checkpoint", of: fixture)
    #expect(checkpoint.status == 200 && checkpoint.headers[.contentType] == "text/plain; charset=utf-8")
    #expect(checkpoint.headers[.cacheControl] == "no-cache")
    let head = try Checkpoint(text: SignedNote(checkpoint.body).text).head
    #expect(head.size > 0 && head.size < 256)
    let tile = try await get("/log/tile/0/000.p/\(head.size)", of: fixture)
    #expect(tile.status == 200 && tile.headers[.contentType] == "application/octet-stream")
    #expect(tile.headers[.cacheControl] == "public, max-age=31536000, immutable")
    let entries = try await get("/log/tile/entries/000.p/\(head.size)", of: fixture)
    let headers = try #require(EntryBundle.decode(entries.body, count: Int(head.size)))
    let leaves = headers.map { MerkleHash.leaf($0) }
    #expect(leaves.flatMap(\.octets) == tile.body && MerkleHash.root(of: leaves) == head.root)
    #expect(headers.allSatisfy { EntryHeader(octets: $0) != nil })
    #expect(try await get("/log/tile/0/000.p/1", of: fixture).body == Array(tile.body.prefix(32)))
  }

  @Test(
    "there is nothing beyond the tree and under other names",
    arguments: [
      "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000", "tile/entries/x999/999.p/1",
      "tile/0/000.p/0", "tile/0/0", "tile/8/000.p/1", "tile/63/000", "tile", "Checkpoint", "checkpoint/", "", "x",
    ])
  func nothing(path: String) async throws {
    let answer = try await get("/log/\(path)", of: fixture())
    #expect(answer.status == 404 && answer.headers[.contentType] == "application/json;charset=UTF-8", "\(path)")
  }

  @Test("a gateway that does not serve its log has nothing there")
  func off() async throws {
    let fixture = try await GatewayFixture()
    for path in ["checkpoint", "tile/0/000.p/1"] {
      #expect(try await get("/log/\(path)", of: fixture).status == 404)
    }
    // The address is known all the same.
    try await fixture.application.test(.router) { client in
      let answer = try await client.execute(uri: "/log/checkpoint", method: .post)
      #expect(answer.status == .methodNotAllowed && answer.headers[.allow] != nil)
    }
  }

  @Test("where a token is needed no other caller gets a file, and no cache on the way keeps one")
  func token() async throws {
    let fixture = try await fixture(token: "0123456789abcdef")
    for path in ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"] {
      for (sent, challenge) in [
        (nil, "Bearer"), ("Basic 0123456789abcdef", "Bearer"),
        ("Bearer 0123456789abcdeg", "Bearer error=\"invalid_token\""),
      ] as [(String?, String)] {
        let answer = try await get("/log/\(path)", of: fixture, sent.map { [.authorization: $0] } ?? [:])
        #expect(answer.headers[.requestID]?.isEmpty == false)
        #expect(answer.status == 401 && answer.headers[.wwwAuthenticate] == challenge)
      }
    }
    let answer = try await get("/log/tile/0/000.p/1", of: fixture, [.authorization: "Bearer 0123456789abcdef"])
    #expect(answer.status == 200 && answer.headers[.cacheControl] == "private, max-age=31536000, immutable")
  }
}
