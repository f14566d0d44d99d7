import Assembly
import Foundation
import OpenSSLPKI
import Vocabulary
import WireJSON

/// The sandbox's test CA and TSA; their keys stay in the token.
struct SandboxAuthority {
  static let keyLabels = [
    CertificateAuthority.rootLabel, CertificateAuthority.issuingLabel, DeviceTimestampSigner.standardLabel,
    DeviceLogSigner.standardLabel,
  ]
  private static let organization = RealService.trialOrganization
  /// From the arc for documentation (RFC 5612).
  private static let policy = "1.3.6.1.4.1.32473.1"
  /// Policies under which people can ask for credentials, for the authorization server and for `credentials/authorize`.
  /// They claim nothing: a sandbox's keys are in no qualified device, and no provider that is qualified issues its
  /// certificates.
  static let policies = [policy + ".9.1", policy + ".9.2"]
  /// Those of the text's own sample (CSC v2 §8.2.2). A sandbox proves nothing.
  private static let levels: JSONValue = ["http://eidas.europa.eu/LoA/high"]
  /// Of the TSA's certificate.
  private static let days: Int64 = 5 * 365

  let keys: DeviceKeys
  let certificates: CertificateAuthority
  private let folder: SandboxFolder

  /// To be made before the device is opened: the first thing libp11 does is to close every session of the process
  /// (Specs/decisions/0006-libp11.md).
  init(_ folder: SandboxFolder, config: Config) throws {
    self.folder = folder
    keys = try DocumentParts.openKeys(config, labels: Self.keyLabels)
    let now = Int64(Date().timeIntervalSince1970)
    certificates = try CertificateAuthority.open(
      folder: folder.path("ca"), keys: keys, organization: Self.organization, now: now,
      serial: { SandboxSeed.randomBytes(16) })
    if !FileManager.default.fileExists(atPath: folder.path("tsa.pem")) {
      let chain = try certificates.issueTimestampAuthority(
        keyLabel: DeviceTimestampSigner.standardLabel, organization: Self.organization,
        serial: SandboxSeed.randomBytes(16), now: now, days: Self.days)
      try folder.write(text: chain, to: "tsa.pem")
    }
    try writeRevocationLists(withIssuing: !FileManager.default.fileExists(atPath: folder.path(Self.listFiles.issuing)))
  }

  // MARK: Revocation lists

  private static let listFiles = (root: "root.crl", issuing: "issuing.crl")
  private static let listLife: Int64 = 7 * 86400
  private static let listRenewal = Duration.seconds(86400)

  /// - Parameter withIssuing: only where the issuing CA has no list yet. The service writes the others, as it knows
  ///   what is revoked.
  private func writeRevocationLists(withIssuing: Bool) throws {
    let now = Int64(Date().timeIntervalSince1970)
    let lists = try certificates.revocationLists(now: now, number: now, next: Self.listLife)
    try folder.write(octets: lists.root, to: Self.listFiles.root)
    if withIssuing { try folder.write(octets: lists.issuing, to: Self.listFiles.issuing) }
  }

  /// Until the task is cancelled.
  func keepRevocationListsFresh() async {
    while (try? await Task.sleep(for: Self.listRenewal)) != nil { try? writeRevocationLists(withIssuing: false) }
  }

  /// Adds what the CA has made to the configuration.
  func completeConfig() throws -> Config {
    guard var members = try folder.read("config.json")?.object else {
      throw ConfigError(description: "cannot read \(folder.path("config.json"))")
    }
    members["tsa"] = ["certificates": .string(folder.path("tsa.pem")), "policy": .string(Self.policy)]
    members["revocationLists"] = [
      .string(folder.path(Self.listFiles.root)), .string(folder.path(Self.listFiles.issuing)),
    ]
    members["issuer"] = [
      "orderLife": members["activationLife"] ?? 300,
      "certificates": .string(folder.path("ca")), "revocationList": .string(folder.path(Self.listFiles.issuing)),
      "policies": [
        [
          "policy": .string(Self.policies[0]), "key": "p256", "mode": "oauth2code", "scal": 2, "multisign": 100,
          "qualifier": "eu_eidas_aes", "days": 365, "acrValues": Self.levels,
          "names": [
            "en": "Certificate for the authorization server, for trying out",
            "de": "Zertifikat für den Autorisierungsserver, zum Ausprobieren",
          ],
        ],
        [
          "policy": .string(Self.policies[1]), "key": "p256", "mode": "explicit", "scal": 1, "multisign": 100,
          "qualifier": "eu_eidas_aes", "days": 365, "acrValues": Self.levels,
          "names": [
            "en": "Certificate for explicit authorization, for trying out",
            "de": "Zertifikat für explizite Autorisierung, zum Ausprobieren",
          ],
        ],
      ],
    ]
    try folder.write(.object(members), to: "config.json")
    return try Config.load(folder.path("config.json"))
  }
}
