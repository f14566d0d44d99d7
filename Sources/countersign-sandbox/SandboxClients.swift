import Crypto
import Foundation
import JOSE
import Registry
import Octets
import SelfSignedTLS
import WireJSON

/// The OAuth clients of the sandbox: one for each way in which a client can be registered.
struct SandboxClients: Sendable {
  struct Line: Sendable {
    let label, id, name: String
    let partner: String
    let authentication: [String]
    let redirectURIs: [String]
    let grants: [String]
    var requiresPKCE = true
    var tokenParametersInQuery = false
    var trustedScopes: [Scope] = []
    var partnerScopes: [PartnerScope] = []
  }

  static let partner = "portal"
  static let rival = "rival"
  /// `iss` of the partner's statements, and the id of the key that signs them.
  static let statementIssuer = "https://portal.example"
  static let statementKeyID = "partner-1"
  /// Origins of the partner's pages with scripts; the second one is that of the redirect URIs.
  static let browserOrigins = ["https://portal.example", "http://127.0.0.1:8091"]
  private static let all = ["authorization_code", "client_credentials", "refresh_token"]

  let seed: SandboxSeed
  let folder: SandboxFolder
  let callbackOrigin: String

  var lines: [Line] {
    let redirectURI = seed.redirectURI
    return [
      Line(
        label: "confidential", id: Self.partner, name: "Example portal", partner: Self.partner,
        authentication: ["client_secret_basic", "client_secret_post", "private_key_jwt"], redirectURIs: [redirectURI],
        grants: Self.all),
      Line(
        label: "public", id: "portal-app", name: "Example app", partner: Self.partner, authentication: ["none"],
        redirectURIs: [redirectURI, "countersign-demo://callback"], grants: ["authorization_code", "refresh_token"]),
      Line(
        label: "legacy", id: "portal-legacy", name: "Example archive", partner: Self.partner,
        authentication: ["client_secret_basic", "client_secret_post"],
        redirectURIs: [redirectURI, redirectURI + "/legacy"], grants: Self.all, requiresPKCE: false),
      Line(
        label: "mtls", id: "portal-mtls", name: "Example back office", partner: Self.partner,
        authentication: ["self_signed_tls_client_auth"], redirectURIs: [redirectURI], grants: Self.all),
      Line(
        label: "tester", id: "portal-tester", name: "Example tester", partner: Self.partner,
        authentication: ["client_secret_basic"], redirectURIs: [redirectURI], grants: Self.all,
        tokenParametersInQuery: true),
      Line(
        label: "trusted", id: "portal-registry", name: "Example registration office", partner: Self.partner,
        authentication: ["client_secret_basic", "client_secret_post"], redirectURIs: [],
        grants: ["client_credentials"], trustedScopes: [.credentialCreation, .credentialDeletion]),
      Line(
        label: "rival", id: Self.rival, name: "Another company", partner: Self.rival,
        authentication: ["client_secret_basic", "client_secret_post"], redirectURIs: [redirectURI], grants: Self.all),
      Self.desk(Self.deskID, of: Self.partner), Self.desk("rival-desk", of: Self.rival),
    ]
  }

  /// Id of the client for the partner API.
  static let deskID = "portal-desk"

  private static func desk(_ id: String, of partner: String) -> Line {
    Line(
      label: id, id: id, name: "Example help desk", partner: partner,
      authentication: ["client_secret_basic", "client_secret_post"], redirectURIs: [], grants: ["client_credentials"],
      partnerScopes: PartnerScope.allCases)
  }

  // MARK: Files

  private var certificate: String { folder.path("client-certificate.pem") }
  private var key: String { folder.path("client-key.pem") }
  private func secretFile(_ id: String) -> String { "client-secret-\(id)" }

  /// Writes what the configuration refers to. Keys are made once.
  func prepare() throws {
    if !FileManager.default.fileExists(atPath: certificate) {
      let identity = try SelfSignedIdentity.client(
        commonName: "portal-mtls", serial: SandboxSeed.randomBytes(16), now: Int64(Date().timeIntervalSince1970),
        days: 365)
      try folder.write(text: identity.privateKey, to: "client-key.pem")
      try folder.write(text: identity.certificate, to: "client-certificate.pem")
    }
    for line in lines {
      if let secret = secret(line) { try folder.write(text: secret + "\n", to: secretFile(line.id)) }
    }
    try folder.write(try assertionKeys(), to: "partner-assertion-keys.json")
  }

  private func secret(_ line: Line) -> String? {
    guard line.authentication.contains("client_secret_basic") else { return nil }
    // A state folder of before has none for the newest clients.
    return seed.clientSecrets[line.id] ?? seed.clientSecret
  }

