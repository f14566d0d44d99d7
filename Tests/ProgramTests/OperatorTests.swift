import AuditLog
import Foundation
import HTTPGateway
import SoleControl
import Testing
import TransparencyLog
import WireJSON

@testable import Assembly

/// Configuration of the operator's page, and what it remembers of outages.
@Suite("The operator's page in the program", .timeLimit(.minutes(2)))
struct OperatorTests {
  private let fixture: ConfigurationFixture
  private static let digest = String(repeating: "0123456789ABCDEF", count: 4)

  init() throws { fixture = try ConfigurationFixture() }

  private func error(_ operators: JSONValue, listens: Bool = true) throws -> String? {
    try fixture.load {
      if listens {
        ConfigurationFixture.set(
          "tls/clientCertificates", ["host": "0.0.0.0", "port": 9443, "publicURL": "https://m.example"])(&$0)
      }
      $0["operator"] = operators
    }.error
  }

  @Test("a token or certificates are needed, and what cannot work is refused with its name")
  func configuration() throws {
    let file = try fixture.file("operator", "0123456789abcdef\n", 0o600)
    let colons = stride(from: 0, to: 64, by: 2).map { place in
      String(Array(Self.digest)[place..<place + 2])
    }.joined(separator: ":")
    for value: JSONValue in [
      ["tokenFile": .string(file)], ["clientCertificates": [.string(Self.digest), .string(colons)]],
      ["tokenFile": .string(file), "clientCertificates": [.string(Self.digest.lowercased())]],
    ] { #expect(try error(value) == nil, "\(value)") }
    let short = try fixture.file("short", "0123456789abcde\n", 0o600)
    let open = try fixture.file("open", "0123456789abcdef\n", 0o644)
    for (value, part) in [
      ([:], "tokenFile"), (["tokenFile": .string(short)], "fewer than 16"),
      (["tokenFile": .string(open)], "every user"),
      (["tokenFile": "/nowhere"], "cannot be read"), (["clientCertificates": []], "tokenFile"),
      (["clientCertificates": ["CN=x"]], "fingerprints"),
      (["clientCertificates": [.string(Self.digest + "00")]], "SHA-256"),
      (["tokenFile": .string(file), "token": "x"], "misspelt"),
    ] as [(JSONValue, String)] {
      let found = try error(value)
      #expect(found?.contains(part) == true, "\(value): \(found ?? "-")")
    }
    let found = try error(["clientCertificates": [.string(Self.digest)]], listens: false)
    #expect(found?.contains("tls.clientCertificates") == true)
  }

  @Test("an outage is one from its first failure to its end; a bounded number is remembered")
  func outages() {
    let book = OutageBook()
    book.begin(.writing, "disk is full")
    book.begin(.writing, "another word")
    book.begin(.provider("a"), "silent")
    book.begin(.provider("b"), String(repeating: "x", count: 5000))
    book.end(.provider("a"))
    book.end(.provider("a"))
    book.end(.tree)
    #expect(book.all.map(\.part) == [.provider("b"), .writing, .provider("a")])
    #expect(book.all.map { $0.ended == nil } == [true, true, false])
    #expect(book.all[1].reason == "disk is full" && book.all[0].reason.utf8.count == 300)
    // One character can have any number of octets.
    for (part, reason) in [
      (.rows, "a" + String(repeating: "\u{301}", count: 5000)), (.device, "🔑🔑🔑" + String(repeating: "ä", count: 300)),
    ]
      as [(OperatorFigures.Part, String)]
    {
      book.begin(part, reason)
      let kept = book.all.first { $0.part == part }?.reason ?? ""
      #expect((298...300).contains(kept.utf8.count) && reason.utf8.starts(with: kept.utf8))
      book.end(part)
    }
    for _ in 0..<1000 {
      book.begin(.clock, "behind")
      book.end(.clock)
    }
    #expect(book.all.count <= 53 && book.all.prefix(2).map(\.part) == [.provider("b"), .writing])
  }

  @Test("what is stored of the log and was edited is no fault of a witness, and outages of the store are not either")
  func localEvidence() {
    let edited: [any Error] = [TileFault.beyondTree, NoteFault.malformed, StoreError.corrupt]
    let others: [any Error] = [
      StoreError.unavailable(StoreFault(code: 5, "busy")), WitnessFault.malformed, LeaseError.lost("one"),
    ]
    #expect(edited.allSatisfy { WitnessKeeper.isEdit($0) } && !others.contains { WitnessKeeper.isEdit($0) })
  }

  @Test("the log keeps the first reason why it stopped, and a start that a witness refuses says what to do")
  func stopped() {
    let health = LogHealth(outages: OutageBook())
    #expect(health.reason == nil && !health.isForked)
    let fork = ForkedLog(witness: "w", fault: .forked(size: 7))
    health.stop(fork)
    health.stop(TileFault.beyondTree)
    #expect(health.reason == "w: \(WitnessFault.forked(size: 7))" && health.isForked)
    #expect(throws: ForkedLog.self) { try health.check() }
    for part in ["the witness w ", "newest database", "accept-restored", "\"log.witnesses\""] {
      #expect("\(fork)".contains(part))
    }
  }
}
