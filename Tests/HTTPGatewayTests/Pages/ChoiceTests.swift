import HTTPTypes
import Issuance
import SoleControl
import TestSupport
import Testing
import Texts
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Scopes `credential-creation` and `credential-deletion` without parameters (CSC v2 §8.2.2): our page asks.
@Suite("What a client leaves open is asked for", .timeLimit(.minutes(5)))
struct ChoiceTests {
  private static let policies = TestIssuance.policies
  private static let creation = ["scope": "credential-creation"]
  private static let deletion = ["scope": "credential-deletion"]
  private static let pins = ["PIN": SigningFixture.pin, "newPIN": "271828", "repeatedPIN": "271828"]

  /// Credentials whose factors are enough for both policies.
  private func proofs(_ fixture: GatewayFixture) async throws {
    _ = try await fixture.signing.createCredential("plain", age: 100)
    _ = try await fixture.signing.createCredential("strict", scal: .two, mode: .oauth2code, age: 100)
  }

  private func press(
    _ way: CredentialWay, _ page: PageVisitor.Page, _ decision: String, _ more: [String: String] = [:]
  ) async throws -> PageVisitor.Page {
    try await way.visitor.post(
      "/oauth2/consent", page.hidden.merging(more) { $1 }.merging(["decision": decision]) { $1 })
  }

  private func token(_ way: CredentialWay, _ end: PageVisitor.Page) async throws -> JSONObject {
    let location = end.headers[.location] ?? "no redirect: \(end.text)"
    let code = String(try #require(location.firstMatch(of: /[?&]code=([A-Za-z0-9_-]+)/), "\(location)").1)
    let answer = try await way.visitor.post(
      "/oauth2/token",
      [
        "grant_type": "authorization_code", "code": code, "redirect_uri": OAuthFixture.redirectURI,
        "code_verifier": CredentialWay.verifier, "client_id": "portal", "client_secret": OAuthFixture.secret,
      ], headers: [:])
    return try #require(JSONValue.parse(Array(answer.text.utf8), limits: .own).object, "\(answer.text)")
  }

  private func create(_ fixture: GatewayFixture, _ policy: String, _ token: String) async throws -> String {
    try await fixture.call(
      "credentials/create", #"{"credentialCreationRequest":{"certificatePolicy":"\#(policy)"}}"#, .v2, token: token
    ).row
  }

  @Test("a policy is chosen, and another after going back; the token answer names it", arguments: Language.allCases)
  func policy(language: Language) async throws {
    let fixture = try await GatewayFixture()
    try await proofs(fixture)
    let texts = Texts.of(language).pages
    let way = try await CredentialWay(fixture, Self.creation.merging(["lang": language.rawValue]) { $1 })
    let page = try await way.logIn()
    #expect(page.status == 200 && page.text.contains("<h1>\(texts.choosePolicyTitle)</h1>"))
    #expect(page.text.contains(Self.policies.explicit) && page.text.contains(Self.policies.oauth2code))
    #expect(page.text.contains(language == .german ? "Testzertifikat" : "Test certificate"))

    for wrong in [[:], ["choice": "1.2.3"], ["choice": ""], ["choice": "plain"]] {
      let again = try await press(way, page, "choose", wrong)
      #expect(again.status == 400 && again.text.contains(texts.nothingChosen) && again.text.contains("#choice"))
    }
    // Nothing can be approved before.
    let early = try await press(way, page, "approve", Self.pins)
    #expect(early.status == 400 && early.headers[.location] == nil)

    let first = try await press(way, page, "choose", ["choice": Self.policies.oauth2code])
    #expect(first.status == 200 && first.text.contains("<h1>\(texts.creationTitle)</h1>"))
    #expect(first.text.contains(Self.policies.oauth2code) && !first.text.contains(Self.policies.explicit))
    let second = try await press(way, page, "choose", ["choice": Self.policies.explicit])
    #expect(second.text.contains(Self.policies.explicit) && !second.text.contains(Self.policies.oauth2code))
    // The page that the browser went back from is good for nothing else than it showed.
    let other = try await press(way, first, "approve", Self.pins)
    #expect(other.status == 400 && other.headers[.location] == nil)

    let issued = try await token(way, try await press(way, second, "approve", Self.pins))
    #expect(issued["scope"] == "credential-creation" && issued["credentialID"] == nil)
    let details = try #require(issued["authorization_details"]?.array?.first?.object)
    #expect(details["type"] == "https://cloudsignatureconsortium.org/2025/credential-creation")
    #expect(details["credentialCreationRequest"]?.object?["certificatePolicy"] == .string(Self.policies.explicit))
    let access = try #require(issued["access_token"]?.string)
    #expect(
      try await create(fixture, Self.policies.oauth2code, access)
        == "400 invalid_request Invalid parameter certificatePolicy")
    #expect(try await create(fixture, Self.policies.explicit, access).hasPrefix("201"))
  }

