import CSCModel
import HTTPTypes
import OAuth
import Octets
import SoleControl
import Registry
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// `signatures/signDoc` over HTTP (CSC v2 §11.14).
@Suite("signatures/signDoc over HTTP", .timeLimit(.minutes(5)))
struct SignDocTests {
  private static let sha256 = "2.16.840.1.101.3.4.2.1"
  private let request = "400 invalid_request"

  private func entry(_ text: String = "a", _ members: String = "") -> String {
    let hash = Base64.encode(digest(text))
    return
      #"{"hashes":["\#(hash)"],"hashAlgorithmOID":"\#(Self.sha256)","signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"\#(members)}"#
  }

  private func call(
    _ fixture: GatewayFixture, _ members: String, token: String? = nil
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call("signatures/signDoc", "{\(members)}", .v2, token: token ?? fixture.alice)
  }

  private func sad(_ fixture: GatewayFixture, _ credential: Credential, count: Int = 1) async throws -> String {
    Base64.encodeURL(try await fixture.signing.authorize(credential, count: count).sad.octets)
  }

  @Test("every row that the request alone decides, and nothing is spent")
  func rows() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await sad(fixture, credential)
    let who = #""credentialID":"\#(credential.id)""#
    let key = #"\#(who),"SAD":"\#(sad)""#
    let good = #""documentDigests":[\#(entry())]"#
    let document = #"{"document":"YQ==","signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}"#
    func row(_ members: String) async throws -> String { try await call(fixture, members).row }
    func expect(_ members: String, _ text: String) async throws {
      #expect(try await row(members) == "\(request) \(text)", "\(members.prefix(300))")
    }
    func missing(_ name: String) -> String { "Missing (or invalid type) string parameter \(name)" }

