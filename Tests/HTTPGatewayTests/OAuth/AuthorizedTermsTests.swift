import HTTPTypes
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// `signed_props` and `circumstantialData` on the way from `authorization_details` (CSC v2 §8.2.2) to signDoc (§11.14).
@Suite("What is authorized is what is signed", .timeLimit(.minutes(5)))
struct AuthorizedTermsTests {
  private static let approval = "1.2.840.113549.1.9.16.6.5"
  private static let approvalValue = "MA0GCyqGSIb3DQEJEAYF"
  private static let props =
    #""signed_props":[{"commitment-type-indication":"\#(approval)"},{"attribute_name":"signer-location","attribute_value":"MAahBAwCQVQ="},{"attribute_name":"content-hints"}]"#
  private static let circumstances = #""circumstantialData":"signingTime=20241129170916+00'00' & <b>""#
  private static let terms = "," + props + "," + circumstances

  private func details(_ members: String, hashType: String = "sdr") -> String {
    #"[{"type":"credential","credentialID":"c","numSignatures":1,"documentDigests":[{"hash":"\#(Base64.encode(digest("a")))","label":"Contract","hashType":"\#(hashType)"\#(members)}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"}]"#
  }

  private func way(
    _ fixture: GatewayFixture, _ members: String, hashType: String = "sdr", language: String = "en"
  ) async throws -> CredentialWay {
    try await CredentialWay(
      fixture, ["authorization_details": details(members, hashType: hashType), "lang": language])
  }

  /// A token for the details with these members.
  private func token(
    _ fixture: GatewayFixture, _ members: String, hashType: String = "sdr"
  ) async throws -> String {
    let way = try await way(fixture, members, hashType: hashType)
    _ = try await way.logIn()
    return try await way.token(try await way.approve())
  }

  private func signDoc(
    _ fixture: GatewayFixture, _ token: String, _ members: String, more: String = ""
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call(
      "signatures/signDoc",
      #"{"credentialID":"c","documentDigests":[{"hashes":["\#(Base64.encode(digest("a")))"],"signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"\#(members)}]\#(more)}"#,
      .v2, token: token)
  }

  private func fixture() async throws -> GatewayFixture {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("c", scal: .two, mode: .oauth2code)
    return fixture
  }

  @Test("signDoc with other, fewer or more attributes gets the row, and nothing is spent")
  func bound() async throws {
    let fixture = try await fixture()
    let token = try await token(fixture, Self.terms)
    let commitment = #"{"attribute_name":"commitment-type-indication","attribute_value":"\#(Self.approvalValue)"}"#
    let location = #"{"attribute_name":"signer-location","attribute_value":"MAahBAwCQVQ="}"#
    let hints = #"{"attribute_name":"content-hints"}"#
    func props(_ list: String...) -> String { #","signed_props":[\#(list.joined(separator: ","))]"# }
    let row = "400 invalid_request One or more attributes in the documents parameter is not authorized."
    for wrong in [
      "", Self.circumstances, Self.props, props(commitment, location) + "," + Self.circumstances,
      props(commitment, location, hints, #"{"attribute_name":"content-identifier"}"#) + "," + Self.circumstances,
      props(commitment, location, #"{"attribute_name":"content-hints","attribute_value":"MAsGCSqGSIb3DQEHAQ=="}"#) + ","
        + Self.circumstances,
      props(#"{"commitment-type-indication":"1.2.840.113549.1.9.16.6.2"}"#, location, hints) + ","
        + Self.circumstances,
      props(commitment, location, hints) + #","circumstantialData":"signingTime=20241129170917+00'00' & <b>""#,
    ] {
      let members = wrong.isEmpty || wrong.hasPrefix(",") ? wrong : "," + wrong
      #expect(try await signDoc(fixture, token, members).row == row, "\(wrong)")
      #expect(
        try await signDoc(fixture, token, members, more: #","operationMode":"A","validity_period":60000"#).row == row,
        "\(wrong)")
    }
    let alone = try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"c","hashes":["\#(Base64.encode(digest("a")))"],"signAlgo":"1.2.840.10045.4.3.2"}"#, .v2,
      token: token)
    #expect(
      alone.row
        == "400 invalid_request Hash is not authorized by neither SAD nor an access token with scope “credential”.")
    // In another order and in the other spelling.
    let right = try await signDoc(
      fixture, token, props(hints, location, commitment) + "," + Self.circumstances)
    #expect(right.status == 200, "\(right.row)")
    let cms = try #require(right["SignatureObject"]?.array?.first?.string.flatMap { Base64.decode($0) })
    let value = try #require(Base64.decode(Self.approvalValue))
    #expect(cms.indices.contains { cms[$0...].starts(with: value) }, "the commitment is not in the signature")
  }

  @Test("a rich request without attributes allows none; single parameters leave them to the call")
  func absent() async throws {
    let fixture = try await fixture()
    let rich = try await token(fixture, "")
    #expect(
      try await signDoc(fixture, rich, "," + Self.props).row
        == "400 invalid_request One or more attributes in the documents parameter is not authorized.")
    #expect(try await signDoc(fixture, rich, "").status == 200)
    let way = try await CredentialWay(
      fixture,
      ["scope": "credential", "credentialID": "c", "numSignatures": "1", "hashes": Base64.encodeURL(digest("a"))])
    _ = try await way.logIn()
    let single = try await way.token(try await way.approve())
    #expect(try await signDoc(fixture, single, "," + Self.props).status == 200)
  }

