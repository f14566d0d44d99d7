import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("Error rows of v2 as its text prints them", .timeLimit(.minutes(5)))
struct PublishedRowTests {
  /// Rows that are never said here, and why.
  private static let unsaid: [String: [Int: String]] = [
    "signatures/signHash": [23: "one-time passwords are checked at authorize"],
    "signatures/signDoc": [25: "info says allowMix"],
    "oauth2/revoke": [4: "tokens of every type can be revoked"],
  ]

  @Test("every row of a table is provoked and said as it is printed", arguments: PublishedRow.methods)
  func rows(method: String) async throws {
    let answers = try await answers(method, RowStand())
    for row in PublishedRow.all where row.method == method {
      if let reason = Self.unsaid[method]?[row.row] {
        // An answer to what would provoke it, where there is such a request.
        if let answer = answers[row.row] {
          #expect(!row.isSaid(by: answer), "row \(row.row) is said, although \(reason)")
        }
        continue
      }
      let answer = try #require(answers[row.row], "nothing provokes row \(row.row): \(row.text)")
      #expect(row.isSaid(by: answer), "row \(row.row) \(row.status) \(row.error) \(row.text): \(answer.row)")
    }
  }

  private func answers(_ method: String, _ stand: RowStand) async throws -> RowStand.Answers {
    switch method {
    case "auth/login": try await logIn(stand)
    case "credentials/authorize": try await authorize(stand)
    case "credentials/authorizeCheck": try await authorizeCheck(stand)
    case "credentials/create": try await create(stand)
    case "credentials/delete": try await delete(stand)
    case "credentials/sendOTP": try await sendOTP(stand)
    case "credentials/list":
      try await stand.answers(
        method, from: [:], [2: ["userID": "alice"], 4: ["credentialInfo": true, "certificates": "all"]]
      )
      .merging([3: stand.call(method, ["userID": "a b"], token: stand.fixture.partner)]) { $1 }
    case "signatures/signHash": try await SignatureRows(stand).signHash()
    case "signatures/signDoc": try await SignatureRows(stand).signDoc()
    case "signatures/signPolling":
      try await stand.answers(
        method, from: ["requestID": "none"],
        [2: ["requestID": nil], 3: [:], 4: ["userID": "alice"], 6: ["clientData": 5]]
      ).merging([5: stand.call(method, ["requestID": "none", "userID": "a b"], token: stand.fixture.partner)]) { $1 }
    case "oauth2/token": try await token(stand)
    case "oauth2/revoke": try await revoke(stand)
    default: try await stand.answers(method, from: Self.bodies[method] ?? [:], Self.changes[method] ?? [:])
    }
  }

  /// Methods whose rows the body alone provokes.
  private static let bodies: [String: JSONValue] = [
    "auth/revoke": ["token": "x"],
    "credentials/info": ["credentialID": "one"],
    "credentials/getChallenge": ["credentialID": "one", "authObjectID": "EID"],
    "signatures/timestamp": ["hash": RowStand.hash("a"), "hashAlgo": RowStand.sha256],
  ]

  private static let changes: [String: [Int: RowStand.Changes]] = [
    "auth/revoke": [2: ["token": nil], 3: ["token_type_hint": "foo"], 4: [:]],
    "credentials/info": [2: ["credentialID": 5], 3: ["credentialID": "x"], 4: ["certificates": "both"]],
    "credentials/getChallenge": [2: ["credentialID": "x"], 3: ["authObjectID": "x"]],
    "signatures/timestamp": [
      2: ["hash": nil], 3: ["hash": ""], 4: ["hash": "AAAA"], 5: ["hash": "*"], 6: ["hashAlgo": "1.2.3"],
      7: ["nonce": "xyz"],
    ],
  ]

