import Enrolment
import HTTPGateway
import PKCS11Device
import SoleControl

/// The parts behind the partner API, by the configuration.
enum PartnerParts {
  static func api(
    _ config: Config, store: Stores.Store, device: Device, clock: ServiceContext.Clock
  ) async throws -> PartnerAPI {
    let secrets = try await EnrolmentSecrets.derived(from: device, service: config.service)
    return PartnerAPI(
      signers: SignerService(store: store.enrolment, device: device, secrets: secrets, clock: clock), secrets: secrets)
  }
}
