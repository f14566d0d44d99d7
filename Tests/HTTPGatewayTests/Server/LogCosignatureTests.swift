import AuditLog
import Crypto
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@testable import HTTPGateway

/// Witnesses that fetch checkpoints over HTTP, and bring their cosignatures.
@Suite("Cosignatures over HTTP", .timeLimit(.minutes(5)))
struct LogCosignatureTests {
  private static let origin = "log.example/http"
  private static let path = "/log/cosignatures"
  private static let token = "0123456789abcdef"

  private let log = P256.Signing.PrivateKey()
  private let witness = Curve25519.Signing.PrivateKey()
  private let forks = Forks()

  private final class Forks: Sendable {
    let count = Mutex(0)
  }

  private func logKey() throws -> NoteKey {
    try NoteKey(name: Self.origin, kind: .ecdsaP256, publicKey: Array(log.publicKey.derRepresentation))
  }

  private func witnessKey() throws -> NoteKey {
    try NoteKey(
      name: "witness.example", kind: .cosignature, publicKey: Array(witness.publicKey.rawRepresentation))
  }

  /// A gateway with a tree over its log, and a witness.
  private func fixture(token: String? = nil, hasWitness: Bool = true) async throws -> GatewayFixture {
    var fixture = try await GatewayFixture()
    let store = SQLiteLog(try #require(fixture.signing.store as? SQLiteFileStore))
    let (key, log, clock, forks) = (try logKey(), log, fixture.signing.clock, forks)
    let taker = CosignatureTaker(
      key: key, witnesses: [try witnessKey()], store: store,
      round: CheckpointRound(store, length: 0, milliseconds: { 0 }), now: { clock.now },
      onFork: { _, _ in forks.count.withLock { $0 += 1 } }, onFailure: { _ in })
    fixture.gateway.logFiles = LogFiles(
      PublishedLog(store, witnesses: [try witnessKey()]), token: token, cosignatures: hasWitness ? taker : nil)
    let sequencer = try await Sequencer(
      store,
      Sequencer.Environment(
        origin: Self.origin, key: key, sign: { Array(try log.signature(for: $0).derRepresentation) },
        milliseconds: { 5 }))
    while try await sequencer.step() > 0 {}
    return fixture
  }

  private struct Answer {
    let status: Int
    let headers: HTTPFields
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  private func send(
    _ fixture: GatewayFixture, _ body: [UInt8]? = nil, _ headers: HTTPFields = [:], path: String = path
  ) async throws -> Answer {
    var fields = headers
    if body != nil { fields[.contentType] = "text/plain; charset=utf-8" }
    let sent = fields
    return try await fixture.application.test(.router) { client in
      let answer = try await client.execute(
        uri: path, method: body == nil ? .get : .post, headers: sent, body: body.map { ByteBuffer(bytes: $0) })
      return Answer(
        status: answer.status.code, headers: answer.headers, body: Array(answer.body.readableBytesView))
    }
  }

  /// A checkpoint with the witness's cosignature.
  private func cosigned(_ checkpoint: [UInt8], at time: Int64) throws -> [UInt8] {
    let note = try SignedNote(checkpoint)
    let message = try #require(Cosignature.message(text: note.text, time: UInt64(time)))
    let signature = try #require(
      Cosignature(time: UInt64(time), signature: Array(try witness.signature(for: message))))
    return try note.adding([NoteSignature(by: try witnessKey(), signature.octets)]).octets
  }

  @Test("a witness fetches the checkpoint, cosigns it, and it is published")
  func brought() async throws {
    let fixture = try await fixture()
    #expect(try await send(fixture, path: "/log/checkpoint").status == 404)
    let offered = try await send(fixture)
    #expect(offered.status == 200 && offered.headers[.contentType] == "text/plain; charset=utf-8")
    #expect(offered.headers[.cacheControl] == "no-cache")
    let now = fixture.signing.clock.now
    let answer = try await send(fixture, cosigned(offered.body, at: now))
    #expect(answer.status == 204 && answer.body.isEmpty)
    let published = try await send(fixture, path: "/log/checkpoint")
    let policy = try LogPolicy(origin: Self.origin, logKeys: [logKey()], witnesses: [witnessKey()])
    #expect(try policy.verify(checkpoint: published.body).cosignatures.map(\.time) == [UInt64(now)])
    // One that is older than that takes no place.
    let older = try await send(fixture, cosigned(offered.body, at: now - 1))
    let size = try Checkpoint(text: SignedNote(offered.body).text).head.size
    #expect(older.status == 409 && older.text == "\(size)\n")
    #expect(older.headers[.contentType] == "text/x.tlog.size")
    #expect(try await send(fixture, path: "/log/checkpoint").body == published.body)
  }

  @Test("what is none is refused with what is wrong about it")
  func refused() async throws {
    let fixture = try await fixture()
    let note = try await send(fixture).body
    let now = fixture.signing.clock.now
    func expect(_ body: [UInt8], _ status: Int, _ text: String) async throws {
      let answer = try await send(fixture, body)
      #expect(answer.status == status && answer.text.contains("\"error_description\":\"\(text)\""), "\(answer.text)")
      #expect(answer.headers[.requestID]?.isEmpty == false)
    }
    try await expect([], 400, "This is no checkpoint with cosignatures")
    try await expect(cosigned(note, at: now + 301), 400, "This is no checkpoint with cosignatures")
    try await expect(note, 403, "The log and a witness of it have not signed this")
    try await expect([UInt8](repeating: 10, count: 16_385), 413, "The request body is too large")
    // A tree that the log does not have, with a good signature of its key.
    let text = try Checkpoint(origin: Self.origin, head: TreeHead(size: 1, root: MerkleHash.leaf([1]))).text
    let signature = NoteSignature(by: try logKey(), Array(try log.signature(for: text).derRepresentation))
    let foreign = try SignedNote(text: text, signatures: [signature]).octets
    #expect(forks.count.withLock(\.self) == 0)
    try await expect(cosigned(foreign, at: now), 422, "The log does not lead to this checkpoint")
    #expect(forks.count.withLock(\.self) == 1)
    let coded = try await send(fixture, cosigned(note, at: now), [.contentEncoding: "gzip"])
    #expect(coded.status == 415)
    #expect(try await send(fixture, path: "/log/checkpoint").status == 404)
  }

  @Test("after too many wrong notes from an address the next one waits, also a right one")
  func throttling() async throws {
    let fixture = try await fixture()
    let note = try await send(fixture).body
    for _ in 0..<21 { #expect(try await send(fixture, Array("x".utf8)).status == 400) }
    let good = try cosigned(note, at: fixture.signing.clock.now)
    let answer = try await send(fixture, good)
    #expect(answer.status == 429 && answer.headers[.retryAfter] == "30")
    #expect(try await send(fixture).status == 200)
    fixture.signing.clock.advance(31)
    #expect(try await send(fixture, good).status == 204)
  }

  @Test("the same note again and again has to wait, after more tries than wrong ones have")
  func repeated() async throws {
    let fixture = try await fixture()
    let note = try cosigned(try await send(fixture).body, at: fixture.signing.clock.now)
    let statuses = try await fixture.application.test(.router) { client in
      var statuses: [Int] = []
      for _ in 0..<203 {
        statuses.append(
          try await client.execute(uri: Self.path, method: .post, body: ByteBuffer(bytes: note)).status.code)
      }
      return statuses
    }
    // The first one is new.
    #expect(statuses == [Int](repeating: 204, count: 202) + [429])
  }

  @Test("a log with a token takes no note without it, and counts none")
  func token() async throws {
    let fixture = try await fixture(token: Self.token)
    for _ in 0..<30 {
      let answer = try await send(fixture, Array("x".utf8), [.authorization: "Bearer wrong"])
      #expect(answer.status == 401 && answer.headers[.wwwAuthenticate] == "Bearer error=\"invalid_token\"")
    }
    #expect(try await send(fixture).status == 401)
    let right: HTTPFields = [.authorization: "Bearer \(Self.token)"]
    let note = try await send(fixture, nil, right)
    #expect(note.status == 200)
    #expect(try await send(fixture, cosigned(note.body, at: fixture.signing.clock.now), right).status == 204)
  }

  @Test("where no log is served, or it has no witnesses, there is nothing")
  func off() async throws {
    for fixture in [try await GatewayFixture(), try await fixture(hasWitness: false)] {
      for body in [nil, Array("x".utf8)] as [[UInt8]?] {
        let answer = try await send(fixture, body)
        #expect(answer.status == 404 && answer.headers[.contentType] == "application/json;charset=UTF-8")
      }
    }
    try await fixture().application.test(.router) { client in
      let answer = try await client.execute(uri: Self.path, method: .put)
      #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == "GET, HEAD, POST, OPTIONS")
    }
  }
}