  @Test("a credential is chosen: the person's own, and only what the page can ask for", arguments: Language.allCases)
  func credential(language: Language) async throws {
    let fixture = try await GatewayFixture()
    let texts = Texts.of(language).pages
    let serials = try await ["a", "b"].asyncMap {
      try await fixture.signing.createCredential($0).certificate.serialNumber
    }
    _ = try await fixture.signing.createCredential("paged", expression: "PAGE")
    _ = try await fixture.signing.createCredential("bobs", signer: "bob")
    let way = try await CredentialWay(fixture, Self.deletion.merging(["lang": language.rawValue]) { $1 })
    let page = try await way.logIn()
    #expect(page.status == 200 && page.text.contains("<h1>\(texts.chooseCredentialTitle)</h1>"))
    #expect(serials.allSatisfy { page.text.contains("<code>\($0)</code>") })
    #expect(
      !page.text.contains("paged") && !page.text.contains("bobs") && !page.text.contains(texts.moreToChoose.prefix(20)))
    for wrong in ["bobs", "paged", "none"] {
      #expect(try await press(way, page, "choose", ["choice": wrong]).text.contains(texts.nothingChosen))
    }
    let shown = try await press(way, page, "choose", ["choice": "b"])
    #expect(shown.text.contains("<h1>\(texts.deletionTitle)</h1>") && shown.text.contains("<bdi>b</bdi>"))
    #expect(try await press(way, shown, "approve", ["PIN": "0"]).status == 400)
    let issued = try await token(way, try await press(way, shown, "approve", ["PIN": SigningFixture.pin]))
    #expect(issued["scope"] == "credential-deletion" && issued["credentialID"] == "b")
    #expect(
      issued["authorization_details"] == [
        ["type": "https://cloudsignatureconsortium.org/2025/credential-deletion", "credentialID": "b"]
      ])
    let access = try #require(issued["access_token"]?.string)
    func delete(_ id: String) async throws -> String {
      try await fixture.call(
        "credentials/delete", #"{"credentialDeletionRequest":{"credentialID":"\#(id)"}}"#, .v2, token: access
      ).row
    }
    #expect(try await delete("a") == "400 invalid_request Contradicting “credentialID” parameters")
    #expect(try await delete("b").hasPrefix("204"))
  }

  @Test("one thing needs no question, nothing is refused, and what comes meanwhile is shown first")
  func fewer() async throws {
    let fixture = try await GatewayFixture()
    let texts = Texts.of(.english).pages
    let denied = "\(OAuthFixture.redirectURI)?error=access_denied"
    for scope in [Self.creation, Self.deletion] {
      let end = try await CredentialWay(fixture, scope).logIn()
      #expect(end.headers[.location]?.hasPrefix(denied) == true, "\(end.text)")
    }
    _ = try await fixture.signing.createCredential("one", age: 100)
    let made = try await CredentialWay(fixture, Self.creation).logIn()
    #expect(made.text.contains("<h1>\(texts.creationTitle)</h1>") && made.text.contains(Self.policies.explicit))
    let way = try await CredentialWay(fixture, Self.deletion)
    let page = try await way.logIn()
    #expect(page.text.contains("<h1>\(texts.deletionTitle)</h1>"))
    _ = try await fixture.signing.createCredential("two")
    let asked = try await press(way, page, "approve", ["PIN": SigningFixture.pin])
    #expect(asked.status == 200 && asked.text.contains("<h1>\(texts.chooseCredentialTitle)</h1>"))
    _ = try await fixture.signing.createCredential("three")
    let more = try await press(way, asked, "choose", ["choice": "two"])
    #expect(more.text.contains("<h1>\(texts.chooseCredentialTitle)</h1>") && more.text.contains("three"))
    // Declined.
    #expect(try await press(way, more, "deny").headers[.location]?.hasPrefix(denied) == true)
    let listed = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
    #expect(listed["credentialIDs"]?.array?.count == 3)
  }

  @Test("a choice that is gone is refused; a request that leaves nothing open has no choice")
  func gone() async throws {
    let fixture = try await GatewayFixture()
    for name in ["a", "b", "c"] { _ = try await fixture.signing.createCredential(name) }
    let way = try await CredentialWay(fixture, Self.deletion)
    let page = try await way.logIn()
    _ = try await press(way, page, "choose", ["choice": "a"])
    try await fixture.signing.store.writeIssuance(reading: [.soleControl(.credential(CredentialID("a"), .exclusive))]) {
      _ = try $0.remove(CredentialID("a"))
    }
    let after = try await press(way, page, "choose", ["choice": "a"])
    #expect(after.status == 200 && after.text.contains("value=\"b\"") && !after.text.contains("value=\"a\""))
    let named = try await CredentialWay(fixture, Self.deletion.merging(["credentialID": "b"]) { $1 })
    let asked = try await named.logIn()
    #expect(try await press(named, asked, "choose", ["choice": "c"]).status == 400)
    let issued = try await token(named, try await press(named, asked, "approve", ["PIN": SigningFixture.pin]))
    #expect(issued["credentialID"] == "b" && issued["authorization_details"] == nil)
  }

  @Test("a page has fifty entries, and says that there are more")
  func most() async throws {
    let fixture = try await GatewayFixture()
    for number in 10..<61 { _ = try await fixture.signing.createCredential("c\(number)") }
    let way = try await CredentialWay(fixture, Self.deletion)
    let page = try await way.logIn()
    #expect(page.text.matches(of: /type="radio"/).count == 50)
    #expect(page.text.contains("You have more than are shown here."))
    #expect(try await press(way, page, "choose", ["choice": "c60"]).status == 400)
    #expect(try await press(way, page, "choose", ["choice": "c59"]).status == 200)
  }

  @Test("a scope that does not exist, or two at once, is told to the client; parameters that no one knows are ignored")
  func scopes() async throws {
    let fixture = try await GatewayFixture()
    for scope in ["credential-renewal", "credential-deletion credential-creation", "credential-Deletion"] {
      let page = try await CredentialWay(fixture, ["scope": scope]).logInPage
      #expect(page.headers[.location]?.contains("error=invalid_scope") == true, "\(scope)")
    }
    let page = try await CredentialWay(fixture, Self.deletion.merging(["unknown": "x"]) { $1 }).logInPage
    #expect(page.status == 200)
  }
}

extension Array {
  fileprivate func asyncMap<Output>(_ body: (Element) async throws -> Output) async rethrows -> [Output] {
    var result: [Output] = []
    for element in self { result.append(try await body(element)) }
    return result
  }
}
