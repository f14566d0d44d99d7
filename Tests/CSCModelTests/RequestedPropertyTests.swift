import CSCModel
import Octets
import Testing
import Vocabulary
import WireJSON

/// `signed_props` and `circumstantialData` in `authorization_details` and in signDoc.
@Suite("Signed properties and circumstances as clients write them", .timeLimit(.minutes(2)))
struct RequestedPropertyTests {
  private static let approval = "1.2.840.113549.1.9.16.6.5"
  private static let digest = Base64.encode([UInt8](repeating: 1, count: 32))

  private func rich(_ members: String, hash: String = digest) throws -> CredentialScopeRequest {
    try CredentialScopeRequest(
      details:
        #"[{"type":"credential","credentialID":"c","numSignatures":1,"documentDigests":[{"hash":"\#(hash)"\#(members)}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"}]"#
    )
  }

  private func choices(_ members: String) throws -> SignDocRequest.Choices {
    let text =
      #"{"credentialID":"c","SAD":"s","documentDigests":[{"hashes":["\#(Self.digest)"],"signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"\#(members)}]}"#
    let object = try #require(JSONValue.parse(Array(text.utf8), limits: .documents).object)
    return try #require(SignDocRequest(Fields(object)).signatures.first).choices
  }

  @Test("both spellings are read, in both places")
  func spellings() throws {
    let members =
      #","signed_props":[{"commitment-type-indication":"\#(Self.approval)"},{"attribute_name":"mime-type","attribute_value":"DAMvLy8="},{"attribute_name":"content-hints"},{"content-identifier":null}],"circumstantialData":"a  b""#
    let expected = [
      RequestedProperty(name: "commitment-type-indication", value: .text(Self.approval)),
      RequestedProperty(name: "mime-type", value: .octets([0x0c, 0x03, 0x2f, 0x2f, 0x2f])),
      RequestedProperty(name: "content-hints", value: .computed),
      RequestedProperty(name: "content-identifier", value: .computed),
    ]
    let document = try rich(members).documents[0]
    #expect(document.properties == expected && document.circumstances == "a  b")
    let choices = try choices(members)
    #expect(choices.properties == expected && choices.circumstances == "a  b")
  }

  @Test("texts of other octets are other properties, also where Unicode says that they mean the same")
  func octets() {
    let composed = "text/\u{e9}"
    let decomposed = "text/e\u{301}"
    func property(_ name: String, _ text: String) -> RequestedProperty { .init(name: name, value: .text(text)) }
    #expect(composed == decomposed)
    #expect(property("mime-type", composed) == property("mime-type", composed))
    #expect(property("mime-type", composed) != property("mime-type", decomposed))
    #expect(property(composed, "a") != property(decomposed, "a"))
    let values: [RequestedProperty.Value] = [.computed, .octets([1]), .octets([2]), .text("1")]
    for (index, left) in values.enumerated() {
      for (other, right) in values.enumerated() { #expect((left == right) == (index == other)) }
    }
  }

  @Test("what was read is kept, compared and answered")
  func kept() throws {
    let asked = try rich(
      #","signed_props":[{"commitment-type-indication":"\#(Self.approval)"},{"attribute_name":"mime-type","attribute_value":"DAP__zE"},{"attribute_name":"content-hints"}],"circumstantialData":"x""#
    )
    #expect(CredentialScopeRequest(json: asked.json) == asked)
    let granted = try #require(asked.granted(credentialID: "c").array?.first?.object)
    let document = try #require(granted["documentDigests"]?.array?.first?.object)
    #expect(
      document["signed_props"] == [
        ["commitment-type-indication": .string(Self.approval)],
        ["attribute_name": "mime-type", "attribute_value": "DAP//zE="], ["attribute_name": "content-hints"],
      ])
    #expect(document["circumstantialData"] == "x")
    for other in [
      "", #","circumstantialData":"y""#, #","circumstantialData":"x""#,
      #","circumstantialData":"x","signed_props":[{"content-hints":null}]"#,
    ] {
      #expect(try rich(other).json != asked.json, "\(other)")
    }
    // None is not the same as an empty text, but no more is said by it.
    #expect(try rich(#","circumstantialData":"","signed_props":[]"#) == rich(""))
  }

  @Test(
    "neither place takes anything else",
    arguments: [
      #""signed_props":5"#, #""signed_props":{}"#, #""signed_props":["x"]"#, #""signed_props":[[]]"#,
      #""signed_props":[{}]"#, #""signed_props":[{"attribute_value":"AA=="}]"#, #""signed_props":[{"a":"x","b":"x"}]"#,
      #""signed_props":[{"attribute_name":5}]"#,
      #""signed_props":[{"attribute_name":"mime-type","attribute_value":5}]"#,
      #""signed_props":[{"attribute_name":"mime-type","attribute_value":""}]"#,
      #""signed_props":[{"attribute_name":"mime-type","attribute_value":"%"}]"#, #""signed_props":[{"mime-type":5}]"#,
      #""signed_props":[{"mime-type":""}]"#, #""signed_props":[{"mime-type":{"a":[]}}]"#,
      #""signed_props":[{"mime-type":"a/b"},{"mime-type":"a/c"}]"#,
      #""signed_props":[{"mime-type":"a/b"},{"attribute_name":"mime-type"}]"#,
      #""signed_props":[{"mime-type":"\#(String(repeating: "x", count: 2001))"}]"#,
      #""signed_props":[{"attribute_name":"x","attribute_value":"\#(String(repeating: "A", count: 16388))"}]"#,
      #""signed_props":[{"\#(String(repeating: "x", count: 101))":"x"}]"#,
      #""signed_props":[\#(Array(repeating: #"{"x":"x"}"#, count: 33).joined(separator: ","))]"#,
      #""circumstantialData":5"#, #""circumstantialData":{"a":1}"#, #""circumstantialData":["x"]"#,
      #""circumstantialData":"\#(String(repeating: "x", count: 2001))""#,
    ])
  func refused(members: String) throws {
    #expect(throws: CSCError.invalidAuthorizationDetails) { try rich("," + members) }
    #expect(throws: (any Error).self) { try choices("," + members) }
  }

  @Test("an original's digest is no digest of ours")
  func originals() throws {
    for type in ["sodr", "SODR"] {
      #expect(throws: CSCError.invalidAuthorizationDetails) { try rich(#","hashType":"\#(type)""#) }
    }
    #expect(try rich(#","hashType":"sdr""#).documents[0].hashType == "SDR")
  }
}
