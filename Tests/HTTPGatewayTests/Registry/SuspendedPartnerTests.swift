import Foundation
import HTTPTypes
import Octets
import Registry
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// trust-service.md, pitfall 57: signing stops; revocation, status and looking go on.
@Suite("Suspended partners", .timeLimit(.minutes(5)))
struct SuspendedPartnerTests {
  private static let portal = PartnerID("portal")
  private static let suspended = "403 access_denied The partner is suspended"
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  /// Methods that are refused, by version, with bodies that would be accepted otherwise or not: the contract counts
  /// first.
  private static let refused: [(CSCVersion, String)] = [
    (.v1, "credentials/authorize"), (.v1, "credentials/sendOTP"), (.v1, "credentials/extendTransaction"),
    (.v1, "signatures/signHash"), (.v1, "signatures/timestamp"), (.v2, "credentials/authorize"),
    (.v2, "credentials/authorizeCheck"), (.v2, "credentials/getChallenge"), (.v2, "credentials/sendOTP"),
    (.v2, "credentials/extendTransaction"), (.v2, "signatures/signHash"), (.v2, "signatures/signDoc"),
    (.v2, "signatures/timestamp"), (.v2, "credentials/create"),
  ]

  private func authorize(_ fixture: GatewayFixture) async throws -> GatewayFixture.Answer {
    try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"c","numSignatures":1,\#(Self.hashes),"authData":[{"id":"PIN","value":"\#(SigningFixture.pin)"}]}"#,
      .v2, token: fixture.alice)
  }

  @Test("P57: nothing is authorized or signed; credentials are shown, and a token is revoked")
  func methods() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c")
    let sad = try #require(try await authorize(fixture)["SAD"]?.string)
    fixture.partners.change(Self.portal) { $0.isSuspended = true }
    for (version, method) in Self.refused {
      let answer = try await fixture.call(method, "{}", version, token: fixture.alice)
      #expect(answer.row == Self.suspended, "\(version) \(method)")
    }
    #expect(try await authorize(fixture).row == Self.suspended)
    let sign = #"{"credentialID":"c","SAD":"\#(sad)","signAlgo":"1.2.840.10045.4.3.2",\#(Self.hashes)}"#
    #expect(try await fixture.call("signatures/signHash", sign, .v2, token: fixture.alice).row == Self.suspended)
    for version in [CSCVersion.v1, .v2] {
      #expect(try await fixture.call("credentials/list", "{}", version, token: fixture.alice).status == 200)
      let info = try await fixture.call(
        "credentials/info", #"{"credentialID":"c"}"#, version, token: fixture.alice)
      #expect(info.status == 200)
    }
    // Another partner's customers sign on.
    let other = try await fixture.call("credentials/authorize", "{}", .v2, token: fixture.otherPartner)
    #expect(other.row == "400 invalid_request Missing (or invalid type) string parameter credentialID")
    // The contract is looked at once more after the body, which may take minutes.
    fixture.partners.change(Self.portal) { $0.isSuspended = false }
    // One answer for the origins of browsers, and one before the body.
    fixture.partners.set(answersLeft: 2)
    #expect(try await fixture.call("signatures/signHash", sign, .v2, token: fixture.alice).status == 503)
    fixture.partners.set(isAway: false)
    // In force again, the SAD is what it was: nothing was spent.
    #expect(try await fixture.call("signatures/signHash", sign, .v2, token: fixture.alice).status == 200)
    fixture.partners.change(Self.portal) { $0.isSuspended = true }
    let revoked = try await fixture.call(
      "auth/revoke", #"{"token":"\#(fixture.alice)"}"#, .v1, token: fixture.alice)
    #expect(revoked.status == 204)
  }

  @Test("P57: no one is asked to log in for it, and an open page is over")
  func pages() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    let parameters = ["scope": "credential", "credentialID": "c", "numSignatures": "1"]
    let way = try await CredentialWay(fixture, parameters)
    _ = try await way.logIn()
    fixture.partners.change(Self.portal) { $0.isSuspended = true }
    let approved = try await way.approve()
    #expect(approved.status != 302 && approved.headers[.location] == nil, "\(approved.text)")
    let page = try await PageVisitor(fixture).get("/oauth2/authorize?" + CredentialWay.query(parameters))
    #expect(page.headers[.location]?.contains("error=unauthorized_client") == true, "\(page.text)")
    fixture.partners.change(Self.portal) { $0.isSuspended = false }
    let again = try await PageVisitor(fixture).get("/oauth2/authorize?" + CredentialWay.query(parameters))
    #expect(again.status == 200)
  }

  @Test("P57: what was pushed before is not answered for it; a person still deletes a credential, which revokes it")
  func deleting() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("old")
    _ = try await fixture.signing.createCredential("c", mode: .oauth2code)
    func pushed(_ parameters: [String: String]) async throws -> String {
      let form = try #require(URLComponents(string: "?" + CredentialWay.query(parameters))?.queryItems)
      let secrets = ["client_id": "portal", "client_secret": OAuthFixture.secret]
      let answer = try await PageVisitor(fixture).post(
        "/oauth2/pushed_authorize",
        Dictionary(form.map { ($0.name, $0.value ?? "") }) { first, _ in first }.merging(secrets) { _, mine in mine },
        headers: [:])
      return String(try #require(answer.text.firstMatch(of: /"request_uri":"([^"]+)"/), "\(answer.text)").1)
    }
    func open(_ uri: String) async throws -> Int {
      let name = try #require(uri.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
      return try await PageVisitor(fixture).get("/oauth2/authorize?client_id=portal&request_uri=\(name)").status
    }
    let signing = try await pushed(["scope": "credential", "credentialID": "c", "numSignatures": "1"])
    let deletion = try await pushed(["scope": "credential-deletion", "credentialID": "old"])
    fixture.partners.change(Self.portal) { $0.isSuspended = true }
    #expect(try await open(signing) == 400)
    #expect(try await open(deletion) == 200)
    let way = try await CredentialWay(fixture, ["scope": "credential-deletion", "credentialID": "old"])
    _ = try await way.logIn()
    let access = try await way.token(try await way.approve())
    let deleted = try await fixture.call(
      "credentials/delete", #"{"credentialDeletionRequest":{"credentialID":"old"}}"#, .v2, token: access)
    #expect(deleted.status == 204, "\(deleted.row)")
  }
}
