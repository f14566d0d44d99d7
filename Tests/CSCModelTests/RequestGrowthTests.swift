import CSCModel
import Growth
import Octets
import Testing
import Vocabulary
import WireJSON

/// The sender of a request decides how long its lists are: they are bounded before they are looked into, and read in
/// one pass.
@Suite("Work grows with the request", .timeLimit(.minutes(2)))
struct RequestGrowthTests {
  struct Reader: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let size: Int
    /// Members of a request in which something is repeated.
    let body: @Sendable (Int) -> [(String, JSONValue)]
    let read: @Sendable (Fields) throws -> Void
  }

  private static func members(_ count: Int, _ value: JSONValue = 1) -> JSONValue {
    .object(JSONObject((0..<count).map { ("e\u{301}\($0)", value) }))
  }

  private static let digest: JSONValue = .string(Base64.encode([UInt8](repeating: 1, count: 32)))

  private static func document(_ more: [(String, JSONValue)]) -> JSONValue {
    .object(
      JSONObject(
        [
          ("hashes", [digest]), ("hashAlgorithmOID", "2.16.840.1.101.3.4.2.1"), ("signAlgo", "1.2.840.10045.4.3.2"),
          ("signature_format", "C"),
        ] + more))
  }

  private static func signDoc(_ name: String, size: Int = 1000, _ entries: @escaping @Sendable (Int) -> JSONValue)
    -> Reader
  {
    Reader(
      testDescription: "signDoc \(name)", size: size,
      body: { [("credentialID", "c"), ("SAD", "s"), ("documentDigests", entries($0))] },
      read: { _ = try SignDocRequest($0) })
  }

  static let readers = [
    Reader(
      testDescription: "signHash, hash next to hashes", size: 1000,
      body: { [("credentialID", "c"), ("SAD", "s"), ("hash", members($0)), ("hashes", members($0))] },
      read: { _ = try SignHashRequest($0, .v2) }),
    Reader(
      testDescription: "signHash, digests under both names", size: 500,
      body: { n in
        let digests = JSONValue.array((0..<n).map { _ in digest })
        return [("credentialID", "c"), ("SAD", "s"), ("hash", digests), ("hashes", digests)]
      }, read: { _ = try SignHashRequest($0, .v2) }),
    Reader(
      testDescription: "authorize, authData", size: 1000,
      body: { n in
        [
          ("credentialID", "c"), ("numSignatures", 1),
          ("authData", .array((0..<n).map { ["id": .string("e\u{301}\($0)"), "value": "1"] })),
        ]
      }, read: { _ = try AuthorizeRequest($0, .v2) }),
    Reader(
      testDescription: "create, subjectData", size: 1000,
      body: { n in
        [
          (
            "credentialCreationRequest",
            ["certificatePolicy": "0.4.0", "subjectData": members(n, .null), "subject_data": members(n, .null)]
          )
        ]
      }, read: { _ = try CredentialsCreateRequest($0) }),
    signDoc("signed_props") { n in
      [document([("signed_props", .array((0..<n).map { ["attribute_name": .string("e\u{301}\($0)")] }))])]
    },
    signDoc("entries") { n in .array((0..<n).map { _ in document([]) }) },
    signDoc("entries of many digests", size: 20) { n in
      .array((0..<n).map { _ in document([("hashes", .array([JSONValue](repeating: digest, count: n)))]) })
    },
    signDoc("members of an entry") { n in [document([("x", members(n)), ("y", members(n))])] },
  ]

  @Test("eight times the size takes no more than 27 times the work", arguments: readers)
  func growth(reader: Reader) {
    // A square of entries grows by 64 itself.
    let most = reader.size == 20 ? 64 * 3.0 : Growth.most
    let ratio = Growth.ratio(reader.size, of: { Fields(JSONObject(reader.body($0))) }) { try? reader.read($0) }
    #expect(ratio < most)
  }

  @Test("what is asked of the authorization server, before anybody has logged in")
  func details() {
    let type = LifecycleRequest.creationType
    let order = Growth.ratio(
      1000,
      of: { n in
        JSONValue.array([
          [
            "type": .string(type), "certificatePolicy": "0.4", "subjectData": Self.members(n),
            "subject_data": Self.members(n),
          ]
        ]).compact()
      }
    ) { _ = try? LifecycleRequest(details: String(decoding: $0, as: UTF8.self)) }
    #expect(order < Growth.most)
    let entries = Growth.ratio(
      1000, of: { n in JSONValue.array([JSONValue](repeating: ["type": "x"], count: n)).compact() }
    ) { _ = try? LifecycleRequest(details: String(decoding: $0, as: UTF8.self)) }
    #expect(entries < Growth.most)
    let list = Growth.ratio(1000, of: { String(repeating: "AAAA,", count: $0) }) { text in
      _ = try? CredentialScopeRequest(parameters: { $0 == "hash" ? text : nil }, .v1)
    }
    #expect(list < Growth.most)
    let policy = Growth.ratio(1000, of: { String(repeating: "1.", count: $0) }) { text in
      _ = try? LifecycleRequest(isCreation: true, parameters: { _ in text })
    }
    #expect(policy < Growth.most)
  }

  @Test("a list longer than anything needs is refused before its elements are looked at")
  func bounds() throws {
    // Each element would be another error.
    let wrong = JSONValue.array([JSONValue](repeating: 1, count: 33))
    let fields = Fields(JSONObject([("credentialID", "c"), ("numSignatures", 1), ("authData", wrong)]))
    #expect(throws: CSCError.invalidParameter("authData")) { try AuthorizeRequest(fields, .v2) }
    let properties = JSONValue.array((0..<33).map { ["attribute_name": .string("\($0)"), "attribute_value": "!"] })
    #expect(throws: CSCError.invalidParameter("signed_props")) { try Self.document(properties: properties) }
    #expect(throws: CSCError.invalidSignedProps(["0"])) {
      try Self.document(properties: .array(Array(try #require(properties.array).prefix(32))))
    }
    let many = JSONValue.array([JSONValue](repeating: Self.document([("hashes", .array([1, 2, 3]))]), count: 334))
    #expect(throws: CSCError.tooManySignatures) { try Self.request(many) }
    let names = Fields(
      JSONObject([("credentialCreationRequest", ["certificatePolicy": "0.4", "subjectData": Self.members(65, .null)])]))
    #expect(throws: CSCError.invalidParameter("subjectData")) { try CredentialsCreateRequest(names) }
  }

  @Test("1,000 documents with everything said of each are within the limits")
  func largest() throws {
    let properties = JSONValue.array(
      (0..<12).map { ["attribute_name": .string("1.2.3.\($0)"), "attribute_value": "MAA="] })
    let entry = Self.document([
      ("conformance_level", "Ades-B-T"), ("signed_envelope_property", "Detached"), ("signed_props", properties),
    ])
    let body: JSONValue = [
      "credentialID": "c", "SAD": "s", "documentDigests": .array([JSONValue](repeating: entry, count: 1000)),
    ]
    let read = try JSONValue.parse(body.compact(), limits: .documents)
    #expect(try SignDocRequest(Fields(try #require(read.object))).signatures.count == 1000)
    let document: JSONValue = ["hash": Self.digest, "label": "a", "hashType": "SDR"]
    let details: JSONValue = [
      [
        "type": "credential", "credentialID": "c", "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
        "documentDigests": .array([JSONValue](repeating: document, count: 1000)),
      ]
    ]
    let text = String(decoding: details.compact(), as: UTF8.self)
    #expect(try CredentialScopeRequest(details: text).documents.count == 1000)
  }

  private static func request(_ entries: JSONValue) throws -> SignDocRequest {
    try SignDocRequest(Fields(JSONObject([("credentialID", "c"), ("SAD", "s"), ("documentDigests", entries)])))
  }

  private static func document(properties: JSONValue) throws -> SignDocRequest {
    try request([document([("signed_props", properties)])])
  }
}
