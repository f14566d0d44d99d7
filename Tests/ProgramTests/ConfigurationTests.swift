import Foundation
import OpenSSLPKI
import TestSupport
import Testing
import WireJSON

@testable import Assembly
@testable import countersign_sandbox

/// Values that a configuration file may have.
@Suite("Configuration", .timeLimit(.minutes(2)))
struct ConfigurationTests {
  private let fixture: ConfigurationFixture

  init() throws { fixture = try ConfigurationFixture() }

  private typealias Change = ConfigurationFixture.Change

  private func file(_ name: String, _ text: String, _ mode: Int) throws -> String {
    try fixture.file(name, text, mode)
  }

  private func load(
    _ rules: ConfigRules = .realService, _ change: (inout JSONObject) throws -> Void
  ) throws -> (error: String?, weak: [String]) { try fixture.load(rules, change) }

  private static func set(_ path: String, _ value: JSONValue) -> Change { ConfigurationFixture.set(path, value) }

  @Test("the base is valid, with nothing weak")
  func valid() throws {
    let result = try load { _ in }
    #expect(result.error == nil && result.weak.isEmpty, "\(result)")
  }

  @Test(
    "values that mean something else than their author are refused, and named",
    arguments: [
      ("info/publicURL", "nonsense"), ("info/publicURL", "http://sign.example"), ("info/publicURL", "https://"),
      ("info/publicURL", "https://sign.example/"), ("info/publicURL", "https://sign.example?x=1"),
      ("info/publicURL", "https://sign.example#x"), ("info/publicURL", "https://user@sign.example"),
      ("info/publicURL", "https://sign.example:0"), ("info/publicURL", "https://sign.example:99999"),
      ("info/publicURL", "https://sign example"), ("info/publicURL", "https://sign.example\r\nX: y"),
      ("info/publicURL", "https://-x.example"), ("info/publicURL", "https://sign..example"),
      ("info/publicURL", "ftp://sign.example"), ("info/publicURL", "https:sign.example"),
      ("info/region", "at"), ("info/region", "AUT"), ("info/language", "english!"),
      ("tls/host", "sign.example"), ("tls/host", "0.0.0.0/0"), ("tls/host", "1.2.3"),
      ("http/host", "not an address"), ("eidProviders/0/issuer", "http://eid.example"),
      ("eidProviders/0/issuer", "eid.example"), ("partners/0/webhooks/messenger", "http://sms.example/send"),
      ("partners/0/webhooks/messenger", "https://sms.example/ send"),
      ("partners/0/clients/0/redirectURIs", "https://a.example/\r\nX: y"), ("logLevel", "loud"),
    ])
  func refused(path: String, text: String) throws {
    let isList = path.hasSuffix("URIs")
    let result = try load {
      Self.set(path, isList ? [.string(text)] : .string(text))(&$0)
      if path.hasPrefix("http/") { Self.set("http/port", 8080)(&$0) }
    }
    let name = path.split(separator: "/").last ?? ""
    #expect(result.error?.contains("\"\(name)\"") == true, "\(text): \(result)")
  }

