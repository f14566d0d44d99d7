import Foundation
import Logging
import OpenSSLPKI
import PKCS11Device
import ServiceLifecycle
import Issuance
import Vocabulary

/// Making and deleting credentials at the wish of their owners, put together from the configuration.
enum IssuanceParts {
  /// - Parameter keys: with that of the issuing CA.
  static func authority(
    _ config: Config.IssuerConfig, _ keys: DeviceKeys, device: Device, now: @escaping @Sendable () -> UnixTime
  ) throws -> IssuingAuthority {
    guard let authority = try CertificateAuthority.existing(folder: config.certificates, keys: keys) else {
      throw ConfigError(description: "there is no CA in \(config.certificates)")
    }
    return IssuingAuthority(
      issuer: try AuthorityIssuer(
        authority, list: .init(path: config.revocationList, life: Config.IssuerConfig.listLife), now: now),
      keys: device, profiles: config.profiles)
  }
}

/// Keeps the issuer's statement on revocation fresh, tells owners what is left to be told, and ends invitations that
/// were not answered, while the service runs.
struct IssuanceKeeper: ServiceLifecycle.Service {
  private static let renewal = Duration.seconds(86400)

  let issuance: IssuanceService
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await issuance.keepTellingOwners() }
        group.addTask { await issuance.invitations.keep() }
        group.addTask { await issuance.keepRevocationsPublished(renewal: Self.renewal) { report($0) } }
      }
    }
  }

  func publish() async { report(await issuance.publishRevocations()) }

  private func report(_ isGood: Bool) {
    if !isGood { logger.error("could not publish revocations; trying again") }
  }
}
