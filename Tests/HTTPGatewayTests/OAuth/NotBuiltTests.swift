import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Known parts of the standards that are not built (`Specs/divergences.md`, "Not built yet"), and how it is refused.
@Suite("What is not built", .timeLimit(.minutes(5)))
struct NotBuiltTests {
  private static let hash = Base64.encode(digest("a"))

  private func error(_ fixture: GatewayFixture, _ parameters: [String: String]) async throws -> String {
    let page = try await PageVisitor(fixture).get("/oauth2/authorize?\(CredentialWay.query(parameters))")
    return page.headers[.location] ?? "\(page.status) \(page.text)"
  }

  private func status(_ fixture: GatewayFixture, _ path: String, _ body: String) async throws -> Int {
    try await fixture.application.test(.router) { client in
      try await client.execute(
        uri: path, method: .post, headers: [.contentType: "application/json"], body: ByteBuffer(string: body)
      ) { $0.status.code }
    }
  }

  private func metadata(_ fixture: GatewayFixture) async throws -> JSONObject {
    try await fixture.application.test(.router) { client in
      try await client.execute(uri: "/.well-known/oauth-authorization-server", method: .get) { answer in
        try #require(JSONValue.parse(Array(answer.body.readableBytesView), limits: .own).object)
      }
    }
  }

  @Test("signed requests (RFC 9101): request_not_supported, by the browser and pushed; a URL of the client's is none")
  func signedRequests() async throws {
    let fixture = try await GatewayFixture()
    let jwt = "eyJhbGciOiJub25lIn0.e30."
    #expect(try await error(fixture, ["scope": "service", "request": jwt]).contains("error=request_not_supported"))
    let pushed = try await PageVisitor(fixture).post(
      "/oauth2/pushed_authorize",
      CredentialWay.parameters(["request": jwt, "client_secret": OAuthFixture.secret]), headers: [:])
    #expect(pushed.status == 400 && pushed.text.contains("request_not_supported"))
    let remote = try await error(fixture, ["scope": "service", "request_uri": "https://portal.example/request.jwt"])
    #expect(remote.hasPrefix("400"), "\(remote)")
  }

  @Test("DPoP (RFC 9449) and FAPI 2.0: not announced; tokens are bearers, and the scheme DPoP opens nothing")
  func proofs() async throws {
    let fixture = try await GatewayFixture()
    let metadata = try await metadata(fixture)
    for name in ["dpop_signing_alg_values_supported", "request_object_signing_alg_values_supported"] {
      #expect(metadata[name] == nil, "\(name)")
    }
    #expect(metadata["request_parameter_supported"]?.bool != true)
    let info = try await fixture.call("info", "{}", .v2)
    #expect(!info.json.members.contains { $0.name.lowercased().contains("fapi") })
    let answer = try await fixture.call("credentials/list", "{}", .v2, header: "DPoP \(fixture.alice)")
    #expect(
      answer.status == 400 && answer["error_description"]?.string?.hasPrefix("Malformed authorization header") == true)
  }

  @Test("clients do not register by themselves (RFC 7591): no endpoint, and none is announced")
  func registration() async throws {
    let fixture = try await GatewayFixture()
    let body = #"{"redirect_uris":["https://portal.example/callback"]}"#
    for path in ["/register", "/oauth2/register", "/csc/v2/oauth2/register", "/connect/register"] {
      let status = try await status(fixture, path, body)
      #expect(status == (path.hasPrefix("/csc") ? 501 : 404), "\(path) \(status)")
    }
    #expect(try await metadata(fixture)["registration_endpoint"] == nil)
  }

  @Test("wallets (OpenID4VP) are no factor")
  func wallets() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c")
    for id in ["WALLET", "OpenID4VP", "vp_token"] {
      let answer = try await fixture.call(
        "credentials/authorize", #"{"credentialID":"c","numSignatures":1,"authData":[{"id":"\#(id)","value":"x"}]}"#,
        .v2,
        token: fixture.alice)
      #expect(answer.row == "400 invalid_request Invalid parameter authData", "\(id)")
    }
    let answer = try await fixture.call(
      "credentials/getChallenge", #"{"credentialID":"c","authObjectID":"WALLET"}"#, .v2, token: fixture.alice)
    #expect(answer.row == "400 invalid_request Invalid parameter authObjectID")
  }

  @Test("XAdES, and PAdES of whole documents: 501, nothing spent, and info has neither", arguments: ["X", "P"])
  func formats(format: String) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential("c")
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
    let entry =
      #"{"document":"\#(Self.hash)","signature_format":"\#(format)","conformance_level":"AdES-B-B","signAlgo":"1.2.840.10045.4.3.2"}"#
    let answer = try await fixture.call(
      "signatures/signDoc", #"{"credentialID":"c","SAD":"\#(sad)","documents":[\#(entry)]}"#, .v2, token: fixture.alice)
    #expect(answer.row == "501 invalid_request The requested method is not implemented")
    let info = try await fixture.call("info", "{}", .v2)
    #expect(info["signature_formats"]?.object?["formats"]?.array?.contains("X") == false)
    let signed = try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"c","SAD":"\#(sad)","hashes":["\#(Self.hash)"],"signAlgo":"1.2.840.10045.4.3.2"}"#, .v2,
      token: fixture.alice)
    #expect(signed.status == 200)
  }

  @Test("no credential is made by a qualifier alone: access_denied after log-in, and there is none afterwards")
  func shortLived() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("plain", mode: .oauth2code)
    let details =
      #"[{"type":"credential","signatureQualifier":"eu_eidas_qes","numSignatures":1,"documentDigests":[{"hash":"\#(Self.hash)"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"}]"#
    for parameters in [
      ["authorization_details": details], ["scope": "credential", "signatureQualifier": "eu_eidas_qes"],
    ] {
      let way = try await CredentialWay(fixture, parameters)
      let end = try await way.logIn()
      #expect(end.headers[.location]?.contains("error=access_denied") == true, "\(end.text)")
    }
    let listed = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
    #expect(listed["credentialIDs"] == ["plain"])
  }
}
