import AuditLog
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Texts
import Throttling

@testable import HTTPGateway

/// The page for operators: who sees it, and what is on it.
@Suite("The operator's page", .timeLimit(.minutes(5)))
struct OperatorPageTests {
  private static let token = "a-token-of-the-operator"
  /// 2026-11-30 18:00:00
  private static let now: Int64 = 1_796_061_600_000

  private static func figures() -> OperatorFigures {
    var figures = OperatorFigures(
      now: now, checkpointFile: "/var/lib/sign.checkpoint",
      device: OperatorFigures.Device(
        module: "/usr/lib/module.so", token: "sign", sessions: 4, busy: 2, waiting: 7, mostWaiting: 10_000,
        liveKeys: 990, mostLiveKeys: 1000),
      process: OperatorFigures.Process(
        service: "sign", instance: "one", started: now - 93_784_000, built: now - 1_000_000_000))
    figures.log = OperatorFigures.Log(entries: 1_234_567, size: 1_234_560, signed: now - 1_000)
    figures.activity.isCounting = false
    return figures
  }

  private func fixture(
    token: String? = token, certificates: [[UInt8]] = [], _ figures: OperatorFigures = figures()
  ) async throws -> GatewayFixture {
    var fixture = try await GatewayFixture()
    fixture.gateway.operatorPage = OperatorPage(token: token, certificates: certificates, figures: { figures })
    return fixture
  }

  private func get(
    _ fixture: GatewayFixture, _ authorization: String? = "Bearer \(token)", query: String = "",
    _ headers: HTTPFields = [:]
  ) async throws -> (status: Int, headers: HTTPFields, text: String) {
    var fields = headers
    fields[.authorization] = authorization
    let sent = fields
    return try await fixture.application.test(.router) { client in
      let answer = try await client.execute(uri: "/operator" + query, method: .get, headers: sent)
      return (answer.status.code, answer.headers, String(buffer: answer.body))
    }
  }

  private static func basic(_ user: String, _ password: String) -> String {
    "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
  }

  // MARK: Who sees it

