import CSCModel
import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Statements and step-up over HTTP", .timeLimit(.minutes(5)))
struct PartnerHTTPTests {
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  private func authorize(
    _ fixture: GatewayFixture, _ id: CredentialID, _ authData: String, _ version: CSCVersion = .v2
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"\#(id)","numSignatures":1,\#(Self.hashes),"authData":\#(authData)}"#, version,
      token: fixture.alice)
  }

  @Test("a right statement gives a SAD, a bad one invalid_authentication_data, keys that cannot be had 503")
  func answers() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PARTNER")
    let object = #"[{"id":"PARTNER","value":"jws"}]"#
    for version in CSCVersion.allCases {
      #expect(
        try await authorize(fixture, credential.id, object, version).row
          == "400 invalid_authentication_data The authentication data is invalid")
    }
    fixture.signing.statements.set(.failure(.unavailable))
    let down = try await authorize(fixture, credential.id, object)
    #expect(down.status == 503 && down["error"] == "temporarily_unavailable")
    #expect(down.headers[.retryAfter] != nil)
    fixture.signing.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "1", issued: fixture.signing.clock.now,
          expires: fixture.signing.clock.now + 60, authenticationTime: fixture.signing.clock.now, acr: "two",
          level: .high,
          methods: ["pwd"],
          authorizedDigests: AuthorizedDigests(hashAlgorithm: .sha256, numSignatures: 1, digests: [digest("a")]),
          digest: [1])))
    #expect(try await authorize(fixture, credential.id, object).status == 200)
    #expect(try await authorize(fixture, credential.id, #"[{"id":"PARTNER"}]"#).row.hasSuffix("parameter authData"))
  }

  @Test("what is still needed is named")
  func stillNeeded() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, expression: "PARTNER AND (PAGE OR OTP)")
    let wrong = "400 invalid_authentication_data The authentication data is invalid; still needed: "
    for version in CSCVersion.allCases {
      #expect(
        try await authorize(fixture, credential.id, #"[{"id":"PARTNER","value":"jws"}]"#, version).row
          == wrong + "OTP OR PAGE")
      #expect(
        try await authorize(fixture, credential.id, #"[{"id":"OTP","value":"000000"}]"#, version).row == wrong
          + "PARTNER"
      )
    }
    #expect(try await authorize(fixture, credential.id, #"[{"id":"PAGE"}]"#).row == wrong + "PARTNER")
  }

  @Test("credentials/info: a Password with the generator partner-jwt in v2, nothing in v1")
  func info() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c1", expression: "PARTNER")
    func info(_ version: CSCVersion) async throws -> JSONObject {
      try await fixture.call(
        "credentials/info", #"{"credentialID":"c1","authInfo":true}"#, version, token: fixture.alice
      ).json
    }
    #expect(
      try await info(.v2)["auth"]?.object?["objects"]
        == [["type": "Password", "id": "PARTNER", "label": "Statement of the partner", "generator": "partner-jwt"]])
    let old = try await info(.v1)
    #expect(old["PIN"] == ["presence": "false"] && old["OTP"] == ["presence": "false"])
  }
}
