import CSCModel
import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// Rows of the error tables that no other suite provokes over HTTP. Tests/python/openapi/check.py finds those that are
/// missing.
@Suite("The rest of the error tables over HTTP", .timeLimit(.minutes(5)))
struct RequestRowTests {
  private static let digest = Base64.encode(TestSupport.digest("a"))
  private static let ecdsa = #""signAlgo":"1.2.840.10045.4.3.2""#

  /// Method, members of the body in addition to `credentialID` (which is that of an enabled P-256 credential), and the
  /// row.
  private typealias Row = (method: String, members: String, text: String)

  private func check(_ rows: [Row], _ version: CSCVersion, _ fixture: GatewayFixture, _ id: CredentialID) async throws {
    for row in rows {
      let body = #"{"credentialID":"\#(id)"\#(row.members.isEmpty ? "" : ",")\#(row.members)}"#
      let answer = try await fixture.call(row.method, body, version, token: fixture.alice)
      #expect(answer.row == "400 invalid_request \(row.text)", "\(version) \(row.method) \(row.members)")
    }
  }

  @Test("members of the wrong type, and what the request alone decides", arguments: CSCVersion.allCases)
  func requests(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let (hashes, hashOID) = version == .v1 ? ("hash", "hashAlgo") : ("hashes", "hashAlgorithmOID")
    let signHash = "signatures/signHash"
    let sad = #""SAD":"x""#
    let named = #""\#(hashes)":["\#(Self.digest)"]"#
    let long = String(repeating: "x", count: 501)
    var rows: [Row] = [
      ("credentials/list", #""credentialInfo":1"#, "Invalid parameter credentialInfo"),
      ("credentials/list", #""onlyValid":"true""#, "Invalid parameter onlyValid"),
      ("credentials/list", #""credentialInfo":true,"certInfo":"true""#, "Invalid parameter certInfo"),
      ("credentials/list", #""credentialInfo":true,"authInfo":[]"#, "Invalid parameter authInfo"),
      ("credentials/list", #""pageToken":5"#, "Invalid parameter pageToken"),
      ("credentials/info", #""certInfo":1"#, "Invalid parameter certInfo"),
      ("credentials/info", #""authInfo":true,"auth_info":false"#, "Invalid parameter authInfo"),
      ("auth/login", #""rememberMe":1"#, "Invalid parameter rememberMe"),
      ("auth/revoke", "", "Missing (or invalid type) string parameter token"),
      ("auth/revoke", #""token":"x""#, "Invalid string parameter token"),
      ("auth/revoke", #""token":"x","token_type_hint":"id_token""#, "Invalid string parameter token_type_hint"),
      ("credentials/authorize", #""numSignatures":1,"\#(hashes)":[]"#, "Empty \(hashes) array"),
      (
        "credentials/authorize", #""numSignatures":1,"\#(hashes)":["*"]"#, "Invalid Base64 hash string parameter"
      ),
      ("credentials/authorize", #""numSignatures":1,"PIN":5"#, "Invalid parameter PIN"),
      ("credentials/authorize", #""numSignatures":1,"OTP":5"#, "Invalid parameter OTP"),
      ("credentials/authorize", #""numSignatures":0"#, "Invalid value for parameter numSignatures"),
      ("credentials/authorize", #""numSignatures":1.5"#, "Missing (or invalid type) integer parameter numSignatures"),
      (
        "credentials/authorize", #""numSignatures":1,"authData":{}"#,
        "Missing (or invalid type) array parameter authData"
      ),
      ("credentials/authorize", #""numSignatures":1,"description":"\#(long)""#, "Invalid parameter description"),
      (
        "credentials/authorize", #""numSignatures":1,\#(named),"hashAlgorithmOID":"1","hashAlgo":"2""#,
        "Invalid parameter hashAlgorithmOID"
      ),
      (
        "credentials/authorize", #""numSignatures":1,"hash":["\#(Self.digest)"],"hashes":["x"]"#,
        "Invalid parameter \(hashes)"
      ),
      (
        "credentials/authorize", #""numSignatures":1,\#(named),"hashAlgorithmOID":"1.3.14.3.2.26""#,
        "Invalid parameter \(hashOID)"
      ),
      (
        "credentials/authorize",
        #""numSignatures":1,"\#(hashes)":["AAAA"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#,
        "Invalid digest value length"
      ),
      (
        "credentials/extendTransaction", #"\#(sad),\#(named),"hashAlgorithmOID":"1","hashAlgo":"2""#,
        "Invalid parameter hashAlgorithmOID"
      ),
      (
        "credentials/extendTransaction", #"\#(sad),\#(named),"hashAlgorithmOID":"1.3.14.3.2.26""#,
        "Invalid parameter \(hashOID)"
      ),
      (
        "credentials/extendTransaction",
        #"\#(sad),"\#(hashes)":["AAAA"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#, "Invalid digest value length"
      ),
      ("credentials/extendTransaction", #"\#(sad),"hash":["AAAA"],"hashes":["BBBB"]"#, "Invalid parameter \(hashes)"),
      ("credentials/extendTransaction", #"\#(sad),"hash":5"#, "Missing (or invalid type) array parameter \(hashes)"),
      (signHash, Self.ecdsa, "Missing (or invalid type) string parameter SAD"),
      (signHash, #"\#(sad),\#(Self.ecdsa)"#, "Missing (or invalid type) array parameter \(hashes)"),
      (signHash, #"\#(sad),"\#(hashes)":[],\#(Self.ecdsa)"#, "Empty \(hashes) array"),
      (signHash, #"\#(sad),"\#(hashes)":["*"],\#(Self.ecdsa)"#, "Invalid Base64 hash string parameter"),
      (signHash, #"\#(sad),"\#(hashes)":["AAAA"],\#(Self.ecdsa)"#, "Invalid digest value length"),
      (signHash, #"\#(sad),"hash":["AAAA"],"hashes":["BBBB"],\#(Self.ecdsa)"#, "Invalid parameter \(hashes)"),
      (signHash, #"\#(sad),\#(named)"#, "Missing (or invalid type) string parameter signAlgo"),
      (signHash, #"\#(sad),\#(named),\#(Self.ecdsa),"clientData":{}"#, "Invalid parameter clientData"),
      (
        signHash, #"\#(sad),\#(named),"signAlgo":"1.2.840.113549.1.1.10""#,
        "Missing (or invalid type) string parameter signAlgoParams"
      ),
      (
        signHash, #"\#(sad),\#(named),"signAlgo":"1.2.840.113549.1.1.10","signAlgoParams":"MAA=""#,
        "Invalid parameter signAlgoParams"
      ),
      (
        signHash, #"\#(sad),\#(named),"signAlgo":"1.2.840.113549.1.1.1""#,
        "Missing (or invalid type) string parameter \(hashOID)"
      ),
      (
        signHash, #"\#(sad),\#(named),"signAlgo":"1.2.840.113549.1.1.1","\#(hashOID)":"1.3.14.3.2.26""#,
        "Invalid parameter \(hashOID)"
      ),
    ]
    if version == .v2 {
      rows += [
        (
          "credentials/authorize", #""numSignatures":1,\#(named)"#,
          "Missing (or invalid type) string parameter hashAlgorithmOID"
        ),
        (
          "credentials/authorize",
          #""numSignatures":1,"PIN":"12345678","hashes":["\#(Self.digest)","\#(Self.digest)"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#,
          "Invalid parameter hashes"
        ),
        ("credentials/authorize", #""numSignatures":1,"hashes":5"#, "Missing (or invalid type) array parameter hashes"),
        (
          "signatures/signDoc",
          #"\#(sad),"documentDigests":[{"hash":"AAAA","hashes":"BBBB","signature_format":"C",\#(Self.ecdsa)}]"#,
          "Invalid parameter hashes"
        ),
        (signHash, #"\#(sad),\#(named),\#(Self.ecdsa),"operationMode":"X""#, "Invalid parameter operationMode"),
        (
          signHash, #"\#(sad),\#(named),\#(Self.ecdsa),"operationMode":"A","validity_period":"soon""#,
          "Invalid parameter validity_period"
        ),
        (
          signHash, #"\#(sad),\#(named),\#(Self.ecdsa),"operationMode":"A","validity_period":1"#,
          "Out of bounds parameter validity_period"
        ),
        (
          signHash, #"\#(sad),\#(named),\#(Self.ecdsa),"operationMode":"A","response_uri":"here""#,
          "Invalid parameter response_uri"
        ),
      ]
    }
    try await check(rows, version, fixture, credential.id)
  }

  @Test("a disabled credential, at every method that uses its key", arguments: CSCVersion.allCases)
  func disabled(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    var credential = try await fixture.signing.createCredential(expression: "PIN AND SMS")
    credential.isEnabled = false
    try await fixture.signing.service.credentials.put(credential, events: [])
    let sad = Base64.encodeURL([UInt8](repeating: 7, count: 48))
    let (hashes, oid) = (version == .v1 ? "hash" : "hashes", "2.16.840.1.101.3.4.2.1")
    var methods = [
      ("credentials/authorize", #""numSignatures":1"#),
      (
        "credentials/extendTransaction",
        #""SAD":"\#(sad)","\#(hashes)":["\#(Self.digest)"],"hashAlgorithmOID":"\#(oid)""#
      ),
      ("signatures/signHash", #""SAD":"\#(sad)","\#(hashes)":["\#(Self.digest)"],\#(Self.ecdsa)"#),
    ]
    methods.append(("credentials/sendOTP", ""))
    if version == .v2 { methods.append(("credentials/getChallenge", #""authObjectID":"SMS""#)) }
    let entry =
      #"{"hashes":["\#(Self.digest)"],"signature_format":"C",\#(Self.ecdsa),"signed_envelope_property":"Detached"}"#
    if version == .v2 { methods.append(("signatures/signDoc", #""SAD":"\#(sad)","documentDigests":[\#(entry)]"#)) }
    let rows = methods.map { ($0.0, $0.1, "The credential identified by credentialID is disabled") }
    try await check(rows, version, fixture, credential.id)
  }

  @Test("more than was authorized", arguments: CSCVersion.allCases)
  func tooMany(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
    let hashes = version == .v1 ? "hash" : "hashes"
    let rows: [Row] = [
      (
        "signatures/signHash", #""SAD":"\#(sad)","\#(hashes)":["\#(Self.digest)","\#(Self.digest)"],\#(Self.ecdsa)"#,
        "Numbers of signatures is too high"
      )
    ]
    try await check(rows, version, fixture, credential.id)
  }

  @Test("an expired token, at every method that needs one", arguments: CSCVersion.allCases)
  func expiredToken(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    fixture.signing.clock.advance(3600)
    let info = try await fixture.call("info", "{}", version)
    for method in try #require(info["methods"]?.array).compactMap(\.string) where method != "auth/login" {
      let answer = try await fixture.call(method, "{}", version, token: fixture.alice)
      #expect(
        answer.row == "401 expired_token The access or refresh token is expired or has been revoked.", "\(method)")
    }
  }

  @Test("a body that is no JSON object, at every method", arguments: CSCVersion.allCases)
  func malformed(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let info = try await fixture.call("info", "{}", version)
    for method in try #require(info["methods"]?.array).compactMap(\.string) {
      let answer = try await fixture.call(method, "[]", version, token: fixture.alice)
      #expect(
        answer.row
          == "400 invalid_request The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.",
        "\(method)")
    }
  }

  @Test("a credential of the authorization server is not authorized by the API", arguments: CSCVersion.allCases)
  func elsewhere(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(mode: .oauth2code)
    try await check(
      [
        (
          "credentials/authorize", #""numSignatures":1,"PIN":"12345678""#,
          "The credential identified by credentialID is authorized by oauth2/authorize"
        )
      ], version, fixture, credential.id)
  }

  @Test("wrong passwords for one name, in either version: 429 with the seconds to wait")
  func passwords() async throws {
    let fixture = try await GatewayFixture()
    let header = "Basic " + Base64.encode(Array("alice:wrong".utf8))
    for number in 0..<6 {
      let version: CSCVersion = number.isMultiple(of: 2) ? .v1 : .v2
      #expect(try await fixture.call("auth/login", "{}", version, header: header).status == 400)
    }
    for version in CSCVersion.allCases {
      let answer = try await fixture.call("auth/login", "{}", version, header: header)
      #expect(answer.row == "429 temporarily_unavailable Too many requests")
      #expect(try (1...900).contains(#require(answer.headers[.retryAfter].flatMap { Int($0) })))
    }
  }
}
