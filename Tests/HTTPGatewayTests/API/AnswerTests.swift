import CSCModel
import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Answers over HTTP", .timeLimit(.minutes(5)))
struct AnswerTests {
  /// No client survives a null in every place where one could stand.
  private func hasNull(_ value: JSONValue) -> Bool {
    switch value {
    case .null: true
    case .array(let elements): elements.contains(where: hasNull)
    case .object(let object): object.members.contains { hasNull($0.value) }
    default: false
    }
  }

  @Test("info by POST and GET, with and without a body", arguments: CSCVersion.allCases)
  func info(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture(withTimestamps: false, withDocuments: false)
    for answer in [
      try await fixture.call("info", "{}", version), try await fixture.call("info", "", version),
      try await fixture.call("info", "", version, verb: .get),
      try await fixture.call("info", #"{"lang":"xx"}"#, version),
    ] {
      #expect(answer.status == 200 && !hasNull(.object(answer.json)))
      #expect(answer["specs"]?.string == (version == .v1 ? "1.0.4.0" : "2.2.0.0"))
      for name in ["name", "logo", "region", "lang", "description", "authType", "methods"] {
        #expect(answer[name] != nil)
      }
      #expect(answer.headers[.contentType]?.hasPrefix("application/json") == true)
    }
    if version == .v2 {
      let answer = try await fixture.call("info", "{}", version)
      #expect(answer["signAlgorithms"]?.object?["algoParams"] == [])
      #expect(answer["signature_formats"]?.object?["envelope_properties"] == [])
      #expect(answer["conformance_levels"] == [] && answer["supportedHashTypes"] != nil)
    }
  }

  @Test("info in the language that is asked for, by POST and GET", arguments: CSCVersion.allCases)
  func language(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    for (answer, language) in [
      (try await fixture.call("info", #"{"lang":"de-AT"}"#, version), "de"),
      (try await fixture.call("info?lang=de", "", version, verb: .get), "de"),
      (try await fixture.call("info", #"{"lang":"en-GB"}"#, version), "en"),
      (try await fixture.call("info", #"{"lang":"fr"}"#, version), "en"),
      (try await fixture.call("info", #"{"lang":7}"#, version), "en"),
    ] {
      #expect(answer.status == 200 && answer["lang"]?.string == language)
      #expect(answer["name"]?.string == (language == "de" ? "Probe" : "Test"))
    }
  }

  @Test("v1 pages: every id once, at most maxResults, and no token on the last page")
  func pages() async throws {
    let fixture = try await GatewayFixture()
    for number in 0..<7 { _ = try await fixture.signing.createCredential("c\(number)") }
    _ = try await fixture.signing.createCredential("bobs", signer: "bob")
    var seen: [String] = []
    var token: String?
    repeat {
      let position = token.map { #","pageToken":"\#($0)""# } ?? ""
      let answer = try await fixture.call("credentials/list", #"{"maxResults":3\#(position)}"#, token: fixture.alice)
      let ids = try #require(answer["credentialIDs"]?.array).compactMap(\.string)
      #expect(ids.count <= 3)
      seen += ids
      token = answer["nextPageToken"]?.string
      #expect(!hasNull(.object(answer.json)))
    } while token != nil
    #expect(seen == (0..<7).map { "c\($0)" })
    for unusable in ["0", "-1", "1e9", "\"x\"", "null", "99999999999"] {
      let answer = try await fixture.call("credentials/list", #"{"maxResults":\#(unusable)}"#, token: fixture.alice)
      #expect(answer["credentialIDs"]?.array?.count == 7, "\(unusable)")
    }
    let partners = try await fixture.call("credentials/list", #"{"userID":"alice"}"#, token: fixture.partner)
    #expect(partners["credentialIDs"]?.array?.count == 7)
    let others = try await fixture.call("credentials/list", #"{"userID":"alice"}"#, token: fixture.otherPartner)
    #expect(others["credentialIDs"] == [])
  }

  @Test("v2 lists with information, with clients' other spellings, and hides unusable credentials on request")
  func listWithInfo() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c1", expression: "PIN AND OTP")
    var disabled = try await fixture.signing.createCredential("c2")
    disabled.isEnabled = false
    try await fixture.signing.service.credentials.put(disabled, events: [])
    let answer = try await fixture.call(
      "credentials/list",
      #"{"credentialInfo":true,"certificates":"chain","certInfo":true,"auth_info":true,"only_valid":true,"lang":null,"clientData":null}"#,
      .v2, token: fixture.alice)
    #expect(answer["credentialIDs"] == ["c1"] && answer["onlyValid"] == true && !hasNull(.object(answer.json)))
    let info = try #require(answer["credentialInfos"]?.array?.first?.object)
    #expect(info["credentialID"] == "c1" && info["key"]?.object?["len"] == 256)
    #expect(info["cert"]?.object?["certificates"]?.array?.count == 3)
    #expect(info["auth"]?.object?["expression"] == "PIN AND OTP")
    #expect(info["auth"]?.object?["objects"]?.array?.count == 2)
    #expect(info["SCAL"] == "1" && info["multisign"] == 10)
    let plain = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
    #expect(plain["credentialInfos"] == nil && plain["credentialIDs"] == ["c1", "c2"])
  }

  @Test("credentials/info in both versions")
  func info() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("ec", expression: "PIN OR OTP")
    _ = try await fixture.signing.createCredential("rsa", key: .rsa(bits: 2048), scal: .two)
    func info(_ id: String, _ rest: String, _ version: CSCVersion) async throws -> JSONObject {
      try await fixture.call("credentials/info", #"{"credentialID":"\#(id)"\#(rest)}"#, version, token: fixture.alice)
        .json
    }
    let full = try await info("ec", #","certificates":"none","certInfo":true,"authInfo":true"#, .v1)
    let cert = try #require(full["cert"]?.object)
    #expect(cert["certificates"] == nil && cert["validFrom"]?.string?.wholeMatch(of: /[0-9]{14}Z/) != nil)
    #expect(cert["subjectDN"] == "CN=Alice Example,2.5.4.42=#0C05416C696365,2.5.4.4=#0C074578616D706C65,C=AT")
    #expect(full["PIN"]?.object?["presence"] == "optional" && full["OTP"]?.object?["type"] == "offline")
    #expect(full["authMode"] == "explicit" && full["key"]?.object?["curve"] == "1.2.840.10045.3.1.7")
    #expect(full["key"]?.object?["algo"]?.array?.first == "1.2.840.10045.4.3.2")

    let brief = try await info("rsa", "", .v1)
    #expect(brief["PIN"] == nil && brief["cert"]?.object?["subjectDN"] == nil && brief["SCAL"] == "2")
    #expect(brief["cert"]?.object?["certificates"]?.array?.count == 1)
    #expect(brief["key"]?.object?["curve"] == nil && brief["key"]?.object?["len"] == 2048)
    #expect(brief["key"]?.object?["algo"]?.array?.first == "1.2.840.113549.1.1.11")

    let v2 = try await info("rsa", #","certificates":"chain","authInfo":true"#, .v2)
    #expect(v2["auth"]?.object?["mode"] == "explicit" && v2["authMode"] == nil && v2["PIN"] == nil)
    #expect(v2["cert"]?.object?["certificates"]?.array?.count == 3)
    #expect(v2["credentialID"] == "rsa")
    #expect(try await info("rsa", "", .v2)["auth"] == ["mode": "explicit", "objects": []])
  }

  @Test("a customer's log-in at the eID makes the SAD, over the API's own steps")
  func eid() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(expression: "EID")
    let challenge = try await fixture.call(
      "credentials/getChallenge", #"{"credentialID":"\#(credential.id)","authObjectID":"EID"}"#, .v2,
      token: fixture.partner)
    fixture.signing.eid.set(
      .success(
        EIDStatement(
          issuer: "https://eid.example", subject: "subject-1", nonce: challenge["challenge"]?.string ?? "",
          level: .high,
          authenticationTime: fixture.signing.clock.now, tokenDigest: [1])))
    let body = #"{"credentialID":"\#(credential.id)","numSignatures":1,"authData":[{"id":"EID","value":"token"}]}"#
    let authorized = try await fixture.call("credentials/authorize", body, .v2, token: fixture.partner)
    #expect(authorized["SAD"]?.string != nil && authorized["expiresIn"] == 300)
    let again = try await fixture.call("credentials/authorize", body, .v2, token: fixture.partner)
    #expect(again.row == "400 invalid_authentication_data The authentication data is invalid")
  }

  @Test("50 connections with one SAD for 3 signatures: exactly 3 succeed")
  func race() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = Base64.encodeURL(try await fixture.signing.authorize(credential, count: 3).sad.octets)
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await fixture.call(
            "signatures/signHash",
            #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","hash":["\#(Base64.encode(digest("\(number)")))"],"signAlgo":"1.2.840.10045.4.3.2"}"#,
            token: fixture.alice
          ).status
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.filter { $0 == 200 }.count == 3)
    #expect(statuses.filter { $0 == 400 }.count == 47)
  }
}
