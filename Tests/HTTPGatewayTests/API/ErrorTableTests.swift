import CSCModel
import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

private let longText =
  "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."

@Suite("Error tables over HTTP", .timeLimit(.minutes(5)))
struct ErrorTableTests {
  @Test("a missing or malformed Authorization header gets each method's own row", arguments: CSCVersion.allCases)
  func headers(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let methods = Method.allCases.filter { $0 != .info && $0 != .authLogin && $0.exists(in: version) }
    for method in methods {
      for header in [nil, "Bearer", "Bearer ", "Basic abc", "Bearer a b", "bearer", "Bearer ü"] {
        let answer = try await fixture.call(method.rawValue, "{}", version, header: header)
        let text =
          switch (version, method) {
          case (.v2, _): "Malformed authorization header."
          case (.v1, .credentialsSendOTP): "Malformed authroization header."
          case (.v1, .authRevoke), (.v1, .credentialsExtendTransaction):
            longText.replacing("a required", with: "a REQUIRED")
          case (.v1, _): longText
          }
        #expect(answer.row == "400 invalid_request \(text)", "\(method) \(header ?? "none")")
        // RFC 6750 §3: how one authenticates.
        #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="countersign""#)
      }
      let unknown = try await fixture.call(method.rawValue, "{}", version, token: "unknown")
      #expect(unknown.status == 401 && unknown["error"] == "invalid_token")
      #expect(unknown.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
    }
  }

  @Test("an expired and a revoked token")
  func tokens() async throws {
    let fixture = try await GatewayFixture()
    #expect(try await fixture.call("auth/revoke", #"{"token":"\#(fixture.bob)"}"#, token: fixture.bob).status == 204)
    #expect(try await fixture.call("credentials/list", token: fixture.bob).row.hasPrefix("401 invalid_token"))
    fixture.signing.clock.advance(3600)
    #expect(try await fixture.call("credentials/list", token: fixture.alice).row.hasPrefix("401 expired_token"))
  }

