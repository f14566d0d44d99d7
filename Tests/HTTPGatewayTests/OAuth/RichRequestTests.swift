import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// A request with `authorization_details` (CSC v2 §8.2.2), and what else it says.
@Suite("Rich requests", .timeLimit(.minutes(5)))
struct RichRequestTests {
  private static let hash = Base64.encode(digest("a"))
  private static func details(_ more: String = "") -> String {
    #"[{"type":"credential","credentialID":"c","numSignatures":1,"documentDigests":[{"hash":"\#(hash)"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"\#(more)}]"#
  }

  /// The error that the browser carries to the client, or the page that it gets.
  private func answer(_ fixture: GatewayFixture, _ parameters: [String: String]) async throws -> String {
    let page = try await PageVisitor(fixture).get("/oauth2/authorize?\(CredentialWay.query(parameters))")
    guard let location = page.headers[.location] else { return "\(page.status)" }
    let pairs = location.split(separator: "?").last?.split(separator: "&") ?? []
    return pairs.filter { $0.hasPrefix("error") }.joined(separator: " ")
  }

  private func fixture() async throws -> GatewayFixture {
    let fixture = try await GatewayFixture()
    var credential = try await fixture.signing.createCredential("c", mode: .oauth2code)
    credential.qualifier = SignatureQualifier.advancedSignature.rawValue
    try await fixture.signing.service.credentials.put(credential, events: [])
    return fixture
  }

  @Test("what the details say is not said a second time; language, client data and an account may stand next to them")
  func secondTime() async throws {
    let fixture = try await fixture()
    let single = [
      "credentialID": "c", "signatureQualifier": "eu_eidas_aes", "numSignatures": "1", "hashes": Self.hash,
      "hash": Self.hash, "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1", "hashAlgo": "2.16.840.1.101.3.4.2.1",
      "description": "x", "certificatePolicy": "1.2.3",
    ]
    for (name, value) in single {
      let found = try await answer(fixture, ["authorization_details": Self.details(), name: value])
      #expect(found == "error=invalid_request error_description=Invalid%20parameter%20\(name)", "\(found)")
      let pushed = try await PageVisitor(fixture).post(
        "/oauth2/pushed_authorize",
        CredentialWay.parameters([
          "authorization_details": Self.details(), "client_secret": OAuthFixture.secret, name: value,
        ]), headers: [:])
      #expect(pushed.status == 400 && pushed.text.contains("Invalid parameter \(name)"), "\(pushed.text)")
    }
    for extra in [[:], ["lang": "de"], ["clientData": "x"], ["scope": "credential"], ["credentialID": ""]] {
      let found = try await answer(fixture, extra.merging(["authorization_details": Self.details()]) { $1 })
      #expect(found == "200", "\(extra)")
    }
    let named = try await CredentialWay(fixture, ["authorization_details": Self.details(), "lang": "de"])
    #expect(named.logInPage.text.contains("Passwort"))
  }

  @Test("a qualifier next to a credential must be that credential's")
  func qualifier() async throws {
    let fixture = try await fixture()
    let wrong = "error=invalid_request error_description=Invalid%20parameter%20signatureQualifier"
    for (qualifier, expected) in [("eu_eidas_aes", "200"), ("eu_eidas_qes", wrong), ("x", wrong)] {
      let more = #","signatureQualifier":"\#(qualifier)""#
      #expect(try await answer(fixture, ["authorization_details": Self.details(more)]) == expected, "\(qualifier)")
      let single = [
        "scope": "credential", "credentialID": "c", "hashes": Self.hash, "signatureQualifier": qualifier,
        "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
      ]
      #expect(try await answer(fixture, single) == expected, "\(qualifier)")
    }
  }

  @Test(
    "acr_values: one that the policy's proof reaches is enough, others are refused; the answer says what was reached")
  func levels() async throws {
    let fixture = try await fixture()
    _ = try await fixture.signing.createCredential("proof", age: 100)
    func details(_ levels: String, policy: String = TestIssuance.policies.explicit) -> String {
      #"[{"type":"credential-creation","acr_values":\#(levels),"credentialCreationRequest":{"certificatePolicy":"\#(policy)"}}]"#
    }
    let refused = "error=invalid_authorization_details error_description=Invalid%20parameter%20authorization_details"
    let long = String(repeating: "x", count: 256)
    let many = Array(repeating: "\"\(TestIssuance.levels[0])\"", count: 17).joined(separator: ",")
    for levels in [
      #"["urn:test:low"]"#, #""urn:test:high""#, "7", "[7]", "[null]", #"["urn:test:high",7]"#, #"[""]"#, "{}",
      #"["urn:test:high","\#(long)"]"#, "[\(many)]",
    ] {
      #expect(try await answer(fixture, ["authorization_details": details(levels)]) == refused, "\(levels)")
    }
    let other = details(#"["urn:test:high"]"#, policy: TestIssuance.policies.oauth2code)
    #expect(try await answer(fixture, ["authorization_details": other]) == refused)
    for levels in ["[]", "null", #"["urn:test:high"]"#, #"["urn:test:low","urn:test:substantial"]"#] {
      #expect(try await answer(fixture, ["authorization_details": details(levels)]) == "200", "\(levels)")
    }
    let way = try await CredentialWay(fixture, ["authorization_details": details(#"["urn:test:low","urn:test:high"]"#)])
    _ = try await way.logIn()
    let end = try await way.approve(more: ["newPIN": "271828", "repeatedPIN": "271828"])
    // Other levels are another request.
    let changed = try await way.redeem(end, ["authorization_details": details(#"["urn:test:substantial"]"#)])
    #expect(changed.text.contains("Invalid parameter authorization_details"), "\(changed.text)")
    let issued = try await way.redeem(end)
    #expect(issued.text.contains(#""acr_values":["urn:test:high"]"#), "\(issued.text)")
  }
}
