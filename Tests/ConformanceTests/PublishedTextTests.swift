import Foundation
import TestSupport
import Testing
import WireJSON

@testable import Conformance

@Suite("What the published text prints", .timeLimit(.minutes(2)))
struct PublishedTextTests {
  // MARK: The tables that are compiled in

  private func file(_ name: String) throws -> [JSONObject] {
    let url = repository.appendingPathComponent("Tests/python/csc/\(name).json")
    let json = try JSONValue.parse(Array(try Data(contentsOf: url)), limits: Exchange.limits)
    return try #require(json.object?[name]?.array).compactMap(\.object)
  }

  private func text(_ value: JSONValue?) -> String { value?.string ?? value?.integer.map { "\($0)" } ?? "" }

  @Test("rows are those of rows.json")
  func rows() throws {
    let rows = try file("rows")
    #expect(PublishedText.rows.count == rows.count)
    for (row, entry) in zip(PublishedText.rows, rows) {
      #expect(row.section == entry["section"]?.string && row.method == entry["method"]?.string)
      #expect("\(row.place)" == text(entry["row"]) && row.error == entry["error"]?.string)
      #expect(row.text == entry["error_description"]?.string)
      #expect(row.statuses.map(Int64.init) == entry["status"]?.array?.compactMap(\.integer))
    }
  }

  @Test("members are those of members.json")
  func members() throws {
    let members = try file("members")
    #expect(PublishedText.members.count == members.count)
    for (member, entry) in zip(PublishedText.members, members) {
      let own = [
        member.section, member.method, "\(member.place)", "\(member.status)", member.path, member.presence.rawValue,
        member.kind.rawValue,
      ]
      #expect(own == ["section", "method", "number", "status", "path", "presence", "type"].map { text(entry[$0]) })
    }
  }

  @Test("samples are those of samples.json")
  func samples() throws {
    let samples = try file("samples")
    #expect(PublishedText.samples.count == samples.count)
    for (sample, entry) in zip(PublishedText.samples, samples) {
      #expect(sample.section == entry["section"]?.string && "\(sample.place)" == text(entry["number"]))
      #expect(sample.request == entry["request"] && sample.form.rawValue == entry["form"]?.string)
    }
  }

  // MARK: Rows

  private func observed(
    _ method: String, _ status: Int, _ answer: JSONValue, asking request: JSONValue = [:]
  ) -> Observed {
    let body = HTTPAnswer(status: status, version: "1.1", headers: [], body: answer.compact())
    let exchange = Exchange(request: "POST \(method)", answer: body, masking: Masking(secrets: []))
    return Observed(method, request: request.object ?? JSONObject(), exchange)
  }

  private func row(_ number: Int) throws -> PublishedText.Row { try #require(PublishedText.rowsByNumber[number]) }

  private func error(_ text: String, _ code: String = "invalid_request") -> JSONValue {
    ["error": .string(code), "error_description": .string(text)]
  }

  @Test("a row is said by its method, status, error and text alone")
  func words() throws {
    let row = try row(110803)
    let method = "credentials/authorize"
    #expect(row.isSaid(by: observed(method, 400, error("Invalid parameter credentialID"))))
    #expect(!row.isSaid(by: observed(method, 401, error("Invalid parameter credentialID"))))
    #expect(!row.isSaid(by: observed("credentials/info", 400, error("Invalid parameter credentialID"))))
    #expect(!row.isSaid(by: observed(method, 400, error("Invalid parameter credentialID."))))
    #expect(!row.isSaid(by: observed(method, 400, error("Invalid parameter credentialID", "invalid_id"))))
    #expect(!row.isSaid(by: observed(method, 400, ["error": "invalid_request"])))
    // §10.1 is about all methods, and has no status.
    let common = try self.row(100109)
    #expect(common.isSaid(by: observed("credentials/list", 401, error(common.text, "invalid_token"))))
  }

  @Test("what stands for something of the request or the certificate may be anything of that kind")
  func placeholders() throws {
    let expired = try row(111325)
    func said(_ text: String) -> Bool { expired.isSaid(by: observed("signatures/signHash", 400, error(text))) }
    #expect(
      said("Signing certificate ‘O=Example,CN=Alice’ is expired.") && said("Signing certificate ‘CN=A’ is expired."))
    #expect(!said("Signing certificate ‘’ is expired.") && !said("Signing certificate 'CN=A' is expired."))
    let properties = try row(111426)
    let text = "Invalid parameter signed_props (a, b)"
    #expect(properties.isSaid(by: observed("signatures/signDoc", 400, error(text))))
    #expect(!properties.isSaid(by: observed("signatures/signDoc", 400, error("Invalid parameter signed_props"))))
  }

