import CSCModel
import Foundation
import HTTPTypes
import OAuth
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Passwords and names as keyboards send them", .timeLimit(.minutes(5)))
struct PasswordTests {
  private static let password = "Stra\u{df}enk\u{e4}se-\u{e9} 9"
  private static let name = "j\u{fc}rgen"

  private func fixture() async throws -> GatewayFixture {
    let fixture = try await GatewayFixture()
    let account = try await fixture.tokens.newAccount(
      username: Self.name, password: Self.password, partner: "portal", signer: "alice")
    let store = try #require(fixture.signing.store as? any OAuthStore)
    try await store.writeOAuth { try $0.put(account) }
    return fixture
  }

  @Test("auth/login and userID take composed and decomposed letters; the challenge names UTF-8")
  func api() async throws {
    let fixture = try await fixture()
    let names = [Self.name, Self.name.decomposedStringWithCanonicalMapping, "\u{ff4a}\u{fc}rgen"]
    let passwords = [
      Self.password, Self.password.decomposedStringWithCanonicalMapping,
      Self.password.replacing(" ", with: "\u{a0}"),
    ]
    for (name, password) in zip(names, passwords) {
      let pair = Data("\(name):\(password)".utf8).base64EncodedString()
      for version in CSCVersion.allCases {
        #expect(try await fixture.call("auth/login", "{}", version, header: "Basic \(pair)").status == 200, "\(name)")
      }
      let list = try await fixture.call("credentials/list", #"{"userID":"\#(name)"}"#, token: fixture.partner)
      #expect(list.status == 200 && list["credentialIDs"]?.array != nil)
    }
    let challenge = try await fixture.call("auth/login")
    #expect(challenge.headers[.wwwAuthenticate] == #"Basic realm="countersign", charset="UTF-8""#)
  }

  @Test("so does the log-in page")
  func page() async throws {
    let fixture = try await fixture()
    for password in [Self.password, Self.password.decomposedStringWithCanonicalMapping] {
      let way = try await CredentialWay(fixture, ["scope": "service"])
      let page = try await way.visitor.post(
        "/oauth2/login",
        way.logInPage.hidden.merging([
          "username": Self.name.decomposedStringWithCanonicalMapping, "password": password,
        ]) { $1 })
      #expect(page.status == 200 && page.text.contains("name=\"decision\""), "\(page.text)")
    }
  }
}
