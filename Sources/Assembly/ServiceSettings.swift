import CSCModel
import HTTPGateway
import Issuance
import Logging
import OpenIDClient
package import PKCS11Device
import SoleControl
import Vocabulary

// Settings and rules of the parts of a service, by the configuration.
extension Service {
  static func deviceSettings(_ config: Config, _ outages: OutageBook) throws -> Device.Settings {
    var settings = try deviceSettings(config)
    settings.report = { [report = settings.report] in
      report($0)
      outages.begin(.device, $0)
    }
    return settings
  }

  package static func deviceSettings(_ config: Config) throws -> Device.Settings {
    var settings = try Device.Settings(
      module: config.device.module, tokenLabel: config.device.tokenLabel, pinFile: config.device.pinFile)
    settings.sessions = config.device.sessions
    settings.liveKeys = config.device.liveKeys
    settings.authorityKeys = config.openSSLKeyLabels
    settings.report = { Logger(label: "device").error("Cryptoki call failed", metadata: ["what": "\($0)"]) }
    return settings
  }

  static func clock(_ clock: ProcessClock) -> ServiceContext.Clock {
    var port = ServiceContext.Clock(
      now: { clock.now() }, milliseconds: { clock.milliseconds() }, pause: { try await Task.sleep(for: $0) })
    port.isRight = { !clock.isBehind }
    return port
  }

  /// Everybody outside who is asked about factors.
  static func outside(
    _ config: Config, _ providers: TrustedProviders, _ calls: PartnerCalls
  ) -> FactorService.Outside {
    var outside = FactorService.Outside(eid: providers)
    outside.messenger = calls.messenger
    outside.statements = calls.statements(audience: config.info.publicURL)
    if config.eidProviders.contains(where: { $0.settings.backchannel != nil }) { outside.backchannel = providers }
    return outside
  }

  static func rules(_ config: Config) -> ServiceContext.Rules {
    var rules = ServiceContext.Rules(service: config.service, instance: config.instance)
    rules.language = config.info.language
    rules.confirmationURL = config.info.publicURL + "/confirm/"
    rules.activationLife = UnixTime(config.activationLife)
    return rules
  }

  static func issuanceRules(_ config: Config) -> IssuanceService.Rules {
    var rules = IssuanceService.Rules(service: config.service, instance: config.instance)
    rules.invitationURL = config.info.publicURL + "/pin/"
    if let issuer = config.issuer {
      rules.grantLife = issuer.orderLife
      rules.invitationLife = issuer.invitationDays * 86400
    }
    return rules
  }
}
