import CSCModel
import HTTPTypes
import SoleControl
import TestSupport
import Testing
import WireJSON

@Suite("Statements and step-up over HTTP", .timeLimit(.minutes(5)))
struct PartnerHTTPTests {
  private static let hashes =
    #""hashes":["\#(Base64.encode(digest("a")))"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#

  private func authorize(
    _ bench: GatewayBench, _ id: CredentialID, _ authData: String, _ version: APIVersion = .v2
  ) async throws -> GatewayBench.Answer {
    try await bench.call(
      "credentials/authorize",
      #"{"credentialID":"\#(id)","numSignatures":1,\#(Self.hashes),"authData":\#(authData)}"#, version,
      token: bench.alice)
  }

  @Test("a right statement gives a SAD, a bad one invalid_authentication_data, keys that cannot be had 503")
  func answers() async throws {
    let bench = try await GatewayBench()
    let credential = try await bench.signing.enrol(scal: .two, expression: "PARTNER")
    let object = #"[{"id":"PARTNER","value":"jws"}]"#
    for version in APIVersion.allCases {
      #expect(
        try await authorize(bench, credential.id, object, version).row
          == "400 invalid_authentication_data The authentication data is invalid")
    }
    bench.signing.statements.set(.failure(.unavailable))
    let down = try await authorize(bench, credential.id, object)
    #expect(down.status == 503 && down["error"] == "temporarily_unavailable")
    #expect(down.headers[.retryAfter] != nil)
    bench.signing.statements.set(
      .success(
        PartnerStatement(
          issuer: "https://portal.example", subject: "customer-1", id: "1", issued: bench.signing.clock.now,
          expires: bench.signing.clock.now + 60, authenticationTime: bench.signing.clock.now, acr: "two", level: .high,
          methods: ["pwd"],
          dataToBeSigned: DataToBeSigned(hashAlgorithm: .sha256, numSignatures: 1, digests: [digest("a")]),
          digest: [1])))
    #expect(try await authorize(bench, credential.id, object).status == 200)
    #expect(try await authorize(bench, credential.id, #"[{"id":"PARTNER"}]"#).row.hasSuffix("parameter authData"))
  }

  @Test("what is still needed is named")
  func stillNeeded() async throws {
    let bench = try await GatewayBench()
    let credential = try await bench.signing.enrol(scal: .two, expression: "PARTNER AND (PAGE OR OTP)")
    let wrong = "400 invalid_authentication_data The authentication data is invalid; still needed: "
    for version in APIVersion.allCases {
      #expect(
        try await authorize(bench, credential.id, #"[{"id":"PARTNER","value":"jws"}]"#, version).row
          == wrong + "OTP OR PAGE")
      #expect(
        try await authorize(bench, credential.id, #"[{"id":"OTP","value":"000000"}]"#, version).row == wrong + "PARTNER"
      )
    }
    #expect(try await authorize(bench, credential.id, #"[{"id":"PAGE"}]"#).row == wrong + "PARTNER")
  }

  @Test("credentials/info: a Password with the generator partner-jwt in v2, nothing in v1")
  func info() async throws {
    let bench = try await GatewayBench()
    _ = try await bench.signing.enrol("c1", expression: "PARTNER")
    func info(_ version: APIVersion) async throws -> JSONObject {
      try await bench.call(
        "credentials/info", #"{"credentialID":"c1","authInfo":true}"#, version, token: bench.alice
      ).json
    }
    #expect(
      try await info(.v2)["auth"]?.object?["objects"]
        == [["type": "Password", "id": "PARTNER", "label": "Statement of the partner", "generator": "partner-jwt"]])
    let old = try await info(.v1)
    #expect(old["PIN"] == ["presence": "false"] && old["OTP"] == ["presence": "false"])
  }
}
