import HTTPTypes
import Issuance
import Logging
import SoleControl
import Synchronization
import TestSupport
import Testing
import Texts
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// The page on which a person sets the PIN of a credential that a client ordered.
@Suite("The page of an invitation", .timeLimit(.minutes(5)))
struct InvitationPageTests {
  private static let pin = "271828"

  @Test(
    "the credential is disabled until the person sets its PIN behind the link, and signs then",
    arguments: [true, false])
  func whole(isRich: Bool) async throws {
    let stand = try await RowStand()
    let orders = ClientOrder(stand: stand)
    let signing = stand.fixture.signing
    let name = #"{"name":"Bob Sample","given_name":"Bob"}"#
    let form =
      isRich
      ? orders.rich(#""certificatePolicy":"\#(ClientOrder.policy)","subjectData":\#(name)"#) : orders.right("bob")
    let issued = try await orders.order(form.merging(["lang": "de"]) { $1 })
    #expect(issued.status == 200 && issued["scope"] == "credential-creation" && issued["credentialID"] == nil)
    #expect(issued["token_type"] == "Bearer" && issued["expires_in"] == 300 && issued["refresh_token"] == nil)
    #expect((issued["authorization_details"] != nil) == isRich)
    let token = try #require(issued["access_token"]?.string, "\(issued.row)")
    #expect(signing.messenger.delivered.isEmpty)
    var subject: JSONValue = ["family_name": "Sample", "address": ["country": "AT"]]
    if !isRich {
      subject = ["name": "Bob Sample", "given_name": "Bob", "family_name": "Sample", "address": ["country": "AT"]]
    }
    let made = try await orders.create(token, subject: subject)
    let id = try #require(made["credentialID"]?.string, "\(made.row)")
    #expect(made.status == 201 && made["key"]?.object?["status"] == "disabled")
    #expect(made["cert"]?.object?["subjectDN"]?.string?.contains("Bob Sample") == true)

    // No one can use it.
    let listed = try await stand.call("credentials/list", ["onlyValid": true], token: stand.fixture.bob)
    #expect(listed["credentialIDs"] == [])
    let shown = try await stand.call(
      "credentials/info", ["credentialID": .string(id), "authInfo": true], token: stand.fixture.bob)
    #expect(shown["auth"]?.object?["objects"] == [] && shown["auth"]?.object?["expression"] == nil)
    func authorize() async throws -> GatewayFixture.Answer {
      try await stand.call(
        "credentials/authorize",
        ["credentialID": .string(id), "numSignatures": 1, "authData": [["id": "PIN", "value": .string(Self.pin)]]],
        token: stand.fixture.bob)
    }
    #expect(try await authorize().status == 400)

    let message = try #require(signing.messenger.delivered.last)
    #expect(message.recipient == "bob" && message.credential.rawValue == id && message.text.contains("7 Tagen"))
    let link = try #require(signing.messenger.invitation)
    #expect(link.utf8.count == 43 && message.text.contains("/pin/" + link))
    let visitor = PageVisitor(stand.fixture)
    let path = "/pin/" + link
    for _ in 1...2 {
      let page = try await visitor.get(path)
      #expect(page.status == 200 && page.headers[.cacheControl] == "no-store" && page.text.contains("Bob Sample"))
    }
    let page = try await visitor.get(path)
    func send(
      _ pin: String?, _ again: String?, by visitor: PageVisitor, _ more: [String: String] = [:]
    ) async throws -> PageVisitor.Page {
      var form = page.hidden.merging(["decision": "approve"]) { $1 }
      form["newPIN"] = pin
      form["repeatedPIN"] = again
      return try await visitor.post(path, form.merging(more) { $1 })
    }
    let texts = Texts.of(.english).pages
    for (pin, again, text) in [
      (nil, nil, texts.missingNewPIN), (Self.pin, nil, texts.missingRepeatedPIN),
      (Self.pin, "271829", texts.pinsDiffer),
      ("123456", "123456", texts.unsuitablePIN), ("111111", "111111", texts.unsuitablePIN),
      ("27182", "27182", texts.unsuitablePIN), ("27182x", "27182x", texts.unsuitablePIN),
    ] as [(String?, String?, String)] {
      let answer = try await send(pin, again, by: visitor)
      #expect(answer.status == 400 && answer.text.contains(text), "\(pin ?? "-")")
    }
    // Another browser, another page's token, another site, no decision.
    let stranger = PageVisitor(stand.fixture)
    _ = try await stranger.get(path)
    #expect(try await send(Self.pin, Self.pin, by: stranger).status == 400)
    #expect(try await send(Self.pin, Self.pin, by: visitor, ["csrf": "AAAA"]).status == 400)
    #expect(try await send(Self.pin, Self.pin, by: visitor, ["transaction": "x"]).status == 400)
    #expect(try await send(Self.pin, Self.pin, by: visitor, ["decision": "x"]).status == 400)
    let whole = page.hidden.merging(["decision": "approve", "newPIN": Self.pin, "repeatedPIN": Self.pin]) { $1 }
    #expect(try await visitor.post(path, whole, headers: [.secFetchSite: "cross-site"]).status == 400)
    #expect(try await authorize().status == 400)

    for _ in 1...2 {
      let done = try await send(Self.pin, Self.pin, by: visitor)
      #expect(done.status == 200 && done.text.contains(texts.invitationDone.title))
    }
    // A used link does nothing more.
    let other = try await send("314159", "314159", by: visitor)
    #expect(other.status == 200 && other.field("csrf") == nil)
    #expect(try await PageVisitor(stand.fixture).get(path).field("csrf") == nil)
    let granted = try await authorize()
    #expect(granted.status == 200, "\(granted.row)")
    let sad = try #require(granted["SAD"])
    let signed = try await stand.call(
      "signatures/signHash",
      [
        "credentialID": .string(id), "SAD": sad, "hashes": [RowStand.hash("a")], "hashAlgorithmOID": RowStand.sha256,
        "signAlgo": RowStand.ecdsa,
      ], token: stand.fixture.bob)
    #expect(signed.status == 200, "\(signed.row)")
    #expect(signing.messenger.delivered.last?.content == .credentialMade)
    #expect(signing.messenger.delivered.last?.recipient == "bob")

    let log = try await orders.log()
    #expect(
      log.contains { $0.contains("lifecycle.granted") && $0.contains(#""byClient":true"#) && $0.contains("registrar") })
    #expect(log.count { $0.contains("factor.set") && $0.contains(#""link":true"#) } == 1)
    #expect(log.allSatisfy { !$0.contains(link) && !$0.contains(Self.pin) && !$0.contains("Sample") })
  }

  @Test("refused on the page: the credential is gone, its certificate revoked, the link over")
  func declined() async throws {
    let stand = try await RowStand()
    let orders = ClientOrder(stand: stand)
    let signing = stand.fixture.signing
    let made = try await orders.create(try await orders.ordered())
    let serial = try #require(made["cert"]?.object?["serialNumber"]?.string, "\(made.row)")
    let path = "/pin/" + (try #require(signing.messenger.invitation))
    let visitor = PageVisitor(stand.fixture)
    let page = try await visitor.get(path)
    let denied = try await visitor.post(path, page.hidden.merging(["decision": "deny"]) { $1 })
    #expect(denied.status == 200 && denied.text.contains(Texts.of(.english).pages.invitationRefused.title))
    #expect(try await stand.call("credentials/info", ["credentialID": made["credentialID"] ?? ""]).status == 400)
    let after = try await visitor.get(path)
    #expect(after.status == 404 && after.text.contains(Texts.of(.english).pages.invitationOver.title))
    let revoked = try await signing.store.readIssuance(reading: [
      .revocations(issuer: made["cert"]?.object?["issuerDN"]?.string ?? "")
    ]) {
      [issuer = signing.issuance.authority?.issuer.name ?? ""] in try $0.revocations(issuer: issuer, at: 0)
    }
    #expect(revoked.map(\.serialNumber).contains(serial))
    #expect(try await orders.log().contains { $0.contains("creation.refused") })
  }

  @Test("no log has a link, neither a right nor a wrong one")
  func logged() async throws {
    let lines = LogLines()
    let fixture = try await GatewayFixture(logger: Logger(label: "test") { _ in lines })
    let link = try await SchemaAct.invited(fixture)
    let wrong = String(repeating: "B", count: 43)
    let visitor = PageVisitor(fixture)
    let page = try await visitor.get("/pin/" + link)
    _ = try await visitor.post("/pin/" + link, page.hidden.merging(["decision": "deny"]) { $1 })
    #expect(try await visitor.get("/pin/" + wrong).status == 404)
    let written = lines.lines.withLock(\.self)
    #expect(written.count { $0.contains("pin") } >= 3)
    #expect(!written.contains { $0.contains(link) || $0.contains(wrong) })
  }

  @Test("links that lead nowhere are counted by address; then also a right one waits")
  func guesses() async throws {
    let stand = try await RowStand()
    let orders = ClientOrder(stand: stand)
    _ = try await orders.create(try await orders.ordered())
    let path = "/pin/" + (try #require(stand.fixture.signing.messenger.invitation))
    let visitor = PageVisitor(stand.fixture)
    for link in ["x", String(repeating: "A", count: 43), String(repeating: "A", count: 4000)] {
      #expect(try await visitor.get("/pin/" + link).status == 404)
    }
    for _ in 4...101 { #expect(try await visitor.get("/pin/\(String(repeating: "A", count: 43))").status == 404) }
    for path in [path, "/pin/x"] {
      let held = try await visitor.get(path)
      #expect(held.status == 429 && held.headers[.retryAfter] != nil)
    }
    stand.fixture.signing.clock.advance(31)
    #expect(try await visitor.get(path).status == 200)
  }
}