  @Test("methods that are not built answer 501, in JSON", arguments: CSCVersion.allCases)
  func notImplemented(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture(withTimestamps: false, withDocuments: false, withIssuer: false)
    for method in [
      "signatures/timestamp", "signatures/signDoc", "credentials/create", "credentials/delete", "nonsense", "a/b/c",
    ] {
      let answer = try await fixture.call(method, "{}", version, token: fixture.alice)
      #expect(answer.status == 501 && answer["error"]?.string != nil, "\(method)")
    }
    let info = try await fixture.call("info", "{}", version)
    for method in try #require(info["methods"]?.array).compactMap(\.string) {
      #expect(try await fixture.call(method, "{}", version, token: fixture.alice).status != 501, "\(method)")
    }
    #expect(try await fixture.call("credentials/getChallenge", "{}", .v1, token: fixture.alice).status == 501)
    #expect(try await fixture.call("signatures/signHash", "", version, token: fixture.alice, verb: .get).status == 405)
  }

  @Test(
    "whatever HTTP calls the method: an error in JSON, and after HEAD its head alone", arguments: CSCVersion.allCases)
  func verbs(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    for verb in [HTTPRequest.Method.put, .delete, .patch, .trace, .head] {
      for (method, row) in [
        ("signatures/signHash", "405 invalid_request The method is called with POST"),
        ("info", "405 invalid_request The method is called with POST"),
        ("nonsense", "501 invalid_request The requested method is not implemented"),
      ] where !(verb == .head && method == "info") {
        let answer = try await fixture.call(method, "", version, token: fixture.alice, verb: verb)
        if verb == .head {
          #expect(answer.status == Int(row.prefix(3)) && answer.json.members.isEmpty, "\(verb) \(method)")
          #expect(answer.headers[.contentLength] != "0")
        } else {
          #expect(answer.row == row, "\(verb) \(method)")
        }
        #expect(answer.headers[.contentType]?.hasPrefix("application/json") == true, "\(verb) \(method)")
        if answer.status == 405 {
          #expect(answer.headers[.allow] == (method == "info" ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS"))
        }
      }
    }
  }

  @Test("numbers and texts beyond all bounds: nothing where nobody reads them, else the member's row")
  func extremeValues() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let number = "123456789012345678901234567890"
    for unknown in [#""x":\#(number)"#, #""x":1e999"#, #""x":{"y":"\u0000"}"#, #""\u0000":1"#] {
      let answer = try await fixture.call("credentials/list", "{\(unknown)}", token: fixture.alice)
      #expect(answer.row == "200 - -", "\(unknown)")
    }
    for size in [number, "-\(number)", "1e999", #""\u0000""#] {
      #expect(
        try await fixture.call("credentials/list", #"{"maxResults":\#(size)}"#, token: fixture.alice).status == 200)
    }
    func authorize(_ members: String) async throws -> String {
      try await fixture.call("credentials/authorize", "{\(members)}", token: fixture.alice).row
    }
    let who = #""credentialID":"\#(credential.id)","PIN":"12345678""#
    #expect(
      try await authorize(#"\#(who),"numSignatures":99999999999999999999"#)
        == "400 invalid_request Numbers of signatures is too high")
    #expect(
      try await authorize(#"\#(who),"numSignatures":-99999999999999999999"#)
        == "400 invalid_request Invalid value for parameter numSignatures")
    #expect(
      try await authorize(#"\#(who),"numSignatures":1e999"#)
        == "400 invalid_request Numbers of signatures is too high")
    #expect(
      try await authorize(#""credentialID":"\#(credential.id)\u0000","numSignatures":1"#)
        == "400 invalid_request Missing (or invalid type) string parameter credentialID")
    #expect(
      try await authorize(#""credentialID":"\#(credential.id)","numSignatures":1,"PIN":"12345678\u0000""#)
        == "400 invalid_request Invalid parameter PIN")
  }

  @Test("a body in a content coding is refused as such, and not read as something else", arguments: CSCVersion.allCases)
  func codings(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    for method in ["auth/login", "credentials/list", "signatures/signHash"] {
      for coding in ["gzip", "Deflate", "br", "identity, gzip", "nonsense"] {
        let answer = try await fixture.call(method, "{}", version, token: fixture.alice, coding: coding)
        #expect(answer.row == "415 invalid_request \(longText)", "\(method) \(coding)")
        #expect(answer.headers[.acceptEncoding] == "identity")
      }
    }
    for (token, coding, status) in [(fixture.alice, "Identity", 200), ("unknown", "gzip", 401)] {
      let answer = try await fixture.call("credentials/list", "{}", version, token: token, coding: coding)
      #expect(answer.status == status)
    }
  }

  @Test("bodies that are not strict JSON objects")
  func bodies() async throws {
    let fixture = try await GatewayFixture()
    for body in ["[]", "{", #"{"credentialID":"a","credentialID":"b"}"#, "{} {}", "{\"a\":\"\u{0}\"}", "null"] {
      let answer = try await fixture.call("credentials/info", body, token: fixture.alice)
      #expect(answer.row == "400 invalid_request \(longText)", "\(body)")
    }
    let large = #"{"credentialID":"\#(String(repeating: "a", count: 2 << 20))"}"#
    let answer = try await fixture.call("signatures/signHash", large, token: fixture.alice)
    #expect(answer.status == 413 && answer["error"] == "invalid_request")
  }

  @Test("auth/login", arguments: CSCVersion.allCases)
  func login(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }
    let rows: [(String, String?, String)] = [
      ("{}", nil, "401 invalid_request Malformed authentication parameter."),
      ("{}", "Basic ***", "401 invalid_request Malformed authentication parameter."),
      ("{}", basic("alice"), "400 invalid_request Malformed username-password."),
      (#"{"refresh_token":1}"#, nil, "400 invalid_request Invalid string parameter: refresh_token"),
      (#"{"refresh_token":"x"}"#, nil, "400 invalid_request Invalid refresh_token"),
      ("{}", basic("alice:wrong"), "400 authentication_error An error occurred during authentication process"),
      ("{}", basic("nobody:wrong"), "400 authentication_error An error occurred during authentication process"),
    ]
    for (body, header, row) in rows {
      #expect(try await fixture.call("auth/login", body, version, header: header).row == row)
    }
    let plain = try await fixture.call("auth/login", "{}", version, header: basic("alice:\(GatewayFixture.password)"))
    #expect(plain.status == 200 && plain["refresh_token"] == nil && plain["expires_in"] == 3600)
    let remembered = try await fixture.call(
      "auth/login", #"{"rememberMe":true}"#, version, header: basic("alice:\(GatewayFixture.password)"))
    let refresh = try #require(remembered["refresh_token"]?.string)
    let again = try await fixture.call("auth/login", #"{"refresh_token":"\#(refresh)"}"#, version)
    #expect(again["refresh_token"] == nil)
    let kept = try await fixture.call("auth/login", #"{"refresh_token":"\#(refresh)","rememberMe":true}"#, version)
    #expect(kept["refresh_token"]?.string == refresh)
    let access = try #require(again["access_token"]?.string)
    #expect(try await fixture.call("credentials/list", "{}", version, token: access).status == 200)
    // A refresh token is no access token, and takes all of its grant with it.
    #expect(try await fixture.call("credentials/list", "{}", version, token: refresh).status == 401)
    #expect(try await fixture.call("auth/revoke", #"{"token":"\#(refresh)"}"#, version, token: access).status == 204)
    #expect(try await fixture.call("credentials/list", "{}", version, token: access).status == 401)
  }

  @Test("auth/revoke")
  func revoke() async throws {
    let fixture = try await GatewayFixture()
    let rows = [
      ("{}", "400 invalid_request Missing (or invalid type) string parameter token"),
      (#"{"token":1}"#, "400 invalid_request Missing (or invalid type) string parameter token"),
      (#"{"token":"x","token_type_hint":"foo"}"#, "400 invalid_request Invalid string parameter token_type_hint"),
      (#"{"token":"x"}"#, "400 invalid_request Invalid string parameter token"),
      (#"{"token":"\#(fixture.otherPartner)"}"#, "400 invalid_request Invalid string parameter token"),
      (#"{"token":"\#(fixture.bob)"}"#, "400 invalid_request Invalid string parameter token"),
    ]
    for (body, row) in rows {
      #expect(try await fixture.call("auth/revoke", body, token: fixture.alice).row == row, "\(body)")
    }
    #expect(try await fixture.call("credentials/list", "{}", token: fixture.bob).status == 200)
  }

  @Test("credentials/list and info", arguments: CSCVersion.allCases)
  func credentials(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    func row(_ method: String, _ body: String, _ token: String) async throws -> String {
      try await fixture.call(method, body, version, token: token).row
    }
    let invalid = "400 invalid_request Invalid parameter"
    #expect(
      try await row("credentials/list", #"{"userID":"alice"}"#, fixture.alice)
        == "400 invalid_request userID parameter MUST be null")
    #expect(try await row("credentials/list", #"{"userID":"a\u0001 b"}"#, fixture.partner) == "\(invalid) userID")
    #expect(try await row("credentials/list", #"{"userID":5}"#, fixture.partner) == "\(invalid) userID")
    #expect(
      try await row("credentials/list", "{}", fixture.partner)
        == "400 invalid_request Missing (or invalid type) string parameter userID")
    let detailed = version == .v1 ? "" : #""credentialInfo":true,"#
    #expect(
      try await row("credentials/list", #"{\#(detailed)"certificates":"all"}"#, fixture.alice)
        == "\(invalid) certificates")
    if version == .v2 {
      #expect(try await row("credentials/list", #"{"certificates":"all","certInfo":"x"}"#, fixture.alice) == "200 - -")
    }
    if version == .v1 {
      #expect(try await row("credentials/list", #"{"pageToken":"garbage"}"#, fixture.alice) == "\(invalid) pageToken")
    }
    for body in ["{}", #"{"credentialID":5}"#] {
      #expect(
        try await row("credentials/info", body, fixture.alice)
          == "400 invalid_request Missing (or invalid type) string parameter credentialID")
    }
    #expect(try await row("credentials/info", #"{"credentialID":"x"}"#, fixture.alice) == "\(invalid) credentialID")
    for stranger in [fixture.bob, fixture.otherPartner] {
      #expect(
        try await row("credentials/info", #"{"credentialID":"\#(credential.id)"}"#, stranger)
          == "\(invalid) credentialID")
    }
    #expect(
      try await row("credentials/info", #"{"credentialID":"\#(credential.id)","certificates":"both"}"#, fixture.alice)
        == "\(invalid) certificates")
  }

  @Test("credentials/authorize: the rows that the credential decides", arguments: CSCVersion.allCases)
  func authorize(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let one = try await fixture.signing.createCredential("c1", expression: "PIN AND OTP", multisign: 3)
    let two = try await fixture.signing.createCredential("c2", scal: .two)
    var disabled = try await fixture.signing.createCredential("c3")
    disabled.isEnabled = false
    try await fixture.signing.service.credentials.put(disabled, events: [])
    func row(_ id: CredentialID, _ rest: String) async throws -> String {
      try await fixture.call(
        "credentials/authorize", #"{"credentialID":"\#(id)",\#(rest)}"#, version, token: fixture.alice
      )
      .row
    }
    let request = "400 invalid_request"
    #expect(
      try await row(CredentialID("x"), #""numSignatures":1"#) == "\(request) Invalid parameter credentialID")
    #expect(
      try await row(disabled.id, #""numSignatures":1,"PIN":"12345678""#)
        == "\(request) The credential identified by credentialID is disabled")
    #expect(try await row(one.id, #""numSignatures":4"#) == "\(request) Numbers of signatures is too high")
    let name = version == .v1 ? "hash" : "hashes"
    #expect(
      try await row(two.id, #""numSignatures":1,"PIN":"12345678""#)
        == "\(request) Missing (or invalid type) array parameter \(name)")
    #expect(
      try await row(one.id, #""numSignatures":1,"authData":[{"id":"FACE","value":"x"}]"#)
        == "\(request) Invalid parameter authData")

    let otp = #"{"id":"OTP","value":"000000"}"#
    if version == .v1 {
      #expect(
        try await row(one.id, #""numSignatures":1,"OTP":"000000""#)
          == "\(request) Missing (or invalid type) string parameter PIN")
      #expect(
        try await row(one.id, #""numSignatures":1,"PIN":"12345678""#)
          == "\(request) Missing (or invalid type) string parameter OTP")
      #expect(
        try await row(one.id, #""numSignatures":1,"PIN":"0","OTP":"000000""#) == "400 invalid_pin The PIN is invalid")
      for _ in 0..<5 {
        #expect(
          try await row(one.id, #""numSignatures":1,"PIN":"12345678","OTP":"00000""#)
            == "400 invalid_otp The OTP is invalid")
      }
      #expect(try await row(one.id, #""numSignatures":1,"PIN":"12345678","OTP":"0""#) == "\(request) OTP locked")
    } else {
      let wrong = "400 invalid_authentication_data The authentication data is invalid"
      #expect(try await row(one.id, #""numSignatures":1,"authData":[\#(otp)]"#) == "\(wrong); still needed: PIN")
      for _ in 0..<5 {
        #expect(
          try await row(one.id, #""numSignatures":1,"authData":[{"id":"PIN","value":"0"},\#(otp)]"#) == wrong)
      }
      #expect(
        try await row(one.id, #""numSignatures":1,"authData":[{"id":"PIN","value":"12345678"},\#(otp)]"#)
          == "\(request) Credential locked")
    }
  }

  @Test("a locked PIN in v1")
  func lockedPIN() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    func row(_ pin: String) async throws -> String {
      try await fixture.call(
        "credentials/authorize", #"{"credentialID":"\#(credential.id)","numSignatures":1,"PIN":"\#(pin)"}"#,
        token: fixture.alice
      ).row
    }
    for _ in 0..<5 { #expect(try await row("0") == "400 invalid_pin The PIN is invalid") }
    #expect(try await row("12345678") == "400 invalid_request PIN locked")
  }

  @Test("credentials/getChallenge")
  func challenge() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "PIN OR EID")
    func call(_ body: String) async throws -> GatewayFixture.Answer {
      try await fixture.call("credentials/getChallenge", body, .v2, token: fixture.alice)
    }
    let request = "400 invalid_request"
    #expect(try await call("{}").row == "\(request) Missing (or invalid type) string parameter credentialID")
    #expect(
      try await call(#"{"credentialID":"\#(credential.id)"}"#).row
        == "\(request) Missing (or invalid type) string parameter authObjectID")
    #expect(
      try await call(#"{"credentialID":"x","authObjectID":"EID"}"#).row == "\(request) Invalid parameter credentialID")
    for object in ["x", "PIN", "OTP"] {
      #expect(
        try await call(#"{"credentialID":"\#(credential.id)","authObjectID":"\#(object)"}"#).row
          == "\(request) Invalid parameter authObjectID")
    }
    let answer = try await call(#"{"credentialID":"\#(credential.id)","authObjectID":"EID"}"#)
    #expect(answer.status == 200 && answer["challenge"]?.string?.count == 64)
  }

  @Test(
    "signatures/signHash: the rows that SAD and credential decide, and nothing is spent", arguments: CSCVersion.allCases
  )
  func signHash(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let one = try await fixture.signing.createCredential("c1")
    let two = try await fixture.signing.createCredential("c2", scal: .two, days: 1)
    let (a, b) = (Base64.encode(digest("a")), Base64.encode(digest("b")))
    let hashes = version == .v1 ? "hash" : "hashes"
    let sha256 = "2.16.840.1.101.3.4.2.1"
    func authorize(_ id: CredentialID, _ hash: String? = nil) async throws -> String {
      let bound = hash.map { #","\#(hashes)":["\#($0)"],"hashAlgorithmOID":"\#(sha256)""# } ?? ""
      let answer = try await fixture.call(
        "credentials/authorize", #"{"credentialID":"\#(id)","numSignatures":1,"PIN":"12345678"\#(bound)}"#, version,
        token: fixture.alice)
      return try #require(answer["SAD"]?.string, "\(answer.row)")
    }
    func sign(
      _ id: CredentialID, _ sad: String, _ hash: String, algo: String = "1.2.840.10045.4.3.2", token: String? = nil
    ) async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "signatures/signHash",
        #"{"credentialID":"\#(id)","SAD":"\#(sad)","\#(hashes)":["\#(hash)"],"signAlgo":"\#(algo)"}"#, version,
        token: token ?? fixture.alice)
    }
    let request = "400 invalid_request"
    let sad = try await authorize(one.id)
    #expect(try await sign(CredentialID("x"), sad, a).row == "\(request) Invalid parameter credentialID")
    #expect(try await sign(one.id, sad, a, token: fixture.bob).row == "\(request) Invalid parameter credentialID")
    #expect(try await sign(one.id, "xxx", a).row == "\(request) Invalid parameter SAD")
    #expect(try await sign(CredentialID("x"), "xxx", a).row == "\(request) Invalid parameter credentialID")
    #expect(
      try await sign(one.id, Base64.encodeURL([UInt8](repeating: 1, count: 48)), a).row
        == "\(request) Invalid parameter SAD")
    #expect(try await sign(two.id, sad, a).row == "\(request) Invalid parameter SAD")
    // An RSA algorithm with an EC key.
    #expect(
      try await sign(one.id, sad, a, algo: "1.2.840.113549.1.1.11").row == "\(request) Invalid parameter signAlgo")
    let bound = try await authorize(two.id, a)
    #expect(
      try await sign(two.id, bound, b).row
        == "\(request) Hash is not authorized by "
        + (version == .v1 ? "the SAD." : "neither SAD nor an access token with scope “credential”."))
    #expect(try await sign(two.id, bound, a).status == 200)
    #expect(try await sign(one.id, sad, a).status == 200)
    #expect(try await sign(one.id, sad, b).row == "\(request) Invalid parameter SAD")

    let late = try await authorize(one.id)
    fixture.signing.clock.advance(300)
    #expect(try await sign(one.id, late, a).row == "\(request) SAD expired")
  }

  @Test("an expired certificate, in the words of each version")
  func expiredCertificate() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(days: 0)
    fixture.signing.clock.advance(120)
    for (version, text) in [
      (CSCVersion.v1, "Signing certificate 'CN=Alice Example' is expired."),
      (.v2, "Signing certificate ‘CN=Alice Example’ is expired."),
    ] {
      // The key is shown as one that cannot be used; its own row is for keys that were disabled (divergences.md).
      let info = try await fixture.call(
        "credentials/info", #"{"credentialID":"\#(credential.id)"}"#, version, token: fixture.alice)
      #expect(info["key"]?.object?["status"] == "disabled" && info["cert"]?.object?["status"] == "expired")
      let granted = try await fixture.call(
        "credentials/authorize", #"{"credentialID":"\#(credential.id)","numSignatures":1,"PIN":"12345678"}"#, .v1,
        token: fixture.alice)
      let sad = try #require(granted["SAD"]?.string)
      let answer = try await fixture.call(
        "signatures/signHash",
        #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","hash":["\#(Base64.encode(digest("a")))"],"signAlgo":"1.2.840.10045.4.3.2"}"#,
        version, token: fixture.alice)
      #expect(answer.row == "400 invalid_request \(text)")
    }
  }

  @Test("a row edited in the database is an internal error: no detail leaves, and the log names it")
  func editedRow() async throws {
    let fixture = try await GatewayFixture()
    let mine = try await fixture.signing.createCredential("c1")
    let bobs = try await fixture.signing.createCredential("c2", signer: "bob")
    var forged = bobs
    forged.wrappedKey = mine.wrappedKey
    let (text, id) = (forged.canonical(), bobs.id)
    let mac = try await fixture.signing.store.read { try $0.mac(of: id) }
    try await fixture.signing.store.write { try $0.put(ProtectedRow(text: text, mac: mac ?? []), of: bobs) }
    let answer = try await fixture.call(
      "credentials/authorize", #"{"credentialID":"\#(id)","numSignatures":1,"PIN":"12345678"}"#, token: fixture.bob)
    #expect(answer.status == 500 && answer["error"] == "server_error")
    #expect(answer["error_description"]?.string?.contains("c2") == false)
    #expect(answer.headers.contains { $0.name.canonicalName == "x-request-id" })
  }
}