  @Test("a representation's digest has its attributes inside, so it is signed as it is")
  func representation() async throws {
    let fixture = try await fixture()
    let token = try await token(fixture, Self.terms, hashType: "dtbsr")
    let answer = try await fixture.call(
      "signatures/signHash",
      #"{"credentialID":"c","hashes":["\#(Base64.encode(digest("a")))"],"signAlgo":"1.2.840.10045.4.3.2"}"#, .v2,
      token: token)
    #expect(answer.status == 200, "\(answer.row)")
  }

  @Test("without a kind, a digest with attributes is a document's, and is not signed without them")
  func unspoken() async throws {
    let fixture = try await fixture()
    let way = try await CredentialWay(
      fixture, ["authorization_details": details(Self.terms).replacing(#","hashType":"sdr""#, with: "")])
    _ = try await way.logIn()
    let token = try await way.token(try await way.approve())
    let hash = #"{"credentialID":"c","hashes":["\#(Base64.encode(digest("a")))"],"signAlgo":"1.2.840.10045.4.3.2"}"#
    #expect(try await fixture.call("signatures/signHash", hash, .v2, token: token).status == 400)
    #expect(try await signDoc(fixture, token, Self.terms).status == 200)
  }

  @Test("signDoc takes no object identifier that is too large")
  func largeNumbers() async throws {
    let fixture = try await fixture()
    let token = try await token(fixture, "")
    for oid in ["18446744073709551615.1", "1.18446744073709551615"] {
      #expect(
        try await signDoc(fixture, token, #","signed_props":[{"commitment-type-indication":"\#(oid)"}]"#).row
          == "400 invalid_request Invalid parameter signed_props (commitment-type-indication)")
    }
  }

  @Test("the page shows them, escaped, in both languages")
  func shown() async throws {
    let fixture = try await fixture()
    for (language, texts) in [
      (
        "en",
        [
          "What your signature means", "You approve the document", "Place of signing", ">Town or city: AT<",
          "added by us when you sign",
          "Details stated by the request, which we have not checked:",
        ]
      ),
      (
        "de",
        [
          "Bedeutung Ihrer Unterschrift", "Sie billigen das Dokument", "Ort der Unterschrift", ">Ort: AT<",
          "wird beim Unterschreiben von uns ergänzt", "Angaben aus der Anfrage, die wir nicht geprüft haben:",
        ]
      ),
    ] {
      let page = try await way(fixture, Self.terms, language: language).logIn()
      for text in texts + ["signingTime=20241129170916+00&#39;00&#39; &amp; &lt;b&gt;"] {
        #expect(page.text.contains(text), "\(language): \(text)")
      }
      #expect(!page.text.contains("<b>"))
    }
    let plain = try await way(fixture, "").logIn()
    #expect(!plain.text.contains("class=\"terms\""))
  }

  @Test("a policy's digest of a fitting length is shown; each line of an address says what it is")
  func lengths() async throws {
    let fixture = try await fixture()
    for value in [
      "MDYGAyoDBDAvMAsGCWCGSAFlAwQCAQQgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "MBIGAyoDBDALMAYGBCoDBAUEAQA=",
      "MFEGAyoDBDBKMAYGBCoDBAUEQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ] {
      let members = #","signed_props":[{"attribute_name":"signature-policy-identifier","attribute_value":"\#(value)"}]"#
      let page = try await way(fixture, members).logIn()
      #expect(page.text.contains(">1.2.3.4<"), "\(page.text)")
    }
    let address = "MCWiIzAhDA1NYWluIFN0cmVldCAxDBBDb3VudHJ5OiBBdXN0cmlh"
    let members = #","signed_props":[{"attribute_name":"signer-location","attribute_value":"\#(address)"}]"#
    let page = try await way(fixture, members).logIn()
    #expect(page.text.contains(">Address: Main Street 1<") && page.text.contains(">Address: Country: Austria<"))
  }

  @Test("the token's answer has them, and the exchange must repeat them")
  func answered() async throws {
    let fixture = try await fixture()
    for (repeated, isGood) in [
      (Self.terms, true), ("," + Self.props, false), ("", false), (Self.terms.replacing("0916", with: "0917"), false),
      (Self.terms.replacing(Self.approval, with: "1.2.840.113549.1.9.16.6.2"), false),
    ] {
      let way = try await way(fixture, Self.terms)
      _ = try await way.logIn()
      let answer = try await way.redeem(try await way.approve(), ["authorization_details": details(repeated)])
      #expect(answer.status == (isGood ? 200 : 400), "\(repeated): \(answer.text)")
      guard isGood else {
        #expect(answer.text.contains("Invalid parameter authorization_details"))
        continue
      }
      let json = try #require(JSONValue.parse(Array(answer.text.utf8), limits: .own).object)
      let document = json["authorization_details"]?.array?.first?.object?["documentDigests"]?.array?.first?.object
      #expect(
        document?["signed_props"] == [
          ["commitment-type-indication": .string(Self.approval)],
          ["attribute_name": "signer-location", "attribute_value": "MAahBAwCQVQ="],
          ["attribute_name": "content-hints"],
        ])
      #expect(document?["circumstantialData"] == "signingTime=20241129170916+00'00' & <b>")
    }
  }

  @Test(
    "what cannot be shown is refused before anybody logs in",
    arguments: [
      // Unknown, doubled, not its value, nothing that the service could compute.
      #""signed_props":[{"x":"y"}]"#,
      #""signed_props":[{"attribute_name":"mime-type","attribute_value":"DAN0ZXh0"}]"#,
      #""signed_props":[{"mime-type":"a/b"},{"attribute_name":"0.4.0.1733.2.1","attribute_value":"DANhL2I="}]"#,
      #""signed_props":[{"commitment-type-indication":"approval"}]"#,
      #""signed_props":[{"commitment-type-indication":"18446744073709551615.1"}]"#,
      #""signed_props":[{"commitment-type-indication":"1.18446744073709551615"}]"#,
      #""signed_props":[{"attribute_name":"signer-location"}]"#,
      // Parts that people cannot read: a qualifier, a role, a reference.
      #""signed_props":[{"attribute_name":"commitment-type-indication","attribute_value":"MBUGCyqGSIb3DQEJEAYFMAYwBAYCKgM="}]"#,
      #""signed_props":[{"attribute_name":"signer-attributes-v2","attribute_value":"MBSgEjAQMA4GA1UESDEHDAVidXllcg=="}]"#,
      // Digests of a policy: of another length than SHA-256 has; of an unknown hash, empty and too long.
      #""signed_props":[{"attribute_name":"signature-policy-identifier","attribute_value":"MBgGAyoDBDARMAsGCWCGSAFlAwQCAQQCAQI="}]"#,
      #""signed_props":[{"attribute_name":"signature-policy-identifier","attribute_value":"MDcGAyoDBDAwMAsGCWCGSAFlAwQCAQQhAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]"#,
      #""signed_props":[{"attribute_name":"signature-policy-identifier","attribute_value":"MBEGAyoDBDAKMAYGBCoDBAUEAA=="}]"#,
      #""signed_props":[{"attribute_name":"signature-policy-identifier","attribute_value":"MFIGAyoDBDBLMAYGBCoDBAUEQQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]"#,
      // A control character in a place, a text that turns the reading direction.
      #""signed_props":[{"attribute_name":"signer-location","attribute_value":"MAahBAwCQQc="}]"#,
      #""circumstantialData":"a\u0000b""#, #""circumstantialData":"a\nb""#, #""circumstantialData":"a\u202eb""#,
      #""circumstantialData":" ""#, #""circumstantialData":"\#(String(repeating: "x", count: 501))""#,
      #""circumstantialData":"a\u0301\u0301\u0301\u0301\u0301\u0301""#, #""circumstantialData":{"a":"b"}"#,
      #""hashType":"sodr""#,
    ])
  func unshowable(members: String) async throws {
    let fixture = try await fixture()
    let details = details("").replacing(#","hashType":"sdr""#, with: "," + members)
    let query = CredentialWay.query(["authorization_details": details])
    let page = try await PageVisitor(fixture).get("/oauth2/authorize?\(query)")
    #expect(page.headers[.location]?.contains("error=invalid_authorization_details") == true, "\(page.text)")
    let pushed = try await PageVisitor(fixture).post(
      "/oauth2/pushed_authorize",
      CredentialWay.parameters(["authorization_details": details, "client_secret": OAuthFixture.secret]), headers: [:])
    #expect(pushed.status == 400 && pushed.text.contains("Invalid parameter authorization_details"), "\(pushed.text)")
  }
}