  @Test("a gateway without it answers as for any address at which there is nothing, but for wrong methods")
  func off() async throws {
    let fixture = try await GatewayFixture()
    try await fixture.application.test(.router) { client in
      for accept in ["*/*", "text/html"] {
        let headers: HTTPFields = [.accept: accept, .authorization: "Bearer \(Self.token)"]
        let here = try await client.execute(uri: "/operator", method: .get, headers: headers)
        let nowhere = try await client.execute(uri: "/nowhere", method: .get, headers: headers)
        #expect(here.status == .notFound && here.status == nowhere.status)
        #expect(here.headers[.contentType] == nowhere.headers[.contentType])
        let (id, other) = (try #require(here.headers[.requestID]), try #require(nowhere.headers[.requestID]))
        let text = String(buffer: here.body).replacing(id, with: other)
        #expect(text == String(buffer: nowhere.body))
      }
      let answer = try await client.execute(uri: "/operator", method: .post)
      #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == "GET, HEAD, OPTIONS")
    }
  }

  @Test("the token opens it as password of any user, and as bearer token; nothing else does")
  func token() async throws {
    let fixture = try await fixture()
    for header in ["Bearer \(Self.token)", Self.basic("anyone", Self.token), Self.basic("", Self.token)] {
      #expect(try await get(fixture, header).status == 200, "\(header)")
    }
    for header in [
      nil, "Bearer \(Self.token)x", "Bearer", "Basic", "Basic ?", Self.basic(Self.token, ""), Self.token,
      Self.basic("x", Self.token + "x"), "Digest \(Self.token)",
    ] {
      let answer = try await get(fixture, header)
      #expect(answer.status == 401, "\(header ?? "-")")
      #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Basic realm=") == true)
      #expect(answer.headers[.cacheControl] == "no-store" && !answer.text.contains("1,234"))
    }
  }

  @Test("after too many wrong tokens from an address further ones have to wait; the right one opens it all the same")
  func throttling() async throws {
    let fixture = try await fixture()
    // Browsers ask without one first: no try.
    for _ in 0..<30 { #expect(try await get(fixture, nil).status == 401) }
    for _ in 0..<21 { #expect(try await get(fixture, "Bearer wrong").status == 401) }
    for header in ["Bearer wrong", Self.basic("x", "wrong"), "Bearer \(Self.token)x"] {
      let answer = try await get(fixture, header)
      #expect(answer.status == 429 && answer.headers[.retryAfter] == "30" && !answer.text.contains("1,234"))
    }
    for header in ["Bearer \(Self.token)", Self.basic("x", Self.token)] {
      #expect(try await get(fixture, header).status == 200)
    }
    // It forgives nothing.
    #expect(try await get(fixture, "Bearer wrong").status == 429)
    fixture.signing.clock.advance(31)
    #expect(try await get(fixture).status == 200)
  }

  @Test("addresses are counted apart, as many as there is room for, and a certificate opens it without a token")
  func door() {
    let door = OperatorDoor(token: Self.token, certificates: [[1, 2], [3]])
    #expect(door.answer(header: nil, certificate: [3], from: "a", at: 5) == .open)
    #expect(door.answer(header: nil, certificate: [4], from: "a", at: 5) == .closed)
    for _ in 0..<21 { #expect(door.answer(header: "Bearer x", certificate: [4], from: "a", at: 5) == .closed) }
    #expect(door.answer(header: "Bearer y", certificate: nil, from: "a", at: 5) == .wait(30))
    #expect(door.answer(header: "Bearer \(Self.token)", certificate: nil, from: "a", at: 5) == .open)
    #expect(door.answer(header: "Bearer \(Self.token)", certificate: [1, 2], from: "a", at: 5) == .open)
    #expect(door.answer(header: "Bearer \(Self.token)", certificate: nil, from: "b", at: 5) == .open)
    #expect(door.answer(header: "Bearer \(Self.token)", certificate: nil, from: "a", at: 36) == .open)
    for number in 0..<20_000 {
      #expect(door.answer(header: "Bearer x", certificate: nil, from: "\(number)", at: 40) == .closed)
    }
    let closed = OperatorDoor(token: nil, certificates: [[1]])
    #expect(closed.answer(header: "Bearer \(Self.token)", certificate: nil, from: "a", at: 5) == .closed)
  }

  @Test("where only certificates open it no password is asked for")
  func certificates() async throws {
    let answer = try await get(fixture(token: nil, certificates: [[1]]), "Bearer \(Self.token)")
    #expect(answer.status == 403 && answer.headers[.wwwAuthenticate] == nil)
  }

  // MARK: What is on it

  @Test("it is kept by no cache, shown in no frame, has no script, and is in the language that is asked for")
  func headers() async throws {
    let fixture = try await fixture()
    for (query, accept, language) in [
      ("", "de-AT,en;q=0.5", "de"), ("?lang=en", "de", "en"), ("?lang=de", "en", "de"), ("?lang=x", "fr", "en"),
    ] {
      let answer = try await get(fixture, query: query, [.acceptLanguage: accept])
      #expect(answer.status == 200 && answer.headers[.contentLanguage] == language)
      #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.xFrameOptions] == "DENY")
      let policy = try #require(answer.headers[.contentSecurityPolicy])
      #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; img-src 'self'") && !policy.contains("unsafe"))
      #expect(!answer.text.contains("<script") && !answer.text.contains(" style="))
      #expect(answer.text.contains(language == "de" ? "1.234.567" : "1,234,567"))
    }
  }

  @Test("it has the figures, and says that nothing is wrong when nothing is")
  func content() async throws {
    let text = try await get(fixture()).text
    for part in [
      "No fault is known.", "1,234,567", "1,234,560", "2026-11-30 18:00:00", "/var/lib/sign.checkpoint", "2 of 4",
      "7 of 10,000", "990 of 1,000", "/usr/lib/module.so", "1\u{a0}d 2\u{a0}h ago", "No witness", "There were none.",
      "cannot be read now", "2026-11-19",
    ] { #expect(text.contains(part), "\(part)") }
    // Locks could not be counted in these figures.
    #expect(text.components(separatedBy: "cannot be read now").count == 2)
  }

  @Test("faults of now stand first, with what they are")
  func faults() async throws {
    var figures = Self.figures()
    figures.stopped = "entry 5 was <changed>"
    figures.log = nil
    figures.outages = [
      OperatorFigures.Outage(part: .witness("<b>"), reason: "is <behind>", began: Self.now, ended: nil),
      OperatorFigures.Outage(part: .provider("https://eid.example"), reason: "\"silent\"", began: Self.now, ended: nil),
      OperatorFigures.Outage(part: .writing, reason: "disk is full", began: Self.now - 9000, ended: Self.now - 5000),
    ]
    figures.witnesses = [
      OperatorFigures.Witness(name: "<b>", size: 7, time: Self.now),
      OperatorFigures.Witness(name: "second", size: 7_000, time: Self.now),
      OperatorFigures.Witness(name: "third", size: nil, time: nil),
      OperatorFigures.Witness(name: "fourth", size: nil, time: nil, isReadable: false),
    ]
    let text = try await get(fixture(figures)).text
    let faults = try #require(text.components(separatedBy: "class=\"board\"").first)
    for part in [
      "tree has stopped: <bdi lang=\"en\">entry 5 was &lt;changed&gt;</bdi>",
      "https://eid.example, since 2026-11-30 18:00:00: <bdi lang=\"en\">&quot;silent&quot;</bdi>", "is &lt;behind&gt;",
    ] {
      #expect(faults.contains(part), "\(part)")
    }
    #expect(!faults.contains("disk is full") && text.contains("disk is full") && text.contains("2026-11-30 17:59:55"))
    #expect(!text.contains("No fault is known."))
    let states = [" lang=\"en\">is &lt;behind&gt;", ">cosigns", ">has not cosigned yet", ">cannot be read now"]
    #expect(states.allSatisfy { text.contains("<td><bdi\($0)</bdi></td></tr>") } && text.contains("7,000"))
    var late = Self.figures()
    late.log?.signed = Self.now - 61_000
    #expect(try await get(fixture(late)).text.contains("Entries have waited"))
    // Those that wait count, not the checkpoint: a log that was quiet is not late, and one without a checkpoint can be.
    late.log?.waitingSince = Self.now - 59_000
    #expect(try await get(fixture(late)).text.contains("No fault is known."))
    late.log = OperatorFigures.Log(entries: 5, size: 0, signed: nil, waitingSince: Self.now - 61_000)
    #expect(try await get(fixture(late)).text.contains("tree since 2026-11-30 17:58:59"))
  }

  @Test("a witness that has seen another log is named as what it is, and rows are a part")
  func forked() async throws {
    var figures = Self.figures()
    (figures.stopped, figures.isForked) = ("it has more", true)
    figures.outages = [.rows].map {
      OperatorFigures.Outage(part: $0, reason: "were edited", began: Self.now, ended: nil)
    }
    for (query, parts) in [
      ("", ["A witness has seen another audit log than this", "rows put back or removed, since"]),
      ("?lang=de", ["Ein Zeuge hat ein anderes Audit-Log", "zurückgesetzte oder entfernte Zeilen"]),
    ] {
      let text = try await get(fixture(figures), query: query).text
      for part in parts { #expect(text.contains(part), "\(part)") }
      #expect(text.contains(" <bdi lang=\"en\">it has more</bdi>") && !text.contains("tree has stopped"))
    }
  }

  @Test("numbers that were counted in part say so, all of them")
  func cut() async throws {
    var figures = Self.figures()
    figures.holds = HoldCounts()
    figures.holds?.lockedFactors = 12
    #expect(try await !get(fixture(figures)).text.contains("or more"))
    figures.holds?.isCut = true
    let text = try await get(fixture(figures)).text
    #expect(text.contains("12 or more") && text.components(separatedBy: "or more").count == 6)
  }

  @Test("pictures have the numbers as bars, and as a table")
  func charts() async throws {
    var figures = Self.figures()
    func add(_ kind: AuditEvent.Kind, _ count: Int, hoursAgo: Int64) {
      let header = EntryHeader(
        time: Self.now - hoursAgo * 3_600_000, kind: kind.rawValue, partner: [], instance: "a", lane: 1, number: 1,
        previous: Array(repeating: 0, count: 32), payloadDigest: Array(repeating: 1, count: 32)
      ).octets
      for _ in 0..<count { figures.activity.count.add(header: header, at: Self.now) }
    }
    add(.signatureMade, 1200, hoursAgo: 0)
    add(.signatureMade, 600, hoursAgo: 1)
    add(.authorizationRefused, 3, hoursAgo: 2)
    add(.authorizationUnavailable, 1, hoursAgo: 2)
    let text = try await get(fixture(figures)).text
    #expect(text.contains("Calls that signed: 1,800, at most 1,200 in an hour"))
    #expect(text.contains("Calls that signed: 1,800, at most 1,800 in a day"))
    #expect(text.contains("<rect class=\"signed\" x=\"231\" y=\"0\" width=\"8\" height=\"100\"/>"))
    #expect(text.contains("<rect class=\"signed\" x=\"221\" y=\"50\" width=\"8\" height=\"50\"/>"))
    #expect(text.contains("<rect class=\"refused\" x=\"211\" y=\"25\" width=\"8\" height=\"75\"/>"))
    #expect(text.contains("<rect class=\"failed\" x=\"211\" y=\"0\" width=\"8\" height=\"25\"/>"))
    #expect(text.contains("<bdi>17:00</bdi></th><td><bdi>600</bdi></td><td><bdi>0</bdi></td>"))
    #expect(text.components(separatedBy: "<svg ").count == 5)
    // Each picture has a name of its own.
    let ids = text.matches(of: /\ id="([^"]+)"/).map { String($0.1) }
    #expect(ids.count == Set(ids).count)
    for wired in text.matches(of: /aria-labelledby="([^"]+)"/).flatMap({ $0.1.split(separator: " ") }) {
      #expect(ids.contains(String(wired)), "\(wired)")
    }
  }

  @Test("texts are there in both languages, with the same places for values")
  func texts() {
    func all(_ language: Language) -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: Mirror(reflecting: OperatorTexts.of(language)).children.map {
          ($0.label ?? "", $0.value as? String ?? "")
        })
    }
    let (english, german) = (all(.english), all(.german))
    func places(_ text: String) -> [String] { text.matches(of: /\{[a-z]+\}/).map { String($0.0) }.sorted() }
    for (name, text) in english {
      #expect(!text.isEmpty && german[name] != text || ["instance"].contains(name), "\(name)")
      #expect(places(text) == places(german[name] ?? ""), "\(name)")
    }
    #expect(english.count == german.count && english.count > 70)
  }
}