  /// The public half of the partner's key as a JWK set (RFC 7517).
  private func assertionKeys() throws -> JSONValue {
    let pem = try String(contentsOfFile: folder.path("partner-assertion-key.pem"), encoding: .utf8)
    let point = Array(try P256.Signing.PrivateKey(pemRepresentation: pem).publicKey.rawRepresentation)
    return KeySet.document(ofP256: point, keyID: Self.statementKeyID)
  }

  // MARK: Configuration and sandbox.json

  /// The configuration's `partners`.
  var configuration: JSONValue {
    [
      partner(
        Self.partner,
        [
          ("name", "Example portal"), ("colour", "#0b6e4f"), ("opensInPopUps", true), ("receipts", true),
          ("browserOrigins", .array(Self.browserOrigins.map(JSONValue.string))),
          (
            "webhooks",
            [
              "secretFile": .string(folder.path(SandboxFolder.webhookSecret)), "messenger": .string(seed.messages),
              "allowsPlainHTTP": true,
              "callbackOrigins": [["origin": .string(callbackOrigin), "allowsPrivateAddresses": true]],
            ]
          ),
          (
            "statements",
            [
              "issuer": .string(Self.statementIssuer),
              "keysFile": .string(folder.path("partner-assertion-keys.json")), "standsAlone": true,
              "levels": [
                "http://eidas.europa.eu/LoA/low": "low", "http://eidas.europa.eu/LoA/substantial": "substantial",
                "http://eidas.europa.eu/LoA/high": "high",
              ],
            ]
          ),
          (
            "words",
            [
              "en": [
                "welcome": "Log in with your Example portal account to sign.", "terms": "https://portal.example/terms",
                "privacy": "https://portal.example/privacy", "help": "https://portal.example/help",
              ],
              "de": [
                "welcome": "Melden Sie sich mit Ihrem Example-Konto an, um zu unterschreiben.",
                "terms": "https://portal.example/agb", "privacy": "https://portal.example/datenschutz",
                "help": "https://portal.example/hilfe",
              ],
            ]
          ),
        ]),
      partner(Self.rival, [("name", "Another company"), ("frameOrigins", ["http://127.0.0.1:8093"])]),
    ]
  }

  private func partner(_ id: String, _ members: [(String, JSONValue)]) -> JSONValue {
    let clients = lines.filter { $0.partner == id }.map(configuration)
    return .object(JSONObject([("id", .string(id))] + members + [("clients", .array(clients))]))
  }

  private func configuration(_ line: Line) -> JSONValue {
    func texts(_ list: [String]) -> JSONValue { .array(list.map(JSONValue.string)) }
    var object = JSONObject([
      ("id", .string(line.id)), ("name", .string(line.name)), ("authentication", texts(line.authentication)),
      ("grants", texts(line.grants)), ("requiresPKCE", .bool(line.requiresPKCE)),
      ("scopes", texts(Scope.allCases.map(\.rawValue))),
    ])
    if !line.trustedScopes.isEmpty { object["trustedScopes"] = texts(line.trustedScopes.map(\.rawValue)) }
    if !line.partnerScopes.isEmpty { object["partnerScopes"] = texts(line.partnerScopes.map(\.rawValue)) }
    if line.tokenParametersInQuery { object["tokenParametersInQuery"] = true }
    if !line.redirectURIs.isEmpty { object["redirectURIs"] = texts(line.redirectURIs) }
    if secret(line) != nil { object["secretFile"] = .string(folder.path(secretFile(line.id))) }
    if line.authentication.contains("private_key_jwt") {
      object["keysFile"] = .string(folder.path("partner-assertion-keys.json"))
    }
    if line.authentication.contains("self_signed_tls_client_auth") { object["certificate"] = .string(certificate) }
    return .object(object)
  }

  /// The member `clients` of sandbox.json.
  var json: JSONValue {
    .array(
      lines.map { line in
        func texts(_ list: [String]) -> JSONValue { .array(list.map(JSONValue.string)) }
        var object = JSONObject([
          ("label", .string(line.label)), ("clientID", .string(line.id)), ("partner", .string(line.partner)),
          ("authentication", texts(line.authentication)), ("redirectURIs", texts(line.redirectURIs)),
          ("requiresPKCE", .bool(line.requiresPKCE)),
        ])
        if !line.trustedScopes.isEmpty { object["trustedScopes"] = texts(line.trustedScopes.map(\.rawValue)) }
        if !line.partnerScopes.isEmpty { object["partnerScopes"] = texts(line.partnerScopes.map(\.rawValue)) }
        object["clientSecret"] = secret(line).map(JSONValue.string)
        if line.authentication.contains("private_key_jwt") {
          object["assertionKey"] = .string(folder.path("partner-assertion-key.pem"))
        }
        if line.authentication.contains("self_signed_tls_client_auth") {
          object["certificate"] = .string(certificate)
          object["privateKey"] = .string(key)
        }
        return .object(object)
      })
  }
}
