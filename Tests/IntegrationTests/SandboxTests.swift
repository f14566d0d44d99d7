import CSCModel
import OpenIDClient
import Foundation
import Octets
import OutboundHTTP
import TestSupport
import Testing
import WireJSON

/// The whole program against real parts: SoftHSM, SQLite, the eID simulator in its own process.
@Suite("Sandbox", .timeLimit(.minutes(15)), .serialized)
struct SandboxTests {
  private func call(
    _ sandbox: SandboxProcess, _ path: String, _ body: JSONValue, token: String?, tls: Bool = false
  ) async throws -> (status: Int, json: JSONObject) {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = !tls
    settings.trustAnchors = tls ? sandbox.description["tlsTrustAnchor"]?.string : nil
    let client = HTTPClient(settings)
    defer { client.stop() }
    let base = try #require(sandbox.description[tls ? "tlsBaseURL" : "baseURL"]?.string)
    var headers = ["Content-Type: application/json"]
    if let token { headers.append("Authorization: Bearer \(token)") }
    let answer = try await client.perform(.init(url: "\(base)/csc/\(path)", body: body.compact(), headers: headers))
    try Exchanges.record(
      method: "POST", target: "/csc/\(path)", contentType: "application/json", body: body.compact(),
      status: answer.status, headers: answer.headers, answer: answer.body)
    return (
      answer.status,
      try answer.body.isEmpty ? JSONObject() : JSONValue.parse(answer.body, limits: .own).object ?? JSONObject()
    )
  }

