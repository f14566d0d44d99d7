import Assembly
import Foundation
import SelfSignedTLS
import WireJSON

/// The sandbox's state folder. Only its owner may read it: it holds PINs and tokens.
struct SandboxFolder: Sendable {
  let root: String

  init(_ path: String) throws {
    umask(0o077)
    root = URL(fileURLWithPath: path).standardizedFileURL.path
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    guard chmod(root, 0o700) == 0 else { throw ConfigError(description: "\(root) is not yours") }
  }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path(name)) }

  func read(_ name: String) throws -> JSONValue? {
    try FileManager.default.contents(atPath: path(name)).map { try JSONValue.parse(Array($0), limits: .configuration) }
  }

  /// Whole or not at all, and for the owner's eyes only.
  func write(_ json: JSONValue, to name: String) throws {
    try write(text: String(decoding: json.indented(), as: UTF8.self) + "\n", to: name)
  }

  func write(text: String, to name: String) throws { try write(octets: Array(text.utf8), to: name) }

  func write(octets: [UInt8], to name: String) throws {
    let temporary = path(name + ".new")
    guard
      FileManager.default.createFile(
        atPath: temporary, contents: Data(octets), attributes: [.posixPermissions: 0o600]),
      rename(temporary, path(name)) == 0
    else { throw ConfigError(description: "cannot write \(path(name))") }
  }

  /// Writes the configuration that `countersign-sandbox serve` takes, and reads it back.
  func writeConfig(
    seed: SandboxSeed, port: Int, tlsPort: Int, mtlsPort: Int, callbackOrigin: String,
    providers: [SandboxEIDProvider] = [],
    activationLife: Int = 300, delivery: String = "poll", logLevel: String
  ) throws -> Config {
    if !FileManager.default.fileExists(atPath: path("tls-certificate.pem")) {
      let identity = try SelfSignedIdentity.loopback(
        serial: SandboxSeed.randomBytes(16), now: Int64(Date().timeIntervalSince1970), days: 365)
      try write(text: identity.privateKey, to: "tls-key.pem")
      try write(text: identity.certificate, to: "tls-certificate.pem")
    }
    if !FileManager.default.fileExists(atPath: path("partner-assertion-key.pem")) {
      try write(text: SelfSignedIdentity.newPrivateKeyPEM(), to: "partner-assertion-key.pem")
    }
    try write(text: seed.tokenPIN + "\n", to: "token-pin")
    try write(text: seed.webhookSecret + "\n", to: Self.webhookSecret)
    try write(text: seed.eidClientSecret + "\n", to: Self.eidClientSecret)
    try write(text: seed.adminToken + "\n", to: Self.adminToken)
    let clients = SandboxClients(seed: seed, folder: self, callbackOrigin: callbackOrigin)
    try clients.prepare()
    try write(
      [
        "sandbox": true, "service": .string(RealService.trialName), "database": .string(path("countersign.sqlite")),
        "logLevel": .string(logLevel), "activationLife": .integer(Int64(activationLife)),
        "http": ["host": "127.0.0.1", "port": .integer(Int64(port))],
        "tls": [
          "host": "127.0.0.1", "port": .integer(Int64(tlsPort)), "certificate": .string(path("tls-certificate.pem")),
          "privateKey": .string(path("tls-key.pem")),
          "clientCertificates": [
            "host": "127.0.0.1", "port": .integer(Int64(mtlsPort)),
            "publicURL": .string("https://127.0.0.1:\(mtlsPort)"),
          ],
        ],
        "device": [
          "module": .string(Self.softHSMModule), "tokenLabel": "countersign", "pinFile": .string(path("token-pin")),
        ],
        "info": [
          "name": "Countersign sandbox",
          "description": "Remote signing for trying out; its certificates prove nothing.",
          "region": "AT", "publicURL": .string("https://127.0.0.1:\(tlsPort)"),
          "translations": [
            "de": [
              "name": "Countersign-Sandkasten",
              "description": "Fernsignaturen zum Ausprobieren; die Zertifikate beweisen nichts.",
            ]
          ],
        ],
        "operator": ["tokenFile": .string(path(Self.adminToken))],
        "partners": clients.configuration,
        "eidProviders": .array([simulator(seed, delivery)] + providers.map(\.configuration)),
      ], to: "config.json")
    return try Config.load(path("config.json"))
  }

  private func simulator(_ seed: SandboxSeed, _ delivery: String) -> JSONValue {
    [
      "issuer": .string(seed.eidIssuer), "clientID": .string(seed.eidClientID), "allowsPlainHTTP": true,
      "algorithms": ["ES256"], "backchannel": ["delivery": .string(delivery)],
      "clientAuthentication": [
        "method": "client_secret_basic", "secretFile": .string(path(Self.eidClientSecret)),
      ],
      "levels": [
        "http://eidas.europa.eu/LoA/low": "low", "http://eidas.europa.eu/LoA/substantial": "substantial",
        "http://eidas.europa.eu/LoA/high": "high",
      ],
    ]
  }

  static let eidClientSecret = "eid-client-secret"
  static let webhookSecret = "webhook-secret"
  static let adminToken = "admin-token"
  /// Debian's path of it.
  static let softHSMModule = "/usr/lib/softhsm/libsofthsm2.so"
}