    // The whole.
    try await expect(#""SAD":"\#(sad)",\#(good)"#, missing("credentialID"))
    try await expect(#""credentialID":5,"SAD":"\#(sad)",\#(good)"#, missing("credentialID"))
    try await expect(#""credentialID":5,"signatureQualifier":"x","SAD":"\#(sad)",\#(good)"#, missing("credentialID"))
    try await expect(#"\#(key),"signatureQualifier":5,\#(good)"#, "Invalid parameter signatureQualifier")
    try await expect(#"\#(who),\#(good)"#, missing("SAD"))
    try await expect(#"\#(who),"SAD":["x"],\#(good)"#, missing("SAD"))
    for empty in [
      "", #","documentDigests":[]"#, #","documents":[],"documentDigests":null"#,
      #","documents":[],"documentDigests":[]"#,
    ] {
      try await expect(key + empty, "Empty documentDigests and documents objects")
    }
    try await expect(
      #"\#(key),\#(good),"documents":[\#(document)]"#, "Both documentDigests and documents parameters passed")
    for wrong in [#""x""#, "{}", "[5]", #"["x"]"#, "true"] {
      try await expect(#"\#(key),"documentDigests":\#(wrong)"#, "Invalid object parameter documentDigests")
      try await expect(#"\#(key),"documents":\#(wrong)"#, "Invalid array parameter documents")
    }
    try await expect(#"\#(key),\#(good),"operationMode":"X""#, "Invalid parameter operationMode")
    try await expect(
      #"\#(key),\#(good),"operationMode":"A","validity_period":"soon""#, "Invalid parameter validity_period")
    try await expect(
      #"\#(key),\#(good),"operationMode":"A","validity_period":1"#, "Out of bounds parameter validity_period")
    try await expect(#"\#(key),\#(good),"operationMode":"A","response_uri":"x""#, "Invalid parameter response_uri")
    try await expect(#"\#(key),\#(good),"returnValidationInfo":"yes""#, "Invalid parameter returnValidationInfo")
    try await expect(#"\#(key),\#(good),"clientData":{}"#, "Invalid parameter clientData")

    // Entries by digest.
    func digests(_ entry: String) -> String { #"\#(key),"documentDigests":[\#(entry)]"# }
    for hashes in ["", #""hashes":[],"#, #""hashes":5,"#, #""hashes":null,"#] {
      try await expect(
        digests(#"{\#(hashes)"signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}"#),
        "Invalid object parameter documentDigests")
    }
    for element in [#""%%%""#, "5", #"["x"]"#] {
      try await expect(
        digests(#"{"hashes":[\#(element)],"signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}"#),
        "Invalid Base64 hashes string parameter")
    }
    for short in ["AAAA", "000"] {
      try await expect(
        digests(#"{"hashes":["\#(short)"],"signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}"#),
        "Invalid digest value length")
    }
    for type in [#""sfd""#, #""SOD""#, #""x""#, "5", "[]"] {
      try await expect(
        #"\#(key),"documents":[\#(document.dropLast()),"documentType":\#(type)}]"#, "Invalid array parameter documents")
      try await expect(
        digests(entry("a", #","documentType":\#(type)"#)), "Invalid object parameter documentDigests")
    }
    let hash = #""hashes":["\#(Base64.encode(digest("a")))"]"#
    let algo = #""signAlgo":"1.2.840.10045.4.3.2""#
    for (members, text) in [
      (algo, missing("signature_format")), (#""signature_format":5,\#(algo)"#, missing("signature_format")),
      (#""signature_format":"Z",\#(algo)"#, "Invalid parameter signature_format"),
      (#""signature_format":"c",\#(algo)"#, "Invalid parameter signature_format"),
      (#""signature_format":"C""#, missing("signAlgo")), (#""signature_format":"C","signAlgo":5"#, missing("signAlgo")),
      (#""signature_format":"C","signAlgo":"1.2.3""#, "Invalid parameter signAlgo"),
      (#""signature_format":"C","signAlgo":"1.2.840.113549.1.1.11""#, "Invalid parameter signAlgo"),
      (#""signature_format":"C","signAlgo":"1.2.840.113549.1.1.10""#, missing("signAlgoParams")),
      (
        #""signature_format":"C","signAlgo":"1.2.840.113549.1.1.10","signAlgoParams":"AAAA""#,
        "Invalid parameter signAlgoParams"
      ),
      (#""signature_format":"C","signAlgo":"1.2.840.113549.1.1.1""#, missing("hashAlgorithmOID")),
      (#""signature_format":"C",\#(algo),"hashAlgorithmOID":"1.2.3""#, "Invalid parameter hashAlgorithmOID"),
      (#""signature_format":"C",\#(algo),"hashAlgorithmOID":5"#, "Invalid parameter hashAlgorithmOID"),
      (
        #""signature_format":"C",\#(algo),"hashAlgorithmOID":"2.16.840.1.101.3.4.2.3""#,
        "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter"
      ),
      (
        #""signature_format":"C","signAlgo":"1.2.840.113549.1.1.10","signAlgoParams":"MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg","hashAlgorithmOID":"2.16.840.1.101.3.4.2.3""#,
        "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter"
      ),
    ] {
      try await expect(digests("{\(hash),\(members)}"), text)
    }
    for level in [#""AdES-Q""#, "5", #""Ades-B-LT""#, #""AdES-B-LTA""#, #""Ades-T""#] {
      try await expect(digests(entry("a", #","conformance_level":\#(level)"#)), "Invalid parameter conformance_level")
    }
    for (format, envelope) in [
      ("P", "Detached"), ("P", "Attached"), ("C", "Enveloped"), ("C", "Attached"), ("J", "Attached"), ("P", "Parallel"),
      ("J", "Certification"), ("C", "detached"),
    ] {
      try await expect(
        digests(#"{\#(hash),"signature_format":"\#(format)",\#(algo),"signed_envelope_property":"\#(envelope)"}"#),
        "Invalid parameter signed_envelope_property")
    }
    for (props, text) in [
      (#""x""#, "signed_props"), ("[5]", "signed_props"), ("[{}]", "signed_props"),
      (#"[{"attribute_name":"x"},{"attribute_name":"mime-type"},{"attribute_name":"y"}]"#, "signed_props (x, y)"),
      (#"[{"attribute_name":"mime-type","attribute_value":5}]"#, "signed_props (mime-type)"),
    ] {
      try await expect(digests(entry("a", #","signed_props":\#(props)"#)), "Invalid parameter \(text)")
    }
    for value in ["5", #"["x"]"#, #"{"a":1}"#, #""\#(String(repeating: "x", count: 2001))""#] {
      try await expect(
        digests(entry("a", #","circumstantialData":\#(value)"#)), "Invalid parameter circumstantialData")
    }

    // Entries with documents.
    func documents(_ members: String) -> String { #"\#(key),"documents":[{\#(members)}]"# }
    try await expect(documents(#""signature_format":"C",\#(algo)"#), "Invalid array parameter documents")
    try await expect(documents(#""document":5,"signature_format":"C",\#(algo)"#), "Invalid array parameter documents")
    try await expect(documents(#""document":"YQ==",\#(algo)"#), missing("signature_format"))
    for text in ["%%%", "Y", ""] {
      try await expect(
        documents(#""document":"\#(text)","signature_format":"C",\#(algo)"#),
        "Invalid Base64 documents string parameter")
    }
    for format in ["X", "P"] {
      #expect(try await row(documents(#""document":"YQ==","signature_format":"\#(format)",\#(algo)"#)).hasPrefix("501"))
    }

    let many = (0..<2).map { _ in
      #"{"hashes":[\#(Array(repeating: "\"\(Base64.encode(digest("a")))\"", count: 501).joined(separator: ","))],"signature_format":"C",\#(algo)}"#
    }
    try await expect(
      #"\#(key),"documentDigests":[\#(many.joined(separator: ","))]"#, "Numbers of signatures is too high")

    // All of that spent nothing.
    #expect(try await call(fixture, "\(key),\(good)").status == 200)
  }

  @Test("the rows that SAD and credential decide")
  func authorization() async throws {
    let fixture = try await GatewayFixture()
    let one = try await fixture.signing.createCredential("c1")
    let two = try await fixture.signing.createCredential("c2", scal: .two)
    let late = try await fixture.signing.createCredential("c3", days: 0)
    func body(_ id: CredentialID, _ sad: String, _ text: String = "a") -> String {
      #""credentialID":"\#(id)","SAD":"\#(sad)","documentDigests":[\#(entry(text))]"#
    }
    let sad = try await sad(fixture, one)
    #expect(try await call(fixture, body(CredentialID("x"), sad)).row == "\(request) Invalid parameter credentialID")
    #expect(try await call(fixture, body(CredentialID("x"), "xxx")).row == "\(request) Invalid parameter credentialID")
    #expect(
      try await call(fixture, body(one.id, sad), token: fixture.bob).row == "\(request) Invalid parameter credentialID")
    for wrong in ["xxx", "", Base64.encodeURL([UInt8](repeating: 1, count: 48))] {
      #expect(try await call(fixture, body(one.id, wrong)).row == "\(request) Invalid parameter SAD")
    }
    #expect(try await call(fixture, body(two.id, sad)).row == "\(request) Invalid parameter SAD")
    #expect(
      try await call(fixture, #""signatureQualifier":"eu_eidas_qes","SAD":"\#(sad)","documentDigests":[\#(entry())]"#)
        .row
        == "\(request) Invalid parameter signatureQualifier")

    let bound = Base64.encodeURL(try await fixture.signing.authorize(two, digests: [digest("a")]).sad.octets)
    #expect(
      try await call(fixture, body(two.id, bound, "b")).row
        == "\(request) documentDigests or documents are not authorized by the SAD.")
    #expect(try await call(fixture, body(two.id, bound)).status == 200)

    let used = try await call(fixture, body(one.id, sad))
    #expect(used.json.members.map(\.name) == ["SignatureObject"] && used["SignatureObject"]?.array?.count == 1)
    #expect(try await call(fixture, body(one.id, sad)) == used)
    #expect(try await call(fixture, body(one.id, sad, "b")).row == "\(request) Invalid parameter SAD")

    fixture.signing.clock.advance(120)
    let expired = Base64.encodeURL(try await fixture.signing.authorize(late).sad.octets)
    #expect(
      try await call(fixture, body(late.id, expired)).row
        == "\(request) Signing certificate ‘CN=Alice Example’ is expired.")
    let old = try await self.sad(fixture, one)
    fixture.signing.clock.advance(300)
    #expect(try await call(fixture, body(one.id, old)).row == "\(request) SAD expired")
  }

  @Test("a token of the authorization server: as bearer or as SAD, and 403 for another document")
  func credentialToken() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two, mode: .oauth2code)
    let client = try #require(OAuthFixture.clients.first { $0.partner == SigningFixture.partner })
    func token() async throws -> String {
      let principal = Principal(
        partner: SigningFixture.partner, signer: SignerID("alice"), client: client.id)
      let authorization = try await fixture.signing.service.authorizations.authorize(
        AuthorizationRequest(
          credential: credential.id, numSignatures: 1, hashAlgorithm: .sha256, digests: [digest("a")],
          presented: [.pin: SigningFixture.pin], channel: .authorizationServer(client.id)), as: principal)
      return Base64.encodeURL(authorization.sad.octets)
    }
    let bearer = try await token()
    func body(_ text: String) -> String {
      #""credentialID":"\#(credential.id)","documentDigests":[\#(entry(text))]"#
    }
    let refused = try await call(fixture, body("b"), token: bearer)
    #expect(refused.row == "403 invalid_hash Document or documentDigest does not match authorized hash")
    #expect(try await call(fixture, body("a"), token: bearer).status == 200)
  }

  @Test(
    "mode A: a responseID, and polling answers the documents, with validationInfo if it was asked for",
    arguments: ["Attached", "Detached"], [true, false])
  func asynchronous(envelope: String, validates: Bool) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await sad(fixture, credential)
    let document =
      #"{"document":"YQ==","signature_format":"C","conformance_level":"Ades-B-T","signAlgo":"1.2.840.10045.4.3.2","signed_envelope_property":"\#(envelope)"}"#
    let wish = validates ? #","returnValidationInfo":true"# : ""
    let body =
      #""credentialID":"\#(credential.id)","SAD":"\#(sad)","documents":[\#(document)],"operationMode":"A"\#(wish)"#
    let accepted = try await call(fixture, body)
    #expect(accepted.status == 200 && accepted.json.members.map(\.name) == ["responseID"], "\(accepted.row)")
    let id = try #require(accepted["responseID"]?.string)
    #expect(try await call(fixture, body) == accepted)
    func poll() async throws -> GatewayFixture.Answer {
      try await fixture.call("signatures/signPolling", #"{"requestID":"\#(id)"}"#, .v2, token: fixture.alice)
    }
    #expect(try await poll().status == 202)
    let result = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await fixture.jobs.run() }
      defer { group.cancelAll() }
      try await eventually { try await poll().status != 202 }
      return try await poll()
    }
    let names = [envelope == "Attached" ? "DocumentWithSignature" : "SignatureObject"]
    #expect(result.json.members.map(\.name) == names + (validates ? ["validationInfo"] : []))
    #expect(result["validationInfo"]?.object?["certificates"]?.array?.isEmpty == (validates ? false : nil))
    #expect(try await poll() == result)
    // The ledger has one signature, so there is nothing left.
    let other = #""credentialID":"\#(credential.id)","SAD":"\#(sad)","documentDigests":[\#(entry("b"))]"#
    #expect(try await call(fixture, other).row == "\(request) Invalid parameter SAD")
  }

  @Test("without documents, without an authority: what info lists is what there is")
  func announced() async throws {
    let without = try await GatewayFixture(withTimestamps: false, withDocuments: false)
    let info = try await without.call("info", "{}", .v2)
    #expect(info["methods"]?.array?.contains("signatures/signDoc") == false && info["validationInfo"] == false)
    #expect(try await call(without, "").status == 501)

    let basic = try await GatewayFixture(withTimestamps: false)
    #expect(try await basic.call("info", "{}", .v2)["conformance_levels"] == ["AdES-B-B"])
    let credential = try await basic.signing.createCredential()
    let body = #""credentialID":"\#(credential.id)","SAD":"\#(try await sad(basic, credential))""#
    for (members, row) in [
      (#","conformance_level":"Ades-B-T""#, "Invalid parameter conformance_level"),
      (
        #","signed_props":[{"attribute_name":"content-time-stamp"}]"#,
        "Invalid parameter signed_props (content-time-stamp)"
      ),
    ] {
      #expect(
        try await call(basic, #"\#(body),"documentDigests":[\#(entry("a", members))]"#).row == "\(request) \(row)")
    }

    let full = try await GatewayFixture()
    let all = try await full.call("info", "{}", .v2)
    #expect(
      all["signature_formats"] == [
        "formats": ["C", "P", "J"],
        "envelope_properties": [
          ["Attached", "Detached", "Parallel"], ["Certification", "Revision"], ["Attached", "Detached", "Parallel"],
        ], "allowMix": true,
      ])
    #expect(all["conformance_levels"] == ["AdES-B-B", "AdES-B-T"] && all["validationInfo"] == true)
    // Only for others than original documents.
    #expect(all["documentTypes"] == nil)
    #expect(try await full.call("info", "{}", .v1)["methods"]?.array?.contains("signatures/signDoc") == false)
    #expect(try await full.call("signatures/signDoc", "{}", .v1, token: full.alice).status == 501)
  }

  @Test("a document beyond the limit of other methods is signed, one beyond signDoc's own is not read")
  func sizes() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential()
    let sad = try await sad(fixture, credential)
    func body(_ octets: Int) -> String {
      let document = Base64.encode([UInt8](repeating: 7, count: octets))
      return
        #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","documents":[{"document":"\#(document)","signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"}]}"#
    }
    let large = try await fixture.call("signatures/signDoc", body(49 << 20), .v2, token: fixture.alice)
    #expect(large.status == 413 && large["error"] == "invalid_request")
    let signed = try await fixture.call("signatures/signDoc", body(3 << 20), .v2, token: fixture.alice)
    #expect(signed.status == 200, "\(signed.row)")
    let other = try await fixture.call("signatures/signHash", body(3 << 20), .v2, token: fixture.alice)
    #expect(other.status == 413)
  }
}

extension GatewayFixture.Answer: Equatable {
  static func == (left: Self, right: Self) -> Bool { left.status == right.status && left.json == right.json }
}
