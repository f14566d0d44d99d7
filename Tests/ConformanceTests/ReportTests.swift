import Foundation
import Synchronization
import TestSupport
import Testing
import WireJSON

@testable import Conformance
@testable import csc_conformance

@Suite("Reports", .timeLimit(.minutes(2)))
struct ReportTests {
  @Test("text: a line for each item, with what was expected and what came, without secrets, and a summary")
  func text() async throws {
    let lines = Mutex<[String]>([])
    let listener = Suite.Listener(
      began: { title in lines.withLock { $0.append("# \(title)") } },
      finished: { result in lines.withLock { $0.append(TextReport().line(result)) } }, note: { _ in })
    let report = try await Fixture(.takesWrongPIN, .hasNoName).run("20,34,108,110,253", listener: listener) {
      $0.lockable = []
    }
    let text = lines.withLock { $0.joined(separator: "\n") } + TextReport().summary(report)
    #expect(text.contains("✗     20  Response has `specs`") && text.contains("expected  a string name"))
    #expect(
      text.contains("✗    108  Wrong PIN") && text.contains("expected  400 · invalid_pin · \"The PIN is invalid\""))
    #expect(text.contains("POST \(TestService.base)/csc/v1/credentials/authorize"))
    #expect(text.contains("\"PIN\":\"•••\"") && text.contains("\"SAD\":\"•••\""))
    #expect(text.contains("–    110  PIN locked") && text.contains("needs --may-lock"))
    #expect(text.contains("# auth/login") && text.contains("✓     34  Correct Basic credentials"))
    #expect(text.contains("failed: 20, 108") && text.contains("cannot be seen from outside: 253"))
    #expect(text.contains("MUST           1       2       2"))
    #expect(text.contains("MUST items failed"))
    #expect(text.contains("  11.2    auth/login                    1\n") && text.contains("1 ✗2 –2\n"))
    for secret in [TestService.pin, "secret-word", "user-token", "app-secret"] { #expect(!text.contains(secret)) }
  }

  @Test("JSON: the same for programs")
  func json() async throws {
    let report = try await Fixture(.takesWrongPIN).run("34,108,112,253")
    let json = try #require(try JSONValue.parse(report.json.compact(), limits: .own).object)
    #expect(json["conforms"] == false && json["base"] == .string(TestService.base))
    #expect(json.at("counts", "MUST") == ["passed": 1, "failed": 2, "skipped": 1])
    let array = try #require(json["items"]?.array)
    let items = array.compactMap(\.object)
    #expect(items.map { $0["item"] } == [34, 108, 112, 253])
    #expect(items[0]["result"] == "passed" && items[0]["outcomes"]?.array?.count == 2)
    let failure = try #require(items[1]["outcomes"]?.array?.first?.object)
    #expect(failure["version"] == "v1" && failure["result"] == "failed")
    #expect(
      failure["request"]?.string?.contains("•••") == true && failure["received"]?.string?.hasPrefix("200") == true)
    #expect(items[3].at("outcomes")?.array?.first?.object?["kind"] == "unseen")
    #expect(!String(decoding: report.json.compact(), as: UTF8.self).contains(TestService.pin))
    let sections = try #require(json["sections"]?.array).compactMap(\.object)
    #expect(sections.map { $0["section"] } == ["8.2.4", "11.2", "11.8", nil])
    #expect(sections[2]["rules"] == ["passed": 0, "failed": 1, "skipped": 0] && items[2]["kind"] == "rule")
  }

  @Test("JUnit: one case for each item, in suites by section, as XML that can be parsed")
  func junit() async throws {
    let report = try await Fixture(.takesWrongPIN).run("34,108,112,253")
    let file = try temporaryFolder().appendingPathComponent("r.xml")
    let text = JUnitReport().text(report)
    try text.write(to: file, atomically: true, encoding: .utf8)
    let program =
      "from sys import argv; from xml.etree.ElementTree import parse; root = parse(argv[1]).getroot(); "
      + "names = ('testcase', 'failure', 'skipped'); "
      + "print([suite.get('name') for suite in root], *(len(root.findall('.//' + name)) for name in names))"
    let found = try await run("/usr/bin/python3", ["-c", program, file.path])
    #expect(found.output.contains("['§8.2.4', '§11.2', '§11.8', 'v1 only'] 4 2 1"), "\(found.output)")
    #expect(text.contains("•••") && !text.contains(TestService.pin))
  }

  @Test("HTML: failures before the rest, nothing loaded and nothing run, what a service says is text")
  func html() async throws {
    var report = try await Fixture(.takesWrongPIN).run("34,108,112,253")
    report = Report(
      base: "https://a.example/?<script>", versions: report.versions, results: report.results, duration: 1, requests: 1,
      lostConnections: 0)
    let page = HTMLReport().text(report)
    for word in ["<script", "src=", "http-equiv", "@import", "url(", TestService.pin] { #expect(!page.contains(word)) }
    #expect(page.contains("&lt;script&gt;") && page.contains("2 MUST items failed"))
    let failed = try #require(page.range(of: "112 Wrong value in <code>authData</code>"))
    let every = try #require(page.range(of: "Every item"))
    #expect(failed.lowerBound < every.lowerBound && page.contains("<details id=\"s11.8\">"))
    #expect(Markup.escaped("a\u{0}b\u{85}\u{ffff}&\"") == "a\u{fffd}b\u{fffd}\u{fffd}&amp;&quot;")
  }

  @Test("a report's form is the ending of its file")
  func files() async throws {
    let report = try await Fixture().run("34")
    let folder = try temporaryFolder()
    for (ending, start) in [("txt", "\n§11.2"), ("json", "{"), ("xml", "<?xml"), ("HTML", "<!DOCTYPE html>")] {
      let file = folder.appendingPathComponent("r.\(ending)")
      try #require(ReportFile(file.path)).write(report)
      #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix(start))
    }
    #expect(ReportFile("r") == nil && ReportFile("r.pdf") == nil && ReportFile("html") == nil)
  }

  @Test("an item of which one experiment could not be made passes in part")
  func part() async throws {
    let report = try await Fixture().run("97") { $0.messages = nil }
    let result = try #require(report.results.first)
    #expect(result.outcome == .passed && result.outcomes[0].unmade.count == 2)
    #expect(TextReport().line(result).contains("shown in part: no explicit with an out-of-band challenge credential"))
    let item = try #require(report.json.object?["items"]?.array?.first?.object)
    #expect(item["outcomes"]?.array?.first?.object?["unmade"]?.array?.count == 2)
  }

  @Test("secrets are masked by name wherever they stand, and by value")
  func masking() throws {
    let masking = Masking(secrets: ["hunter22"])
    let body: JSONValue = [
      "PIN": "1", "nested": [["access_token": "t"], ["id": "OTP", "value": "123456"]], "note": "it is hunter22!",
      "keep": "x",
    ]
    #expect(
      masking.text(body)
        == #"{"PIN":"•••","nested":[{"access_token":"•••"},{"id":"OTP","value":"•••"}],"note":"it is •••!","keep":"x"}"#
    )
    #expect(masking.text([("code", "c"), ("state", "s")]) == "code=•••&state=s")
    #expect(masking.text(address: "https://a.example/cb?code=c&state=s") == "https://a.example/cb?code=•••&state=s")
    #expect(masking.text(Array("<html><title>Log in</title><p>hunter22</p></html>".utf8)) == "page: Log in •••")
  }
}
