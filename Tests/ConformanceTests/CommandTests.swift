import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Conformance
@testable import csc_conformance
import Vocabulary

@Suite("csc-conformance", .timeLimit(.minutes(2)))
struct CommandTests {
  @Test("a sandbox.json tells everything; credentials to be locked are kept apart")
  func sandbox() throws {
    let file = try temporaryFolder().appendingPathComponent("sandbox.json")
    let text = """
      {"tlsBaseURL":"https://127.0.0.1:8443","tlsTrustAnchor":"/t.pem","messages":"http://127.0.0.1:1/messages",
       "users":[{"username":"alice","password":"p","pin":"1","totpSecret":"GEZDGNBV","serviceToken":"s"},{"username":"bob"}],
       "partner":{"clientID":"portal","clientSecret":"c","redirectURI":"http://127.0.0.1:8091/callback","serviceToken":"t"},
       "clients":[{"label":"rival","clientID":"rival","clientSecret":"r","redirectURIs":["http://127.0.0.1:8092/cb"]}],
       "credentials":[{"label":"p256-pin","credentialID":"a","owner":"alice"},{"label":"p256-pin-bob","credentialID":"b","owner":"bob"},
         {"label":"lock-pin","credentialID":"c","owner":"alice"}]}
      """
    try text.write(to: file, atomically: true, encoding: .utf8)
    let found = try SandboxSubject(path: file.path)
    #expect(found.trustAnchor == "/t.pem" && found.subject.base == "https://127.0.0.1:8443")
    #expect(found.subject.credentials == ["a"] && found.subject.lockable == ["c"])
    #expect(found.subject.totpSecret == Array("12345".utf8) && found.subject.token == "s")
    #expect(found.subject.client?.id == "portal" && found.subject.otherClient?.secret == "r")
    #expect(found.subject.clientToken == "t" && found.subject.userID == "alice")
    #expect(throws: (any Error).self) { try SandboxSubject(path: "/nowhere/sandbox.json") }
  }

  @Test("options")
  func options() throws {
    let command = try ConformanceCommand.parse([
      "--url", "https://a.example/csc/v2", "--token", "t", "--credential", "a", "--credential", "b", "--version",
      "v2",
      "--username", "u", "--password", "p", "--pin", "1", "--totp-secret", "GEZDGNBV", "--client-id", "c",
      "--client-secret", "s", "--redirect-uri", "https://b.example/cb", "--trust-anchor", "f", "--client-token", "x",
      "--user-id", "u", "--messages", "https://m.example", "--json", "-", "--items", "1,2,5-9",
    ])
    #expect(command.user.credential == ["a", "b"] && command.version == .v2 && command.items.contains(7))
    var subject = try #require(Subject(url: "https://a.example"))
    let file = try temporaryFolder().appendingPathComponent("pin")
    try "2468\nmore".write(to: file, atomically: true, encoding: .utf8)
    #expect(try Secret.value("@\(file.path)") == "2468" && Secret.value("1") == "1" && Secret.value(nil) == nil)
    #expect(throws: (any Error).self) { try Secret.value("@/nowhere") }
    try command.user.apply(to: &subject)
    try command.client.apply(to: &subject)
    #expect(subject.client?.redirectURI == "https://b.example/cb" && subject.totpSecret == Array("12345".utf8))
    for wrong in [
      [], ["--url", "https://a", "--sandbox", "f"], ["--url", "https://a", "--items", "999"],
      ["--url", "https://a", "--report", "r.pdf"],
      ["--url", "https://a", "--version", "v3"],
    ] {
      #expect(throws: (any Error).self) { try ConformanceCommand.parse(wrong) }
    }
    #expect(throws: Never.self) { try ConformanceCommand.parse(["--list"]) }
  }

  /// The rule by which `make conformance` decides.
  @Test("excuses: failures, skips without excuse and needless excuses fail")
  func excuses() async throws {
    let folder = try temporaryFolder()
    func item(_ number: Int, _ result: String, level: String = "MUST", kind: String = "") -> String {
      """
      {"item":\(number),"level":"\(level)","statement":"s","result":"\(result)",
       "outcomes":[{"version":"v1","result":"\(result)","kind":"\(kind)","reason":"r"}]}
      """
    }
    func decide(_ items: [String], excused: String) async throws -> ProgramResult {
      try "{\"items\":[\(items.joined(separator: ","))]}".write(
        to: folder.appendingPathComponent("r.json"), atomically: true, encoding: .utf8)
      try "| item | reason |\n|---|---|\n| \(excused) | because |\n".write(
        to: folder.appendingPathComponent("s.md"), atomically: true, encoding: .utf8)
      return try await run(
        "/usr/bin/python3",
        [repository.appendingPathComponent("Tests/conformance/excuses.py").path]
          + ["r.json", "s.md"].map { folder.appendingPathComponent($0).path })
    }
    let passed = [item(1, "passed"), item(2, "skipped", kind: "unseen"), item(3, "failed", level: "SHOULD")]
    let good = try await decide(passed + [item(4, "skipped", kind: "missing")], excused: "4-5, 9")
    #expect(good.status == 0 && good.output.contains("3 MUST, 1 passed, 0 failed, 1 cannot be seen, 1 excused"))
    #expect(good.output.contains("SHOULD item 3 failed"))
    let failing = try await decide(passed + [item(6, "failed")], excused: "6")
    #expect(failing.status == 1 && failing.output.contains("FAILED  6"))
    let unexcused = try await decide(passed + [item(7, "skipped", kind: "not offered")], excused: "6")
    #expect(unexcused.status == 1 && unexcused.output.contains("WITHOUT EXCUSE  7"))
    let part =
      #"{"item":8,"level":"MUST","statement":"s","result":"passed","outcomes":[{"result":"passed","unmade":[{"kind":"missing","reason":"r"}]}]}"#
    #expect(try await decide([part], excused: "9").status == 1)
    #expect(try await decide([part], excused: "8").status == 0)
    let pending = "9 | because |\n\n## Not built yet\n\n| 6"
    #expect(try await decide(passed + [item(6, "failed")], excused: pending).status == 0)
    let built = try await decide(passed + [item(6, "passed")], excused: pending)
    #expect(built.status == 1 && built.output.contains("BUILT  6"))
    let needless = try await decide(passed, excused: "1")
    #expect(needless.status == 1 && needless.output.contains("FOR NOTHING  1"))
  }
}
