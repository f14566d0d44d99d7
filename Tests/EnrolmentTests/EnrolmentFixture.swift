import Enrolment
import RecordedCalls
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A device in software that counts what is asked of it.
final class CountingDevice: DataKeyDevice {
  private let device = SoftwareDevice()
  private let asked = Mutex((made: 0, computed: [Int]()))

  /// Keys that were made.
  var made: Int { asked.withLock { $0.made } }
  /// Number of keys of each job.
  var computed: [Int] { asked.withLock { $0.computed } }

  func makeDataKey() async throws(DeviceError) -> WrappedKey {
    asked.withLock { $0.made += 1 }
    return try await device.makeDataKey()
  }

  func dataKeys(_ secrets: [WrappedKey], for purpose: String) async throws(DeviceError) -> [[UInt8]] {
    asked.withLock { $0.computed.append(secrets.count) }
    return try await device.dataKeys(secrets, for: purpose)
  }

  func random(count: Int) async throws(DeviceError) -> [UInt8] { try await device.random(count: count) }
}

/// The service over a store in memory and a device in software.
struct EnrolmentFixture {
  let store = MemoryStore()
  let device = CountingDevice()
  let clock = TestClock()
  let service: SignerService

  static let partner = PartnerID("bank")
  static let other = PartnerID("other")

  init() {
    service = SignerService(
      store: store, device: device, secrets: EnrolmentSecrets(secret: [1, 2, 3]), clock: clock.port)
  }

  static func call(_ key: String, body: UInt8 = 1, client: String = "client") -> IncomingCall {
    IncomingCall(
      name: CallKey(client: ClientID(client), digest: Array(key.utf8)), fingerprint: [body])
  }

  /// Registers a signer under a key of its own, or the one that is given.
  func open(
    _ data: PersonalData = PersonalData(), kind: SubjectKind = .person, representative: SignerID? = nil,
    of partner: PartnerID = Self.partner, key: String? = nil, body: UInt8 = 1
  ) async throws -> CallOutcome<KnownSigner> {
    let call = Self.call(key ?? "\(UInt64.random(in: .min ... .max))", body: body, client: "client of \(partner)")
    return try await service.open(
      SignerService.New(kind: kind, locale: "de", representative: representative, data: data), of: partner,
      recording: CallRecording(call) { Array($0.signer.id.rawValue.utf8) })
  }

  /// The same, for a signer that is new for certain.
  func new(
    _ data: PersonalData = PersonalData(), kind: SubjectKind = .person, representative: SignerID? = nil,
    of partner: PartnerID = Self.partner
  ) async throws -> KnownSigner {
    let outcome = try await open(data, kind: kind, representative: representative, of: partner)
    guard case .done(let signer, _) = outcome else { throw SignerRefusal.unknown }
    return signer
  }
}
