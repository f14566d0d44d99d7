import Foundation
import HTTPGateway
import Testing
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
    for _ in 0..<1000 {
      book.begin(.clock, "behind")
      book.end(.clock)
    }
    #expect(book.all.count <= 53 && book.all.prefix(2).map(\.part) == [.provider("b"), .writing])
  }
}
