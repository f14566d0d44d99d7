import TestSupport
import Testing
import WireJSON

@testable import Assembly

/// Parts of the configuration that clients see on the wire: `info`, kinds of signatures, and what requests may have.
@Suite("Configuration of what clients see", .timeLimit(.minutes(2)))
struct WireConfigurationTests {
  private let fixture: ConfigurationFixture

  init() throws { fixture = try ConfigurationFixture() }

  private func load(_ change: (inout JSONObject) throws -> Void) throws -> (error: String?, weak: [String]) {
    try fixture.load(.realService, change)
  }

  private static func set(_ path: String, _ value: JSONValue) -> ConfigurationFixture.Change {
    ConfigurationFixture.set(path, value)
  }

  private static let own: JSONValue = ["baseUri": "https://sign.example"]

  @Test(
    "info names the authorization server in one way, and no server of others",
    arguments: [
      (["oauth2": "https://sign.example"], nil), (["oauth2": "https://sign.example/csc/v2"], nil),
      (["oauth2Issuer": "https://sign.example"], nil), (["oauth2Servers": [own]], nil),
      (
        [
          "oauth2Servers": [
            ["issuerIdentifier": "https://sign.example", "label": "People", "authType": ["oauth2code"]],
            ["baseUri": "https://sign.example", "authType": ["oauth2client"]],
          ]
        ], nil
      ),
      (
        ["oauth2": "https://sign.example", "oauth2Issuer": "https://sign.example"],
        "info: \"oauth2\" and \"oauth2Issuer\" are both there"
      ),
      (["oauth2": "https://sign.example", "oauth2Servers": [own]], "\"oauth2\" and \"oauth2Servers\" are both there"),
      (
        ["oauth2Issuer": "https://sign.example", "oauth2Servers": [own]],
        "\"oauth2Issuer\" and \"oauth2Servers\" are both there"
      ),
      (["oauth2": "https://other.example"], "tokens of other servers are not accepted"),
      (["oauth2": "https://sign.example/"], "\"oauth2\" must be"), (["oauth2": true], "\"oauth2\" must be"),
      (["oauth2Issuer": "https://other.example"], "tokens of other servers are not accepted"),
      (["oauth2Servers": []], "1 to 8 servers"), (["oauth2Servers": "x"], "\"oauth2Servers\" must be a list"),
      (["oauth2Servers": .array(Array(repeating: own, count: 9))], "1 to 8 servers"),
      (["oauth2Servers": [["label": "x"]]], "oauth2Servers[0]: \"baseUri\" and \"issuerIdentifier\" are both missing"),
      (
        ["oauth2Servers": [["baseUri": "https://sign.example", "issuerIdentifier": "https://sign.example"]]],
        "\"baseUri\" and \"issuerIdentifier\" are both there"
      ),
      (["oauth2Servers": [["issuerIdentifier": "https://other.example"]]], "tokens of other servers are not accepted"),
      (["oauth2Servers": [["baseUri": "https://sign.example", "authType": ["basic"]]]], "\"authType\" must list"),
      (["oauth2Servers": [["baseUri": "https://sign.example", "authType": []]]], "\"authType\" must list"),
      (["oauth2Servers": [["baseUri": "https://sign.example", "authType": ["oauth2code"]]]], "must name each of"),
      (
        ["oauth2Servers": [["baseUri": "https://sign.example", "supportsRar": false]]],
        "\"supportsRar\" is not a member"
      ),
    ] as [(JSONValue, String?)])
  func servers(members: JSONValue, error: String?) throws {
    let result = try load { config in
      for (name, value) in members.object?.members ?? [] { Self.set("info/\(name)", value)(&config) }
    }
    #expect(error.map { result.error?.contains($0) == true } ?? (result.error == nil), "\(result)")
  }

  @Test("an issuer with a path has its metadata where the service has none")
  func issuerWithPath() throws {
    let result = try load {
      Self.set("info/publicURL", "https://sign.example/gateway")(&$0)
      Self.set("info/oauth2Issuer", "https://sign.example/gateway")(&$0)
    }
    #expect(result.error?.contains("without a path") == true, "\(result)")
  }

  @Test(
    "methods: known names, each once, and only of parts that are there",
    arguments: [
      (["credentials/list", "credentials/info", "signatures/signHash"], nil), (["info", "auth/login"], nil),
      (["signatures/sign"], "names none of our methods: signatures/sign"), (["credentials/List"], "names none"),
      (["oauth2/token"], "names none"), ([], "at least one"), (["info"], "at least one"),
      (["auth/login", "auth/login"], "twice"), (["signatures/timestamp"], "\"tsa\" is missing"),
      (["credentials/create"], "\"issuer\" is missing"), (["credentials/delete"], "\"issuer\" is missing"),
    ] as [([String], String?)])
  func methods(names: [String], error: String?) throws {
    let result = try load { Self.set("info/methods", .array(names.map(JSONValue.string)))(&$0) }
    #expect(error.map { result.error?.contains($0) == true } ?? (result.error == nil), "\(result)")
  }

  @Test(
    "a policy of the own CA is for no kind of signature that takes a qualified certificate",
    arguments: [
      ("eu_eidas_aes", true), ("eu_eidas_aeseal", true), (nil, true), ("eu_eidas_qes", false),
      ("eu_eidas_aesqc", false),
      ("eu_eidas_qeseal", false), ("eu_eidas_aesealqc", false), ("za_ecta_aes", false), ("x", false),
    ])
  func qualifier(qualifier: String?, isValid: Bool) throws {
    let result = try load { $0["issuer"] = Self.issuer([("qualifier", qualifier.map(JSONValue.string))]) }
    #expect((result.error == nil) == isValid, "\(result)")
    #expect(isValid || result.error?.contains("\"qualifier\" must be one of") == true, "\(result)")
  }

  @Test("authentication contexts of a policy are a short list of names")
  func levels() throws {
    let many = JSONValue.array(Array(repeating: "urn:x", count: 17))
    for (value, isValid) in [(["urn:x"], true), ([], true), ([""], false), ("urn:x", false), (many, false)]
      as [(JSONValue, Bool)]
    {
      let result = try load { $0["issuer"] = Self.issuer([("acrValues", value), ("proof", "EID")]) }
      #expect((result.error == nil) == isValid, "\(value) \(result)")
      #expect(isValid || result.error?.contains("\"acrValues\"") == true, "\(result)")
    }
  }

  private static func issuer(_ members: [(String, JSONValue?)]) -> JSONValue {
    var policy = JSONObject([("policy", "1.3.6.1.4.1.99999.1"), ("key", "p256"), ("days", 365)])
    for (name, value) in members { policy[name] = value }
    return ["certificates": "/nowhere/ca", "revocationList": "/nowhere/ca.crl", "policies": [.object(policy)]]
  }

  @Test("parameters of the token endpoint in the query: for confidential clients, and weak")
  func tokenParameters() throws {
    let client = "partners/0/clients/0/"
    let open = try load { Self.set(client + "tokenParametersInQuery", true)(&$0) }
    #expect(open.error?.contains("\"tokenParametersInQuery\" cannot be true for a public client") == true, "\(open)")
    let secret = try fixture.file("client", "0123456789abcdef\n", 0o600)
    let confidential = try load {
      Self.set(client + "tokenParametersInQuery", true)(&$0)
      Self.set(client + "authentication", ["client_secret_basic"])(&$0)
      Self.set(client + "secretFile", .string(secret))(&$0)
    }
    #expect(confidential.error == nil && confidential.weak.contains { $0.contains("tokenParametersInQuery") })
  }
}