  @Test("a check passes a row only if the words were said while it ran")
  func checks() async throws {
    let report = try await Fixture().run("110803,111408")
    // The test service says the first one, and of the second another text in v2.
    #expect(report.results.map(\.item.number) == [110803, 111408])
    #expect(report.results[0].outcome == .passed)
    let silent = try await Fixture(.knowsEveryHandle).run("110902")
    #expect(silent.results.first?.outcome.isFailed == true)
  }

  // MARK: Members

  private func outcome(_ number: Int, _ seen: Observed...) throws -> Outcome {
    var ledger = MemberLedger()
    for observed in seen { ledger.add(observed) }
    return ledger.outcome(try #require(PublishedText.members.first { $0.number == number }))
  }

  @Test("a REQUIRED member is missed, and so is its type")
  func required() throws {
    let method = "credentials/authorize"
    #expect(try outcome(110855, observed(method, 200, ["SAD": "x"])) == .passed)
    for answer: JSONValue in [[:], ["SAD": .null], ["SAD": 5]] {
      #expect(try outcome(110855, observed(method, 200, ["SAD": "x"]), observed(method, 200, answer)).isFailed)
    }
    // An answer of another status has other members.
    #expect(try outcome(110855, observed(method, 202, ["handle": "x"])).isSkipped)
    #expect(try outcome(110856, observed(method, 200, ["SAD": "x"])).isSkipped)
    #expect(try outcome(110856, observed(method, 200, ["SAD": "x", "expiresIn": "3"])).isFailed)
  }

  @Test("a conditional member is missed when its condition holds")
  func conditional() throws {
    let method = "credentials/info"
    func info(_ cert: JSONValue, _ asked: JSONValue) -> Observed {
      observed(method, 200, ["cert": cert], asking: asked)
    }
    let issuer = 110759
    #expect(PublishedText.members.first { $0.number == issuer }?.path == "cert/issuerDN")
    #expect(try outcome(issuer, info([:], [:])).isSkipped)
    #expect(try outcome(issuer, info([:], ["certInfo": true])).isFailed)
    #expect(try outcome(issuer, info(["issuerDN": "CN=A"], ["certInfo": true])) == .passed)
    // REQUIRED whatever was asked.
    let statements = 110764
    #expect(
      try outcome(statements, info([:], [:])).isFailed && outcome(statements, observed(method, 200, [:])).isFailed)
    let curve = 110756
    for (algorithm, isDue) in [("1.2.840.10045.4.3.2", true), ("1.2.840.113549.1.1.11", false)] {
      let answer = observed(method, 200, ["key": ["algo": [.string(algorithm)]]])
      #expect(try outcome(curve, answer).isFailed == isDue)
    }
  }

  @Test("results of a job are those of the request that began it")
  func jobs() throws {
    let hash = observed(
      "signatures/signHash", 200, ["responseID": "a"], asking: ["operationMode": "A", "hashes": ["x"]])
    let document = observed(
      "signatures/signDoc", 200, ["responseID": "b"],
      asking: ["operationMode": "A", "documentDigests": [["signature_format": "C"]], "returnValidationInfo": true])
    func polled(_ id: String, _ answer: JSONValue) -> Observed {
      observed("signatures/signPolling", 200, answer, asking: ["requestID": .string(id)])
    }
    #expect(try outcome(111551, hash, polled("a", [:])).isFailed)
    #expect(try outcome(111551, document, polled("b", [:])).isSkipped)
    #expect(try outcome(111553, document, polled("b", [:])).isFailed)
    #expect(try outcome(111554, document, polled("b", ["SignatureObject": ["x"]])).isFailed)
    #expect(try outcome(111351, hash).isSkipped && outcome(111352, hash) == .passed)
  }

  // MARK: Samples

  @Test("gaps of a sample are filled one after the other, and none is left")
  func filling() throws {
    let sample = try #require(PublishedText.sample("11.8", 1))
    let filled = try sample.filled([
      "credentialID": ["c"], "hashes": ["h", "i"], "id": ["PIN", "OTP"], "value": ["1", "2"],
    ])
    #expect(filled.object?["hashes"] == ["h", "i"] && filled.object?["clientData"] == "12345678")
    #expect(filled.object?["authData"] == [["id": "PIN", "value": "1"], ["id": "OTP", "value": "2"]])
    #expect(throws: Finding.self) { try sample.filled(["credentialID": ["c"]]) }
    let query = try #require(PublishedText.sample("8.2.2", 4))
    let fields = try query.fields([
      "client_id": ["a"], "redirect_uri": ["b"], "code_challenge": ["c"], "credentialID": ["d"],
    ])
    #expect(fields.value("authorization_details")?.hasSuffix(#""credentialID":"d"}]"#) == true)
    #expect(fields.value("response_type") == "code")
  }
}
