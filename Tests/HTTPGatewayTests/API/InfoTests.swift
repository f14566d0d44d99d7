import CSCModel
import Octets
import HTTPTypes
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Members of `info` that the operator decides.
@Suite("info as configured", .timeLimit(.minutes(5)))
struct InfoTests {
  private static let issuer = OAuthFixture.issuer
  private static let serverMembers = ["oauth2", "oauth2Issuer", "oauth2Servers"]

  private func fixture(_ change: (inout ServiceInfo) -> Void) async throws -> GatewayFixture {
    var fixture = try await GatewayFixture()
    change(&fixture.gateway.info)
    return fixture
  }

  @Test(
    "exactly one of the three members names the authorization server in v2; v1 knows one",
    arguments: [
      (nil, "oauth2", .string(issuer)), (.base(issuer + "/csc/v2"), "oauth2", .string(issuer + "/csc/v2")),
      (.issuer(issuer), "oauth2Issuer", .string(issuer)),
      (
        .list([
          AnnouncedServer(label: "People", address: .issuer(issuer), authTypes: ["oauth2code"]),
          AnnouncedServer(label: nil, address: .base(issuer), authTypes: ["oauth2client"]),
        ]), "oauth2Servers",
        [
          [
            "label": "People", "issuerIdentifier": .string(issuer), "authType": ["oauth2code"], "supportsRar": true,
          ], ["baseUri": .string(issuer), "authType": ["oauth2client"], "supportsRar": true],
        ]
      ),
    ] as [(AnnouncedServers?, String, JSONValue)])
  func servers(servers: AnnouncedServers?, member: String, value: JSONValue) async throws {
    let fixture = try await fixture { $0.servers = servers }
    let answer = try await fixture.call("info", "{}", .v2)
    #expect(answer[member] == value)
    #expect(Self.serverMembers.filter { answer[$0] != nil } == [member])
    // It stands in each server of the list.
    #expect(answer["supportsRar"] == (member == "oauth2Servers" ? nil : true))
    let old = try await fixture.call("info", "{}", .v1)
    #expect(old["oauth2"]?.string == Self.issuer + "/csc/v1/" && old["oauth2Issuer"] == nil)
  }

  @Test(
    "a method that is left out is not announced, and answers as one that is not there", arguments: CSCVersion.allCases)
  func methods(version: CSCVersion) async throws {
    let fixture = try await fixture { $0.methods = [.credentialsList, .signHash, .authRevoke] }
    let info = try await fixture.call("info", "{}", version)
    #expect(info["methods"] == ["auth/revoke", "credentials/list", "signatures/signHash"])
    #expect(info["authType"] == ["oauth2code", "oauth2client"])
    for name in ["credentials/info", "auth/login", "signatures/timestamp", "credentials/sendOTP"] {
      let answer = try await fixture.call(name, "{}", version, token: fixture.alice)
      #expect(answer.row == "501 invalid_request The requested method is not implemented", "\(name)")
    }
    #expect(try await fixture.call("credentials/list", "{}", version, token: fixture.alice).status == 200)
    guard version == .v2 else { return }
    // No part of signDoc is announced without it.
    #expect(info["conformance_levels"] == [] && info["supportedHashTypes"] == ["dtbsr"])
    #expect(info["signature_formats"]?.object?["formats"] == [] && info["validationInfo"] == false)
    #expect(info["asynchronousOperationMode"] == false)
  }