  @Test("ended by SIGTERM as it should, and started again with the same tokens, keys and a SAD that still works")
  func restart() async throws {
    let folder = try temporaryFolder()
    let first = try await SandboxProcess(folder: folder)
    let token = try #require(first.user("alice")["serviceToken"]?.string)
    let credential = try first.credential("p256-pin")
    let authorized = try await call(
      first, "v1/credentials/authorize",
      ["credentialID": .string(credential), "numSignatures": 1, "PIN": "12345678"], token: token)
    let sad = try #require(authorized.json["SAD"])
    let before = first.description
    #expect(first.stop() == 0)
    // Everything is in the one file, so that a copy of it is whole.
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("countersign.sqlite-wal").path))

    let second = try await SandboxProcess(folder: folder)
    defer { _ = second.stop() }
    #expect(second.description == before)
    let signed = try await call(
      second, "v1/signatures/signHash",
      [
        "credentialID": .string(credential), "SAD": sad, "hash": [.string(Base64.encode(digest("a")))],
        "signAlgo": "1.2.840.10045.4.3.2",
      ], token: token, tls: true)
    #expect(signed.status == 200 && signed.json["signatures"]?.array?.count == 1)
    let verified = try await run(
      SandboxProcess.program.path,
      ["audit", "verify", "--database", folder.appendingPathComponent("countersign.sqlite").path])
    #expect(verified.status == 0, "\(verified.output)")

    try await refuseIntruders(folder)
  }

  /// A second gateway under the same name would take the first one's signatures for those of a crash.
  private func refuseIntruders(_ folder: URL) async throws {
    let files = FileManager.default
    let elsewhere = try temporaryFolder()
    let database = folder.appendingPathComponent("countersign.sqlite").path
    let symbolic = elsewhere.appendingPathComponent("symbolic.sqlite").path
    let hard = folder.appendingPathComponent("hard.sqlite").path
    try files.createSymbolicLink(atPath: symbolic, withDestinationPath: database)
    func intrude(_ path: String, instance: String) async throws -> (status: Int32, output: String) {
      let file = folder.appendingPathComponent("config.json").path
      var config = try #require(JSONValue.parse(Array(files.contents(atPath: file) ?? Data()), limits: .own).object)
      (config["database"], config["instance"]) = (.string(path), .string(instance))
      let changed = elsewhere.appendingPathComponent("config.json").path
      _ = files.createFile(atPath: changed, contents: Data(JSONValue.object(config).compact()))
      let result = try await run(
        "/usr/bin/env",
        [
          "SOFTHSM2_CONF=\(folder.appendingPathComponent("softhsm2.conf").path)", SandboxProcess.program.path, "serve",
          "--config", changed,
        ])
      return (result.status, result.output)
    }
    for path in [database, symbolic, "\(folder.path)/../\(folder.lastPathComponent)/countersign.sqlite"] {
      let intruder = try await intrude(path, instance: "countersign-sandbox")
      #expect(intruder.status == 1 && intruder.output.contains("another gateway serves"), "\(path): \(intruder.output)")
    }
    // A hard link has a log of its own: whatever the instance is called, it must not be served.
    try files.linkItem(atPath: database, toPath: hard)
    for path in [database, hard] {
      let intruder = try await intrude(path, instance: "another")
      #expect(intruder.status == 1 && intruder.output.contains("has 2 names"), "\(path): \(intruder.output)")
    }
    try files.removeItem(atPath: hard)
  }

  @Test("the customer of p256-eid logs in at the eID, and the ID token makes the SAD that signs")
  func eid() async throws {
    let sandbox = try await SandboxProcess(folder: try temporaryFolder())
    defer { _ = sandbox.stop() }
    let token = try #require(sandbox.description["partner"]?.object?["serviceToken"]?.string)
    let credential = try sandbox.credential("p256-eid")
    let challenge = try await call(
      sandbox, "v2/credentials/getChallenge", ["credentialID": .string(credential), "authObjectID": "EID"], token: token
    )
    let nonce = try #require(challenge.json["challenge"]?.string)

    func authorize(_ idToken: String, _ id: String) async throws -> (status: Int, json: JSONObject) {
      try await call(
        sandbox, "v2/credentials/authorize",
        [
          "credentialID": .string(id), "numSignatures": 1, "authData": [["id": "EID", "value": .string(idToken)]],
        ], token: token)
    }
    // Another person's token for the right challenge is refused, and the challenge stays good.
    let bobs = try await logIn(sandbox, as: "bob", nonce: nonce)
    #expect(try await authorize(bobs, credential).json["error"] == "invalid_authentication_data")
    let alices = try await logIn(sandbox, as: "alice", nonce: nonce)
    let authorized = try await authorize(alices, credential)
    let sad = try #require(authorized.json["SAD"], "\(authorized)")
    #expect(try await authorize(alices, credential).json["error"] == "invalid_authentication_data")
    let signed = try await call(
      sandbox, "v2/signatures/signHash",
      [
        "credentialID": .string(credential), "SAD": sad, "hashes": [.string(Base64.encode(digest("a")))],
        "signAlgo": "1.2.840.10045.4.3.2",
      ], token: token)
    #expect(signed.status == 200)
  }

  @Test("the code that the messenger got opens p256-pin-sms, in a folder that an older build made too")
  func oneTimeCode() async throws {
    let folder = try temporaryFolder()
    _ = try await SandboxProcess(folder: folder).stop()
    // As an older build left it.
    let path = folder.appendingPathComponent("seed.json")
    var seed = try #require(JSONValue.parse(Array(Data(contentsOf: path)), limits: .own).object)
    var ids = try #require(seed["credentialIDs"]?.object)
    let before = ids["p256-pin"]
    ids["p256-pin-sms"] = nil
    seed["credentialIDs"] = .object(ids)
    seed["webhookSecret"] = nil
    try Data(JSONValue.object(seed).compact()).write(to: path)

    let sandbox = try await SandboxProcess(folder: folder)
    defer { _ = sandbox.stop() }
    #expect(try sandbox.credential("p256-pin") == before?.string)
    let token = try #require(sandbox.user("alice")["serviceToken"]?.string)
    let credential = try sandbox.credential("p256-pin-sms")
    let sent = try await call(
      sandbox, "v1/credentials/sendOTP", ["credentialID": .string(credential), "description": "Order 7"], token: token)
    #expect(sent.status == 204)
    let messages = try await messages(sandbox)
    let message = try #require(messages.last)
    #expect(message["type"] == "one-time-code" && message["to"] == "alice")
    #expect(message["credentialID"]?.string == credential)
    let code = try #require(message["code"]?.string)
    #expect(message["text"]?.string?.contains("Order 7") == true)
    let authorized = try await call(
      sandbox, "v1/credentials/authorize",
      ["credentialID": .string(credential), "numSignatures": 1, "PIN": "12345678", "OTP": .string(code)], token: token)
    let sad = try #require(authorized.json["SAD"], "\(authorized)")
    let signed = try await call(
      sandbox, "v1/signatures/signHash",
      [
        "credentialID": .string(credential), "SAD": sad, "hash": [.string(Base64.encode(digest("a")))],
        "signAlgo": "1.2.840.10045.4.3.2",
      ], token: token)
    #expect(signed.status == 200)
  }

  @Test("the customer of p256-page gets a link, and confirms on the page; the gateway is restarted meanwhile")
  func confirmationPage() async throws {
    let folder = try temporaryFolder()
    var sandbox = try await SandboxProcess(folder: folder)
    defer { _ = sandbox.stop() }
    let token = try #require(sandbox.user("alice")["serviceToken"]?.string)
    let credential = try sandbox.credential("p256-page")
    let hashes: [(String, JSONValue)] = [
      ("credentialID", .string(credential)), ("hashes", [.string(Base64.encode(digest("a")))]),
      ("hashAlgorithmOID", "2.16.840.1.101.3.4.2.1"),
    ]
    let begun = try await call(
      sandbox, "v2/credentials/authorize",
      .object(JSONObject(hashes + [("numSignatures", 1), ("authData", [["id": "PAGE"]])])), token: token)
    let handle = try #require(begun.json["handle"], "\(begun)")
    let message = try #require(try await messages(sandbox).last)
    #expect(begun.status == 202 && message["type"] == "confirmation" && message["to"] == "alice")
    let url = try #require(message["url"]?.string)
    #expect(url.hasPrefix("https://127.0.0.1:\(SandboxProcess.ports.tls)/confirm/"))
    _ = sandbox.stop()
    sandbox = try await SandboxProcess(folder: folder)

    func check() async throws -> (status: Int, json: JSONObject) {
      try await call(sandbox, "v2/credentials/authorizeCheck", ["handle": handle], token: token)
    }
    #expect(try await check().status == 202)
    let anchor = try #require(sandbox.description["tlsTrustAnchor"]?.string)
    let browser = [
      "-s", "--cacert", anchor, "-c", folder.appendingPathComponent("cookies").path, "-b",
      folder.appendingPathComponent("cookies").path,
    ]
    let page = try await run("/usr/bin/curl", browser + [url]).output
    func field(_ name: String) throws -> String {
      try String(#require(page.firstMatch(of: Regex("name=\"\(name)\" value=\"([^\"]*)\""))?.output[1].substring))
    }
    let form = [
      "transaction=\(try field("transaction"))", "csrf=\(try field("csrf"))", "decision=approve", "PIN=12345678",
    ]
    let answer = try await run(
      "/usr/bin/curl",
      browser + ["-o", "/dev/null", "-w", "%{http_code}"] + form.flatMap { ["--data-urlencode", $0] } + [url])
    #expect(answer.output == "200")
    let granted = try await check()
    let sad = try #require(granted.json["SAD"], "\(granted)")
    #expect(try await check().json["SAD"] == sad)
    let signed = try await call(
      sandbox, "v2/signatures/signHash",
      .object(JSONObject(hashes + [("SAD", sad), ("signAlgo", "1.2.840.10045.4.3.2")])), token: token)
    #expect(signed.status == 200)
  }

  /// Messages that the partner's messenger got.
  private func messages(_ sandbox: SandboxProcess) async throws -> [JSONObject] {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    let client = HTTPClient(settings)
    defer { client.stop() }
    let answer = try await client.perform(.init(url: try #require(sandbox.description["messages"]?.string)))
    return try #require(JSONValue.parse(answer.body, limits: .own).array).compactMap(\.object)
  }

  /// The partner's client at the eID: code flow with PKCE.
  private func logIn(_ sandbox: SandboxProcess, as name: String, nonce: String) async throws -> String {
    let user = try sandbox.user(name)
    let eid = try #require(sandbox.description["eid"]?.object)
    let issuer = try #require(eid["issuer"]?.string)
    let clientID = try #require(eid["clientID"]?.string)
    let redirectURI = try #require(sandbox.description["partner"]?.object?["redirectURI"]?.string)
    let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"
    let challenge = Base64.encodeURL(OctetDigest.sha256(verifier))
    let form = [
      "response_type=code", "client_id=\(clientID)", "redirect_uri=\(redirectURI)", "scope=openid", "nonce=\(nonce)",
      "code_challenge=\(challenge)", "code_challenge_method=S256", "subject=\(user["eidSubject"]?.string ?? "")",
      "pin=\(user["pin"]?.string ?? "")",
    ]
    let answer = try await run(
      "/usr/bin/curl",
      ["-s", "-o", "/dev/null", "-w", "%{redirect_url}"] + form.flatMap { ["--data-urlencode", $0] }
        + ["\(issuer)/authorize"])
    let code = try #require(URLComponents(string: answer.output)?.queryItems?.first { $0.name == "code" }?.value)
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    let provider = OpenIDProvider(
      ProviderSettings(issuer: issuer, clientID: clientID, levels: [:]), client: HTTPClient(settings),
      now: { Int64(Date().timeIntervalSince1970) })
    return try await provider.exchange(code: code, redirectURI: redirectURI, codeVerifier: verifier).idToken
  }

  @Test("a configuration file with an unknown or missing member is refused, and the error names it")
  func configuration() async throws {
    let folder = try temporaryFolder()
    let sandbox = try await SandboxProcess(folder: folder)
    _ = sandbox.stop()
    let path = folder.appendingPathComponent("config.json").path
    #expect(try await run(SandboxProcess.program.path, ["config", "check", "--config", path]).status == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (change, name) in [
      (text.replacing("\"service\"", with: "\"servce\""), "service"),
      (text.replacing("\"tokenLabel\"", with: "\"tokenlabel\""), "tokenLabel"),
      (text.replacing("\"service\":", with: "\"extra\": 1,\n  \"service\":"), "extra"),
      (text.replacing("\"high\"", with: "\"very high\""), "LoA/high"),
      (text.replacing("\"activationLife\": 300", with: "\"activationLife\": 5"), "activationLife"),
      (text.replacing("1.3.6.1.4.1.32473", with: "1.3.6.01"), "policy"),
      (text.replacing("/tsa.pem", with: "/none.pem"), "certificates"),
      (text.replacing("\"ES256\"", with: "\"HS256\""), "algorithms"),
      (text.replacing("\"levels\": {", with: "\"accessTokens\": \"all\", \"levels\": {"), "accessTokens"),
      (
        text.replacing("\"levels\": {", with: "\"audiences\": {\"a\": [\"x\"], \"b\": [\"x\"]}, \"levels\": {"),
        "audiences"
      ), (text.replacing("\"levels\": {", with: "\"calls\": {\"waitng\": 1}, \"levels\": {"), "waitng"),
    ] {
      #expect(change != text)
      let changed = folder.appendingPathComponent("changed.json").path
      try change.write(toFile: changed, atomically: true, encoding: .utf8)
      let result = try await run(SandboxProcess.program.path, ["config", "check", "--config", changed])
      #expect(result.status != 0 && result.output.contains(name), "\(result.output)")
    }
  }
}
