import HTTPTypes
import Octets
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway

@Suite("Signers over HTTP", .timeLimit(.minutes(5)))
struct SignerEndpointTests {
  private static let alice =
    #"{"kind":"person","externalId":"c-4711","locale":"de","contact":{"email":"alice@example.org","phone":"+4366012345678"}}"#

  @Test("a signer is registered, shown, changed and listed")
  func life() async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    let made = try await desk.post("signers", Self.alice)
    let id = try #require(made["id"]?.string)
    #expect(made.status == 201 && made.headers[.location] == "/partner/v1/signers/\(id)")
    #expect(
      made["state"] == "open" && made["externalId"] == "c-4711" && made["createdAt"]?.string?.hasSuffix("Z") == true)
    #expect(made.headers[.idempotentReplayed] == nil && made.headers[.cacheControl] == "no-store")
    let shown = try await desk.get("signers/\(id)")
    #expect(shown.status == 200 && shown.json == made.json && shown.headers[.eTag] == "\"1\"")
    let changed = try await desk.patch(
      "signers/\(id)", #"{"contact":{"phone":null},"externalId":"c-4712"}"#, match: "\"1\"")
    #expect(changed.status == 200 && changed.headers[.eTag] == "\"2\"")
    #expect(changed["contact"] == ["email": "alice@example.org"] && changed["externalId"] == "c-4712")
    for (query, count) in [("externalId=c-4712", 1), ("externalId=c-4711", 0), ("state=open", 1), ("state=closed", 0)] {
      #expect(try await desk.get("signers?\(query)")["items"]?.array?.count == count)
    }
    #expect(try await desk.get("signers")["items"]?.array == [.object(changed.json)])
  }

  @Test(
    "refusals of POST /signers",
    arguments: [
      ("[]", "400 body-invalid"), ("{", "400 body-invalid"), ("", "400 body-invalid /kind /locale"),
      (#"{"kind":"person","kind":"person"}"#, "400 body-invalid"),
      (#"{"kind":"person","locale":"de","names":{}}"#, "400 member-unknown /names"),
      (#"{"kind":"robot","locale":"de"}"#, "400 body-invalid /kind"),
      (
        #"{"kind":"organisation","locale":"de","representativeId":"00"}"#,
        "422 representative-unknown /representativeId"
      ),
      (alice, "409 duplicate-external-id /externalId"),
    ])
  func refusals(body: String, row: String) async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    _ = try await desk.newSigner(Self.alice)
    let key = "key-of-a-refused-call"
    let answer = try await desk.post("signers", body, key: key)
    #expect(answer.row == row)
    #expect(answer.headers[.contentType] == "application/problem+json")
    #expect(answer["instance"]?.string == answer.headers[.requestID] && answer["action"]?.string != nil)
    #expect(answer["status"]?.integer == Int64(answer.status))
    // Nothing was recorded: the key is free.
    #expect(try await desk.post("signers", #"{"kind":"person","locale":"de"}"#, key: key).status == 201)
  }

  @Test("a body that is too large, compressed or deep is refused")
  func bodies() async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    let large = #"{"kind":"person","locale":""# + String(repeating: "a", count: 20_000) + #""}"#
    #expect(try await desk.post("signers", large).row == "413 body-too-large")
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(try await desk.post("signers", #"{"kind":\#(deep)}"#).row == "400 body-invalid")
    let zipped = try await desk.send(
      .post, "signers", Self.alice, [.idempotencyKey: "0123456789abcdef", .contentEncoding: "gzip"])
    #expect(zipped.row == "415 coding-unsupported" && zipped.headers[.acceptEncoding] == "identity")
  }

  @Test("every POST needs a key, and the key comes before the body")
  func keys() async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    #expect(try await desk.post("signers", "{", key: nil).row == "400 idempotency-key-missing")
    #expect(try await desk.post("signers", Self.alice, key: "short").row == "400 idempotency-key-missing")
  }

  @Test("the same call eight times at once makes one signer, and eight equal answers, of which seven say so")
  func equalCalls() async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    let answers = try await withThrowingTaskGroup(of: PartnerDesk.Answer.self) { group in
      for _ in 0..<8 { group.addTask { try await desk.post("signers", Self.alice, key: "one-key-for-all-calls") } }
      return try await group.reduce(into: [PartnerDesk.Answer]()) { $0.append($1) }
    }
    #expect(Set(answers.map(\.octets)).count == 1 && answers.allSatisfy { $0.status == 201 })
    #expect(Set(answers.map { $0.headers[.location] }).count == 1)
    #expect(answers.count { $0.headers[.idempotentReplayed] == "true" } == 7)
    #expect(try await desk.get("signers")["items"]?.array?.count == 1)
  }

  @Test("a key serves one body, and quotes around it change nothing; another client has keys of its own")
  func sameKey() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    let key = "0123456789abcdef"
    let made = try await desk.post("signers", Self.alice, key: key)
    #expect(made.status == 201)
    // The same members in another order are the same body.
    let again = try await desk.post(
      "signers",
      #"{ "contact":{"phone":"+4366012345678","email":"alice@example.org"},"locale":"de","externalId":"c-4711","kind":"person"}"#,
      key: "\"\(key)\"")
    #expect(again.octets == made.octets && again.headers[.idempotentReplayed] == "true")
    #expect(
      try await desk.post("signers", #"{"kind":"person","locale":"de"}"#, key: key).row == "422 idempotency-key-reused")
    // Other spellings of the path are the same call.
    for path in ["signers/", "/signers"] {
      let spelled = try await desk.send(.post, path, Self.alice, [.idempotencyKey: key], isDocumented: false)
      #expect(spelled.octets == made.octets && spelled.headers[.idempotentReplayed] == "true", "\(path)")
    }
    let rival = try await PartnerDesk(fixture, client: "rival desk")
    let other = try await rival.post("signers", Self.alice, key: key)
    #expect(other.status == 201 && other["id"] != made["id"] && other.headers[.idempotentReplayed] == nil)
  }

  @Test(
    "refusals of PATCH /signers/{id}, each before those after it",
    arguments: [
      ("{", "9", "400 precondition-invalid"), ("{", "\"9\"", "400 body-invalid"),
      (#"{"kind":"person"}"#, "\"9\"", "400 member-unknown /kind"), ("{}", "\"9\"", "412 precondition-failed"),
      (#"{"names":{}}"#, "\"9\"", "412 precondition-failed"),
      (#"{"names":{"familyName":"Neu"}}"#, "\"1\"", "422 identity-is-proofed /names"),
      (#"{"externalId":"taken"}"#, "*", "409 duplicate-external-id /externalId"),
    ])
  func patchRefusals(body: String, match: String, row: String) async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    _ = try await desk.newSigner(#"{"kind":"person","locale":"de","externalId":"taken"}"#)
    let id = try await desk.newSigner()
    let answer = try await desk.patch("signers/\(id)", body, match: match)
    #expect(answer.row == row)
    #expect(try await desk.get("signers/\(id)").headers[.eTag] == "\"1\"")
    #expect(try await desk.patch("signers/none", #"{"names":{}}"#).row == "404 not-found")
  }

  @Test("pages follow each other in both directions, and a cursor is of its list alone")
  func pages() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    var made: [String] = []
    for _ in 0..<5 {
      made.append(try await desk.newSigner())
      fixture.signing.clock.advance(1)
    }
    for (order, expected) in [("asc", made), ("desc", made.reversed())] {
      var (found, path) = ([String](), "signers?limit=2&order=\(order)")
      while true {
        let page = try await desk.get(path)
        let ids = page["items"]?.array?.compactMap { $0.object?["id"]?.string } ?? []
        found += ids
        guard let next = page["next"]?.string else {
          #expect(page.headers[.link] == nil)
          break
        }
        let link = try #require(page.headers[.link])
        #expect(ids.count == 2 && link.contains(next) && link.hasSuffix("rel=\"next\""))
        path = String(link.dropFirst("</partner/v1/".count).prefix { $0 != ">" })
        // Somebody who comes meanwhile is on no page twice.
        if order == "desc" { _ = try await desk.newSigner() }
      }
      #expect(found == Array(expected))
    }
    let next = try #require(try await desk.get("signers?limit=1")["next"]?.string)
    for query in ["cursor=\(next)x", "cursor=\(next)&state=open", "cursor=\(next)&order=desc", "cursor="] {
      #expect(try await desk.get("signers?\(query)").row == "400 cursor-invalid")
    }
    let rival = try await PartnerDesk(fixture, client: "rival desk")
    #expect(try await rival.get("signers?cursor=\(next)").row == "400 cursor-invalid")
    #expect(try await desk.get("signers?limit=0&what=1").row == "400 query-invalid ?what ?limit")
    #expect(try await desk.get("signers?externalId=%zz").row == "400 query-invalid")
  }

  @Test("usage counts the signers of a month")
  func usage() async throws {
    let desk = try await PartnerDesk(GatewayFixture())
    let made = try await desk.get("signers/\(desk.newSigner())")
    let month = String(try #require(made["createdAt"]?.string).prefix(7))
    let usage = try await desk.get("usage?period=\(month)")
    #expect(usage.status == 200 && usage["period"] == .string(month) && usage["events"] == ["signer.opened": 1])
    #expect(try await desk.get("usage?period=2020-01")["events"] == ["signer.opened": 0])
    #expect(try await desk.get("usage?period=2020-13").row == "400 query-invalid ?period")
  }
}
