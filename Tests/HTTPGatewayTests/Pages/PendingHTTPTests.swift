import CSCModel
import HTTPTypes
import Hummingbird
import Octets
import SoleControl
import TestSupport
import Testing
import WireJSON
import Texts

@testable import HTTPGateway
import Vocabulary

@Suite("Authorizations that wait, over HTTP", .timeLimit(.minutes(5)))
struct PendingHTTPTests {
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  private func begin(
    _ fixture: GatewayFixture, _ id: CredentialID, _ rest: String = "", _ version: CSCVersion = .v2,
    authData: String = #"[{"id":"PAGE"}]"#
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"\#(id)","numSignatures":1,\#(Self.hashes),"authData":\#(authData)\#(rest)}"#, version,
      token: fixture.alice)
  }

  private func check(_ fixture: GatewayFixture, _ handle: String, token: String? = nil) async throws
    -> GatewayFixture.Answer
  {
    try await fixture.call(
      "credentials/authorizeCheck", #"{"handle":"\#(handle)"}"#, .v2, token: token ?? fixture.alice)
  }

  @Test("202 and a handle, 202 while it waits, 200 with the SAD after the page, and again; the SAD signs")
  func flow() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let begun = try await begin(fixture, credential.id, #","description":"<b>Order 7</b>""#)
    let handle = try #require(begun["handle"]?.string, "\(begun.row)")
    #expect(begun.status == 202 && begun["SAD"] == nil)
    let waiting = try await check(fixture, handle)
    #expect(waiting.status == 202 && waiting["handle"]?.string == handle)

    let visitor = PageVisitor(fixture)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    let page = try await visitor.get(path)
    #expect(page.status == 200 && page.headers[.cacheControl] == "no-store")
    #expect(page.text.contains("&lt;b&gt;Order 7&lt;/b&gt;") && page.text.contains("Alice Example"))
    #expect(page.text.contains(Hex.encode(digest("a").prefix(4))))
    let cookie = try #require(page.headers[.setCookie])
    #expect(cookie.hasPrefix("__Host-countersign-confirm=") && cookie.contains("; Secure"))
    #expect(cookie.contains("; HttpOnly") && cookie.contains("SameSite=Lax"))

    let wrong = try await visitor.post(path, page.hidden.merging(["decision": "approve", "PIN": "0"]) { $1 })
    #expect(wrong.status == 400 && wrong.field("csrf") == page.field("csrf"))
    #expect(try await check(fixture, handle).status == 202)
    let form = page.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }
    #expect(try await visitor.post(path, form).status == 200)
    let granted = try await check(fixture, handle)
    let sad = try #require(granted["SAD"]?.string, "\(granted.row)")
    #expect(granted.status == 200 && granted["expiresIn"] == 300 && granted["handle"] == nil)
    #expect(try await check(fixture, handle)["SAD"]?.string == sad)
    let signed = try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)",\#(Self.hashes),"signAlgo":"1.2.840.10045.4.3.2"}"#, .v2,
      token: fixture.alice)
    #expect(signed.status == 200)
    // The page cannot be used again, in this browser or another.
    for visitor in [visitor, PageVisitor(fixture)] {
      let again = try await visitor.get(path)
      #expect(again.status == 200 && again.field("csrf") == nil)
    }
    // The same form pressed twice, or loaded again, gets the same answer; another one is told that it is too late.
    for (decision, title) in [
      ("approve", Texts.of(.english).pages.confirmed.title), ("deny", Texts.of(.english).pages.alreadyAnswered.title),
    ] {
      let again = try await visitor.post(path, form.merging(["decision": decision]) { $1 })
      #expect(again.status == 200 && again.text.contains(title))
    }
  }

  @Test("refused on the page, or too many wrong PINs: invalid_authentication_data; locked: Credential locked")
  func refused() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let wrong = "400 invalid_authentication_data The authentication data is invalid"
    func open() async throws -> (handle: String, visitor: PageVisitor, path: String, hidden: [String: String]) {
      let handle = try #require(try await begin(fixture, credential.id)["handle"]?.string)
      let visitor = PageVisitor(fixture)
      let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
      return (handle, visitor, path, try await visitor.get(path).hidden)
    }
    let denied = try await open()
    let page = try await denied.visitor.post(denied.path, denied.hidden.merging(["decision": "deny"]) { $1 })
    #expect(page.status == 200 && page.text.contains(Texts.of(.english).pages.denied.title))
    #expect(try await check(fixture, denied.handle).row == wrong)

    let waiting = try await open()
    let failed = try await open()
    let bad = ["decision": "approve", "PIN": "0"]
    for status in [400, 400, 429] {
      #expect(try await failed.visitor.post(failed.path, failed.hidden.merging(bad) { $1 }).status == status)
    }
    #expect(try await check(fixture, failed.handle).row == wrong)
    for _ in 0..<2 { _ = try await waiting.visitor.post(waiting.path, waiting.hidden.merging(bad) { $1 }) }
    let locked = "400 invalid_request Credential locked"
    #expect(try await check(fixture, waiting.handle).row == locked)
    let late = try await waiting.visitor.post(
      waiting.path, waiting.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 })
    #expect(late.status == 400 && late.field("csrf") != nil)
    #expect(try await begin(fixture, credential.id).row == locked)
  }

  @Test("the rows of authorizeCheck")
  func rows() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let request = "400 invalid_request"
    for body in ["{}", #"{"handle":5}"#] {
      #expect(
        try await fixture.call("credentials/authorizeCheck", body, .v2, token: fixture.alice).row
          == "\(request) Missing (or invalid type) string parameter handle")
    }
    let invalid = "\(request) Invalid parameter handle"
    #expect(try await check(fixture, "nonsense").row == invalid)
    let handle = try #require(try await begin(fixture, credential.id)["handle"]?.string)
    for stranger in [fixture.bob, fixture.otherPartner] {
      #expect(try await check(fixture, handle, token: stranger).row == invalid)
    }
    #expect(try await check(fixture, handle, token: fixture.partner).status == 202)
    fixture.signing.clock.advance(600)
    #expect(try await check(fixture, handle).row == invalid)
    #expect(try await fixture.call("credentials/authorizeCheck", "{}", .v1, token: fixture.alice).status == 501)
  }

  @Test("the page's PIN does not come through the API, and v1 cannot wait")
  func inBand() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let row = "400 invalid_request Invalid parameter authData"
    #expect(
      try await begin(fixture, credential.id, authData: #"[{"id":"PAGE","value":"12345678"}]"#).row == row)
    #expect(try await begin(fixture, credential.id, authData: #"[{"id":"PAGE"},{"id":"PIN"}]"#).row == row)
    #expect(try await begin(fixture, credential.id, "", .v1).row == row)
    for version in CSCVersion.allCases {
      #expect(
        try await begin(fixture, credential.id, "", version, authData: "[]").row
          == "400 invalid_authentication_data The authentication data is invalid; still needed: PAGE")
    }
    #expect(
      try await begin(fixture, credential.id, #","description":5"#).row.hasSuffix("Invalid parameter description"))
    #expect(fixture.signing.messenger.delivered.isEmpty)
  }

  @Test("too many at once: 429; a messenger that is down: 503")
  func limits() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    fixture.signing.messenger.fail(.unavailable)
    #expect(try await begin(fixture, credential.id).status == 503)
    fixture.signing.messenger.fail(nil)
    for _ in 0..<5 { #expect(try await begin(fixture, credential.id).status == 202) }
    let answer = try await begin(fixture, credential.id)
    #expect(answer.status == 429 && answer.headers[.retryAfter] == "600")
  }

  @Test("credentials/info: PasswordOOB in v2, nothing in v1")
  func info() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c1", expression: "PAGE")
    func info(_ version: CSCVersion) async throws -> JSONObject {
      try await fixture.call(
        "credentials/info", #"{"credentialID":"c1","authInfo":true}"#, version, token: fixture.alice
      ).json
    }
    #expect(
      try await info(.v2)["auth"]?.object?["objects"]
        == [["type": "PasswordOOB", "id": "PAGE", "label": "Confirmation page"]])
    let old = try await info(.v1)
    #expect(old["PIN"] == ["presence": "false"] && old["OTP"] == ["presence": "false"])
  }

  @Test("only a form of our own page, in the browser that opened it, decides")
  func forgery() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let handle = try #require(try await begin(fixture, credential.id)["handle"]?.string)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    let visitor = PageVisitor(fixture)
    let page = try await visitor.get(path)
    let form = page.hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }

    // Another authorization in the same browser has another token.
    _ = try await begin(fixture, credential.id)
    let other = try await visitor.get("/confirm/" + (try #require(fixture.signing.messenger.link)))
    #expect(other.field("csrf") != page.field("csrf"))
    for (name, value) in [
      ("csrf", ""), ("csrf", "x"), ("csrf", other.field("csrf") ?? ""), ("transaction", ""),
      ("transaction", other.field("transaction") ?? ""),
    ] {
      let answer = try await visitor.post(path, form.merging([name: value]) { $1 })
      #expect(
        answer.status == 400 && answer.text.contains(Texts.of(.english).pages.notFromOurPage.title), "\(name) \(value)")
    }
    // A browser without the cookie, and one with a cookie of its own.
    for visitor in [PageVisitor(fixture), PageVisitor(fixture)] {
      if visitor.cookies.isEmpty { _ = try await visitor.get("/confirm/unknown") }
      #expect(try await visitor.post(path, form).status == 400)
      _ = try await visitor.get(path)
      #expect(try await visitor.post(path, form).status == 400)
    }
    // Forms on other sites, as browsers tell.
    for headers in [
      [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"], [.origin: "https://evil.example"],
    ] as [HTTPFields] {
      #expect(try await visitor.post(path, form, headers: headers).status == 400)
    }
    // The request differs now from the one that the page showed.
    let before = try await fixture.signing.service.credentials.credential(
      credential.id, as: fixture.signing.principal())
    var changed = before
    changed.description = "another one"
    try await fixture.signing.service.credentials.put(changed, events: [])
    #expect(try await visitor.post(path, form).status == 400)
    try await fixture.signing.service.credentials.put(before, events: [])
    let odd = try await visitor.post(path, form.merging(["decision": "perhaps"]) { $1 })
    #expect(odd.status == 400)
    let empty = try await visitor.post(path, page.hidden.merging(["decision": "approve"]) { $1 })
    #expect(empty.status == 400 && empty.field("csrf") != nil)
    #expect(try await check(fixture, handle).status == 202)
    #expect(try await visitor.post(path, form).status == 200)
    #expect(try await check(fixture, handle).status == 200)
  }

  @Test("a link that leads nowhere, or no longer, says so and tells nothing")
  func gone() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    _ = try await begin(fixture, credential.id)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    let visitor = PageVisitor(fixture)
    let form = try await visitor.get(path).hidden.merging(["decision": "deny"]) { $1 }
    fixture.signing.clock.advance(600)
    for page in [
      try await visitor.get("/confirm/unknown"), try await visitor.get(path), try await visitor.post(path, form),
    ] {
      #expect(page.status == 400 && page.text.contains(Texts.of(.english).pages.expired.title))
      #expect(!page.text.contains("Alice"))
    }
  }

  @Test("a credential that was disabled after the approval")
  func disabledMeanwhile() async throws {
    let fixture = try await GatewayFixture()
    var credential = try await fixture.signing.createCredential(scal: .two, expression: "PAGE")
    let handle = try #require(try await begin(fixture, credential.id)["handle"]?.string)
    let visitor = PageVisitor(fixture)
    let path = "/confirm/" + (try #require(fixture.signing.messenger.link))
    let form = try await visitor.get(path).hidden.merging(["decision": "approve", "PIN": SigningFixture.pin]) { $1 }
    #expect(try await visitor.post(path, form).status == 200)
    credential.isEnabled = false
    try await fixture.signing.service.credentials.put(credential, events: [])
    #expect(
      try await check(fixture, handle).row
        == "400 invalid_request The credential identified by credentialID is disabled")
  }
}