  private func logIn(_ stand: RowStand) async throws -> RowStand.Answers {
    func call(_ body: JSONValue, _ header: String? = nil) async throws -> GatewayFixture.Answer {
      try await stand.fixture.call(
        "auth/login", String(decoding: body.compact(), as: UTF8.self), .v2, header: header)
    }
    func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }
    return [
      1: try await call([:], "Conformance abc"), 2: try await call([:], basic("alice")),
      3: try await call(["refresh_token": 1]), 4: try await call(["refresh_token": "x"]),
      5: try await call([:], basic("alice:wrong")),
    ]
  }

  private func authorize(_ stand: RowStand) async throws -> RowStand.Answers {
    let method = "credentials/authorize"
    func pin(_ value: JSONValue) -> JSONValue { [["id": "PIN", "value": value]] }
    let body: JSONValue = ["credentialID": "one", "numSignatures": 1, "authData": pin("12345678")]
    var answers = try await stand.answers(
      method, from: body,
      [
        2: ["credentialID": nil], 3: ["credentialID": "x"], 4: ["credentialID": "disabled"],
        5: ["numSignatures": "1"], 6: ["numSignatures": 0], 7: ["numSignatures": 11], 8: ["authData": pin("0")],
      ])
    for _ in 0..<4 { _ = try await stand.call(method, body.changed(["authData": pin("0")])) }
    answers[9] = try await stand.call(method, body)
    return answers
  }

  /// One authorization is refused on the page; another waits when a third one's wrong PINs lock it.
  private func authorizeCheck(_ stand: RowStand) async throws -> RowStand.Answers {
    _ = try await stand.fixture.signing.createCredential("paged", scal: .two, expression: "PAGE")
    let body: JSONValue = [
      "credentialID": "paged", "numSignatures": 1, "hashes": [RowStand.hash("a")],
      "hashAlgorithmOID": RowStand.sha256, "authData": [["id": "PAGE"]],
    ]
    func open() async throws -> (handle: JSONValue, press: ([String: String]) async throws -> Void) {
      let handle = try #require(try await stand.call("credentials/authorize", body)["handle"])
      let visitor = PageVisitor(stand.fixture)
      let path = "/confirm/" + (try #require(stand.fixture.signing.messenger.link))
      let hidden = try await visitor.get(path).hidden
      return (handle, { form in _ = try await visitor.post(path, hidden.merging(form) { $1 }) })
    }
    func check(_ handle: JSONValue) async throws -> GatewayFixture.Answer {
      try await stand.call("credentials/authorizeCheck", ["handle": handle])
    }
    var answers = try await stand.answers("credentials/authorizeCheck", from: ["handle": "x"], [2: [:]])
    let denied = try await open()
    try await denied.press(["decision": "deny"])
    answers[3] = try await check(denied.handle)
    let (waiting, other) = (try await open(), try await open())
    for form in [other, other, other, waiting, waiting] { try await form.press(["decision": "approve", "PIN": "0"]) }
    answers[4] = try await check(waiting.handle)
    return answers
  }

  private func sendOTP(_ stand: RowStand) async throws -> RowStand.Answers {
    let method = "credentials/sendOTP"
    _ = try await stand.fixture.signing.createCredential("mobile", expression: "SMS")
    let body: JSONValue = ["credentialID": "mobile"]
    var answers = try await stand.answers(method, from: body, [2: ["credentialID": nil], 3: ["credentialID": "x"]])
    #expect(try await stand.call(method, body).status == 204)
    let wrong = try #require(stand.fixture.signing.messenger.code) == "000000" ? "000001" : "000000"
    for _ in 0..<3 {
      _ = try await stand.call(
        "credentials/authorize",
        ["credentialID": "mobile", "numSignatures": 1, "authData": [["id": "SMS", "value": .string(wrong)]]])
    }
    stand.fixture.signing.clock.advance(30)
    answers[4] = try await stand.call(method, body)
    return answers
  }

  private func create(_ stand: RowStand) async throws -> RowStand.Answers {
    let policy = TestIssuance.policies.explicit
    let way = try await CredentialWay(stand.fixture, ["scope": "credential-creation", "certificatePolicy": policy])
    _ = try await way.logIn()
    let token = try await way.token(try await way.approve(more: ["newPIN": "271828", "repeatedPIN": "271828"]))
    func body(_ request: JSONValue, _ more: RowStand.Changes = [:]) -> JSONValue {
      let body: JSONValue = ["credentialCreationRequest": request, "credentialInfo": true]
      return body.changed(more)
    }
    let request: JSONValue = ["certificatePolicy": .string(policy)]
    let method = "credentials/create"
    var answers: RowStand.Answers = [1: try await stand.call(method, body(request), header: "Conformance abc")]
    for (row, wrong) in [
      (2, body("x")), (3, body([:])), (4, body(["certificatePolicy": "1.2.3"])),
      (5, body(request.changed(["subjectData": ["given_name": "Bob"]]))), (6, body(request, ["certificates": "all"])),
      (7, body(request, ["certInfo": "x"])), (8, body(request, ["authData": "x"])),
    ] {
      answers[row] = try await stand.call(method, wrong, token: token)
    }
    #expect(try await stand.call(method, body(request), token: token).status == 201)
    return answers
  }

  private func delete(_ stand: RowStand) async throws -> RowStand.Answers {
    _ = try await stand.fixture.signing.createCredential("old")
    let way = try await CredentialWay(stand.fixture, ["scope": "credential-deletion", "credentialID": "old"])
    _ = try await way.logIn()
    let token = try await way.token(try await way.approve())
    let method = "credentials/delete"
    var answers: RowStand.Answers = [
      1: try await stand.call(method, ["credentialID": "old"], header: "Conformance abc")
    ]
    // The last one is alice's as well, and the grant is for another.
    for (row, request) in [(2, [:]), (3, ["credentialID": "x"]), (4, ["credentialID": "one"])] as [(Int, JSONValue)] {
      answers[row] = try await stand.call(method, ["credentialDeletionRequest": request], token: token)
    }
    let right: JSONValue = ["credentialDeletionRequest": ["credentialID": "old"]]
    #expect(try await stand.call(method, right, token: token).status == 204)
    return answers
  }

  // MARK: OAuth

  private static let client = ["client_id": "portal", "client_secret": OAuthFixture.secret]

  /// The rows about the client, which two endpoints share.
  private func clients(_ stand: RowStand, _ path: String) async throws -> [String: GatewayFixture.Answer] {
    [
      "none": try await stand.form(path, [:]), "unknown": try await stand.form(path, ["client_id": "nobody"]),
      "unproven": try await stand.form(path, ["client_id": "portal"]),
      "wrong": try await stand.form(path, ["client_id": "portal", "client_secret": "x"]),
      "header": try await stand.form(path, ["client_id": "portal"], header: "Basic ***"),
    ]
  }

  private func token(_ stand: RowStand) async throws -> RowStand.Answers {
    func token(_ form: [String: String]) async throws -> GatewayFixture.Answer {
      try await stand.form("/oauth2/token", Self.client.merging(form) { $1 })
    }
    func redeem(_ code: String, _ uri: String = OAuthFixture.redirectURI) async throws -> GatewayFixture.Answer {
      try await token([
        "grant_type": "authorization_code", "code": code, "redirect_uri": uri, "code_verifier": CredentialWay.verifier,
      ])
    }
    let clients = try await clients(stand, "/oauth2/token")
    var answers: RowStand.Answers = [
      2: try await token([:]), 3: try await token(["grant_type": "password"]),
      4: try await token(["grant_type": "authorization_code"]), 5: try await token(["grant_type": "refresh_token"]),
      7: try await redeem("unknown"),
      9: try await token(["grant_type": "refresh_token", "refresh_token": "unknown"]),
    ]
    answers[1] = clients["none"]
    answers[6] = clients["unknown"]
    answers[12] = clients["unproven"]
    answers[13] = clients["wrong"]
    let code = try await stand.code()
    answers[8] = try await redeem(code, "https://portal.example/other")
    let issued = try await redeem(code)
    answers[11] = try await redeem(try await late(stand))
    let refresh = try #require(issued["refresh_token"]?.string, "\(issued.row)")
    stand.fixture.signing.clock.advance(31 * 86400)
    answers[10] = try await token(["grant_type": "refresh_token", "refresh_token": refresh])
    return answers
  }

  /// A code that has expired.
  private func late(_ stand: RowStand) async throws -> String {
    let code = try await stand.code()
    stand.fixture.signing.clock.advance(61)
    return code
  }

  private func revoke(_ stand: RowStand) async throws -> RowStand.Answers {
    func revoke(_ form: [String: String]) async throws -> GatewayFixture.Answer {
      try await stand.form("/oauth2/revoke", Self.client.merging(form) { $1 })
    }
    let clients = try await clients(stand, "/oauth2/revoke")
    var answers: RowStand.Answers = [
      1: try await revoke([:]), 2: try await revoke(["token": "x", "token_type_hint": "id_token"]),
      3: try await revoke(["token": "x"]),
    ]
    for (row, name) in [(5, "none"), (6, "unknown"), (7, "unproven"), (8, "wrong"), (9, "header")] {
      answers[row] = clients[name]
    }
    return answers
  }
}