  @Test(
    "a client is trusted with creation and deletion alone, and only one that proves who it is and has the grant",
    arguments: [
      (["credential-deletion"], ["client_credentials"], "client_secret_post", true),
      (["credential-creation"], ["client_credentials"], "client_secret_post", true),
      (["credential-deletion", "credential-creation"], ["client_credentials"], "client_secret_post", true),
      (["credential-creation", "credential"], ["client_credentials"], "client_secret_post", false),
      (["service"], ["client_credentials"], "client_secret_post", false),
      (["deletion"], ["client_credentials"], "client_secret_post", false),
      ([], ["client_credentials"], "client_secret_post", false),
      (["credential-deletion"], ["authorization_code"], "client_secret_post", false),
      (["credential-deletion"], ["authorization_code", "client_credentials"], "none", false),
    ])
  func trustedScopes(scopes: [String], grants: [String], method: String, isValid: Bool) throws {
    let secret = try file("client", "0123456789abcdef\n", 0o600)
    func texts(_ list: [String]) -> JSONValue { .array(list.map(JSONValue.string)) }
    let result = try load {
      let client = "partners/0/clients/0/"
      Self.set(client + "trustedScopes", texts(scopes))(&$0)
      Self.set(client + "grants", texts(grants))(&$0)
      Self.set(client + "authentication", texts([method]))(&$0)
      if method != "none" { Self.set(client + "secretFile", .string(secret))(&$0) }
      if !grants.contains("authorization_code") { Self.set(client + "redirectURIs", [])(&$0) }
    }
    #expect(
      (result.error == nil) == isValid && (isValid || result.error?.contains("\"trustedScopes\"") == true), "\(result)")
  }

  @Test(
    "a client has scopes of the partner API only if it proves who it is and has the grant",
    arguments: [
      (["partner.read", "partner.audit"], ["client_credentials"], "client_secret_post", true),
      (["partner.read", "service"], ["client_credentials"], "client_secret_post", false),
      ([], ["client_credentials"], "client_secret_post", false),
      (["partner.read"], ["authorization_code"], "client_secret_post", false),
      (["partner.read"], ["authorization_code", "client_credentials"], "none", false),
    ])
  func partnerScopes(scopes: [String], grants: [String], method: String, isValid: Bool) throws {
    let secret = try file("client", "0123456789abcdef\n", 0o600)
    func texts(_ list: [String]) -> JSONValue { .array(list.map(JSONValue.string)) }
    let result = try load {
      let client = "partners/0/clients/0/"
      Self.set(client + "partnerScopes", texts(scopes))(&$0)
      Self.set(client + "grants", texts(grants))(&$0)
      Self.set(client + "authentication", texts([method]))(&$0)
      if method != "none" { Self.set(client + "secretFile", .string(secret))(&$0) }
      if !grants.contains("authorization_code") { Self.set(client + "redirectURIs", [])(&$0) }
    }
    #expect(
      (result.error == nil) == isValid && (isValid || result.error?.contains("\"partnerScopes\"") == true), "\(result)")
  }

  @Test("a client is trusted with creation only where the partner's messenger can bring the person the link")
  func creationNeedsMessenger() throws {
    let secret = try file("client", "0123456789abcdef\n", 0o600)
    for (scope, isValid) in [("credential-creation", false), ("credential-deletion", true)] {
      let result = try load {
        let client = "partners/0/clients/0/"
        Self.set(client + "trustedScopes", [.string(scope)])(&$0)
        Self.set(client + "grants", ["client_credentials"])(&$0)
        Self.set(client + "authentication", ["client_secret_post"])(&$0)
        Self.set(client + "secretFile", .string(secret))(&$0)
        Self.set(client + "redirectURIs", [])(&$0)
        Self.set("partners/0/webhooks", ["secretFile": .string(secret)])(&$0)
      }
      #expect((result.error == nil) == isValid, "\(result)")
      if !isValid { #expect(result.error?.contains("\"webhooks\" need a messenger") == true, "\(result)") }
    }
  }

  @Test(
    "a trusted proxy is named by addresses and blocks, and its header by a name",
    arguments: [
      ("X-Forwarded-For", "10.0.0.1", true), ("X-Forwarded-For", "10.0.0.0/8", true), ("Forwarded", "::1", true),
      ("X-Forwarded-For", "10.0.0.1/8", false), ("X-Forwarded-For", "10.*", false),
      ("X-Forwarded-For", "proxy.example", false), ("X Forwarded For", "10.0.0.1", false), ("", "10.0.0.1", false),
    ])
  func proxy(header: String, address: String, isValid: Bool) throws {
    let result = try load {
      Self.set("trustedProxy", ["header": .string(header), "addresses": [.string(address)]])(&$0)
    }
    #expect((result.error == nil) == isValid, "\(result)")
  }

  @Test("plain HTTP is for this machine, or behind a proxy, or said explicitly; eID providers and messengers likewise")
  func plain() throws {
    func listener(_ host: String, _ more: [(String, JSONValue)] = []) throws -> (error: String?, weak: [String]) {
      try load { $0["http"] = .object(JSONObject([("host", .string(host)), ("port", 8080)] + more)) }
    }
    for host in ["127.0.0.1", "localhost", "::1", "127.0.0.9"] { #expect(try listener(host).error == nil, "\(host)") }
    for host in ["0.0.0.0", "::", "10.0.0.5"] {
      #expect(try listener(host).error?.contains("without TLS") == true, "\(host)")
    }
    #expect(try listener("0.0.0.0", [("allowsOtherMachines", true)]).weak.count == 1)
    let proxied = try load {
      $0["http"] = ["host": "0.0.0.0", "port": 8080]
      $0["trustedProxy"] = ["header": "X-Forwarded-For", "addresses": ["10.0.0.1"]]
    }
    #expect(proxied.error == nil && proxied.weak.count == 1)
    let messenger = "partners/0/webhooks/"
    for (url, isValid) in [("http://127.0.0.1:9/x", true), ("http://sms.example/x", false), ("http://[::1]/x", true)] {
      let result = try load {
        Self.set(messenger + "messenger", .string(url))(&$0)
        Self.set(messenger + "allowsPlainHTTP", true)(&$0)
      }
      #expect((result.error == nil) == isValid, "\(url): \(result)")
    }
    #expect(try load { Self.set(messenger + "messenger", "http://127.0.0.1:9/x")(&$0) }.error != nil)
  }

  @Test("files with secrets that everybody can read are refused; a sandbox is warned")
  func modes() throws {
    for (path, name) in [
      ("tls/privateKey", "k"), ("device/pinFile", "p"), ("partners/0/webhooks/secretFile", "w"),
      ("eidProviders/0/clientAuthentication/secretFile", "e"),
    ] {
      for (mode, isValid) in [(0o644, false), (0o604, false), (0o640, true), (0o400, true)] {
        let secret = JSONValue.string(try file(name, "0123456789abcdef\n", mode))
        let result = try load { Self.set(path, secret)(&$0) }
        #expect((result.error == nil) == isValid, "\(path) \(mode): \(result)")
        let sandbox = try load(.sandbox) {
          Self.set(path, secret)(&$0)
          $0["sandbox"] = true
        }
        #expect(sandbox.error == nil && sandbox.weak.isEmpty == isValid, "\(path) \(mode): \(sandbox)")
      }
    }
    let short = JSONValue.string(try file("short", "a\n", 0o600))
    #expect(try load { Self.set("partners/0/webhooks/secretFile", short)(&$0) }.error != nil)
  }

  @Test("what only a sandbox may have is refused by the product, and by the sandbox's program without the word for it")
  func sandbox() throws {
    let changes: [(String, JSONValue)] = [
      ("service", "countersign-sandbox"), ("info/publicURL", "https://127.0.0.1:8443"),
      ("info/publicURL", "https://localhost"), ("eidProviders/0/issuer", "https://localhost/eid"),
    ]
    for (path, value) in changes {
      for rules in [ConfigRules.realService, .sandbox] {
        #expect(try load(rules) { Self.set(path, value)(&$0) }.error?.contains("only a sandbox") == true, "\(path)")
      }
      let word: Change = { config in
        config["sandbox"] = true
        Self.set(path, value)(&config)
      }
      #expect(try load(.sandbox) { word(&$0) }.error == nil, "\(path)")
      #expect(try load { word(&$0) }.error?.contains("\"sandbox\" is true") == true, "\(path)")
    }
    // The word is enough for the product to refuse a file, which may say that it is no sandbox.
    #expect(try load { $0["sandbox"] = true }.error?.contains("no service for real customers") == true)
    #expect(try load { $0["sandbox"] = false }.error == nil)
    for rules in [ConfigRules.realService, .sandbox] {
      #expect(try load(rules) { $0["sandbox"] = "yes" }.error != nil)
    }
  }

  @Test("contexts that no factor of the policy's own stands for are refused outside a sandbox")
  func contexts() throws {
    func issuer(_ more: [(String, JSONValue)]) -> JSONValue {
      let policy = JSONObject([("policy", "1.3.6.1.4.1.99999.1"), ("key", "p256"), ("days", 30)] + more)
      return ["certificates": "/none", "revocationList": "/none.crl", "policies": [.object(policy)]]
    }
    let levels: (String, JSONValue) = ("acrValues", ["http://eidas.europa.eu/LoA/high"])
    for (more, isValid) in [
      ([], true), ([levels], false), ([levels, ("proof", "EID")], true), ([("proof", "EID")], true),
    ] as [([(String, JSONValue)], Bool)] {
      let result = try load { Self.set("issuer", issuer(more))(&$0) }
      #expect((result.error == nil) == isValid, "\(result)")
      #expect(isValid || result.error?.contains("\"acrValues\" without a \"proof\"") == true, "\(result)")
    }
    #expect(
      try load(.sandbox) {
        $0["sandbox"] = true
        Self.set("issuer", issuer([levels]))(&$0)
      }.error == nil)
  }

  @Test("a chain of the time-stamping authority that ends in no root is told: level B-LT is not offered with it")
  func authorityChain() throws {
    let chain = TestDevice.shared.timestampSigner.chain
    let list = JSONValue.string(try file("list.crl", "x", 0o644))
    for (certificates, isTold) in [(chain, false), (Array(chain.dropLast()), true)] {
      let pem = certificates.map { der in
        let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n"
      }
      let path = JSONValue.string(try file("tsa.pem", pem.joined(), 0o644))
      for (lists, isTold) in [([], false), ([list], isTold)] as [([JSONValue], Bool)] {
        let result = try load {
          Self.set("tsa", ["certificates": path, "policy": "1.3.6.1.4.1.99999.2"])(&$0)
          Self.set("revocationLists", .array(lists))(&$0)
        }
        #expect(result.error == nil && result.weak.contains { $0.contains("B-LT") } == isTold, "\(result)")
      }
    }
  }

  @Test("what is weak is told and no error")
  func weak() throws {
    let module = JSONValue.string(try file("libsofthsm2.so", "x", 0o755))
    for (path, value) in [
      ("device/module", module), ("logLevel", "debug"), ("activationLife", 1800),
      ("eidProviders/0/clientAuthentication", ["method": "none"]), ("registry", ["approvals": 1]),
    ] {
      let result = try load { Self.set(path, value)(&$0) }
      #expect(result.error == nil && result.weak.count == 1, "\(path): \(result)")
    }
  }

  @Test("changes of who operates take two persons, or one where the configuration says so, and no other number")
  func approvals() throws {
    for (value, isTaken) in [(JSONValue.integer(0), false), (1, true), (2, true), (3, false), ("2", false)] {
      let result = try load { Self.set("registry/approvals", value)(&$0) }
      #expect((result.error == nil) == isTaken, "\(value): \(result)")
    }
    #expect(try load { Self.set("registry", ["approval": 2])(&$0) }.error?.contains("approval") == true)
  }

  @Test("which members changed is known by name")
  func differences() throws {
    let path = try file("a.json", String(decoding: JSONValue.object(fixture.base).compact(), as: UTF8.self), 0o600)
    let before = try Config.load(path)
    var other = fixture.base
    Self.set("logLevel", "debug")(&other)
    Self.set("info/name", "m")(&other)
    let next = try file("b.json", String(decoding: JSONValue.object(other).compact(), as: UTF8.self), 0o600)
    #expect(before.differences(from: try Config.load(next)) == ["info", "logLevel"])
    #expect(before.differences(from: try Config.load(path)).isEmpty)
  }
}