  @Test("a factor whose method was left out is not shown, nor a credential enabled that needs it; our pages go on")
  func factors() async throws {
    let fixture = try await fixture {
      $0.methods = Set(Method.allCases).subtracting([.credentialsAuthorizeCheck, .credentialsGetChallenge])
    }
    let rows: [(expression: String, mode: AuthorizationMode, shown: String?, objects: [JSONValue])] = [
      ("PIN", .explicit, "PIN", ["PIN"]), ("PIN OR EIDAPP", .explicit, "PIN", ["PIN"]),
      ("PIN XOR PAGE", .explicit, "PIN", ["PIN"]), ("(PIN AND EIDAPP) OR OTP", .explicit, "OTP", ["OTP"]),
      ("PIN AND EID", .explicit, nil, []), ("PAGE", .explicit, nil, []),
      // Its code comes by credentials/sendOTP too.
      ("PIN AND SMS", .explicit, "PIN AND SMS", ["PIN", "SMS"]),
    ]
    for (number, row) in rows.enumerated() {
      let id = "c\(number)"
      _ = try await fixture.signing.createCredential(id, expression: row.expression, mode: row.mode)
      let info = try await fixture.call(
        "credentials/info", #"{"credentialID":"\#(id)","authInfo":true}"#, .v2, token: fixture.alice)
      let auth = info["auth"]?.object
      #expect(auth?["expression"]?.string == row.shown, "\(row.expression)")
      let objects = auth?["objects"]?.array?.compactMap { $0.object?["id"] }
      #expect(Set(objects?.compactMap(\.string) ?? []) == Set(row.objects.compactMap(\.string)), "\(row.expression)")
      #expect(info["key"]?.object?["status"] == (row.shown == nil ? "disabled" : "enabled"), "\(row.expression)")
    }
    _ = try await fixture.signing.createCredential("page", expression: "PIN AND EID", mode: .oauth2code)
    let page = try await fixture.call("credentials/info", #"{"credentialID":"page"}"#, .v2, token: fixture.alice)
    #expect(page["key"]?.object?["status"] == "enabled")
    let old = try await fixture.call(
      "credentials/info", #"{"credentialID":"c4","authInfo":true}"#, .v1, token: fixture.alice)
    #expect(old["PIN"]?.object?["presence"] == "false" && old["key"]?.object?["status"] == "disabled")
  }

  @Test("without polling nothing is signed asynchronously, and nothing is spent")
  func noPolling() async throws {
    let fixture = try await fixture { $0.methods = Set(Method.allCases).subtracting([.signPolling]) }
    let credential = try await fixture.signing.createCredential()
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
    let hash = Base64.encode(digest("a"))
    func sign(_ more: String) async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "signatures/signHash",
        #"{"credentialID":"cred-1","SAD":"\#(sad)","hashes":["\#(hash)"],"signAlgo":"1.2.840.10045.4.3.2"\#(more)}"#,
        .v2,
        token: fixture.alice)
    }
    let refused = "400 invalid_request Invalid parameter operationMode"
    #expect(try await sign(#","operationMode":"A""#).row == refused)
    let document =
      #"{"document":"\#(hash)","signature_format":"J","conformance_level":"AdES-B-B","signAlgo":"1.2.840.10045.4.3.2"}"#
    let doc = try await fixture.call(
      "signatures/signDoc",
      #"{"credentialID":"cred-1","SAD":"\#(sad)","operationMode":"A","documents":[\#(document)]}"#, .v2,
      token: fixture.alice)
    #expect(doc.row == refused)
    #expect(try await sign("").status == 200)
  }

  @Test("no one is asked to grant what the method for it was left out of", arguments: [true, false])
  func noLifecycle(isCreation: Bool) async throws {
    let fixture = try await fixture {
      $0.methods = Set(Method.allCases).subtracting([isCreation ? .credentialsCreate : .credentialsDelete])
    }
    let document = try await PageVisitor(fixture).get("/.well-known/oauth-authorization-server").text
    let parsed = try JSONValue.parse(Array(document.utf8), limits: .own)
    let metadata = try #require(parsed.object)
    let names = ["credential-creation", "credential-deletion"]
    let (gone, offered) = isCreation ? (names[0], names[1]) : (names[1], names[0])
    for member in ["scopes_supported", "authorization_details_types_supported"] {
      let listed = try #require(metadata[member]?.array)
      let names = listed.compactMap(\.string)
      #expect(!names.contains(gone) && names.contains(offered), "\(member)")
    }
    for (name, isOffered) in [(gone, false), (offered, true)] {
      let visitor = PageVisitor(fixture)
      let page = try await visitor.get(
        "/oauth2/authorize?response_type=code&client_id=app&scope=\(name)"
          + "&redirect_uri=\(PercentText.encode(OAuthFixture.redirectURI))"
          + "&code_challenge=x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs&code_challenge_method=S256")
      #expect(page.status == (isOffered ? 200 : 302), "\(name): \(page.text.prefix(300))")
      #expect(isOffered || page.headers[.location]?.contains("error=invalid_scope") == true, "\(name)")
    }
  }

  @Test("without authorizeCheck no one is asked out of band")
  func noCheck() async throws {
    let fixture = try await fixture { $0.methods = Set(Method.allCases).subtracting([.credentialsAuthorizeCheck]) }
    _ = try await fixture.signing.createCredential(expression: "PAGE")
    let answer = try await fixture.call(
      "credentials/authorize", #"{"credentialID":"cred-1","numSignatures":1,"authData":[{"id":"PAGE"}]}"#, .v2,
      token: fixture.alice)
    #expect(answer.row == "400 invalid_request Invalid parameter authData")
    #expect(fixture.signing.messenger.delivered.isEmpty)
  }
}
