import DocumentSigning
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import TimestampAuthority
import Vocabulary

/// Documents over the real ledger, device, OpenSSL and time-stamping authority; the store is in memory, so that it can
/// be edited.
struct DocumentFixture: Sendable {
  let store = MemoryStore()
  let signing: SigningFixture
  let authority: SwitchableTimestamps
  let documents: DocumentSigningService

  /// - Parameter revocation: source of statements on revocation; nil for none.
  init(revocation: (any RevocationSource)? = nil) {
    let authority = SwitchableTimestamps()
    self.authority = authority
    signing = SigningFixture(store: store, timestamps: { authority.serve($0) })
    let clock = signing.clock
    documents = DocumentSigningService(
      soleControl: signing.service, cms: CMSMaker(), worker: InPlace(), revocation: revocation,
      timestamps: SwitchableTimestamps.service(clock), now: { clock.now })
  }

  /// The same after a start with another configuration.
  func documents(
    revocation: (any RevocationSource)?, timestamps: TimestampService?
  ) -> DocumentSigningService {
    let clock = signing.clock
    return DocumentSigningService(
      soleControl: signing.service, cms: CMSMaker(), worker: InPlace(), revocation: revocation, timestamps: timestamps,
      now: { clock.now })
  }

  func signature(
    _ text: String, _ format: SignatureFormat = .cades, _ level: ConformanceLevel = .b,
    _ packaging: Packaging = .detached, byDigest: Bool? = nil, properties: [SignedProperty] = []
  ) -> DocumentSignature {
    DocumentSignature(
      subject: byDigest ?? (packaging == .detached) ? .digest(digest(text)) : .content(Array(text.utf8)),
      format: format,
      level: level, packaging: packaging, algorithm: .ecdsa(.sha256), properties: properties)
  }

  func sign(
    _ credential: Credential, _ sad: SignatureActivationData, _ signatures: [DocumentSignature]
  ) async throws -> [[UInt8]] {
    try await documents.sign(
      DocumentSigningRequest(credential: credential.id, qualifier: nil, sad: sad, signatures: signatures),
      as: signing.principal()
    ).documents.map(\.octets)
  }

  /// Edits the work of the stored operations, as somebody with access to the database could.
  func edit(_ change: @escaping (_ work: [UInt8]) -> [UInt8]) {
    store.tamper(operations: { $0.with(work: change($0.work)) })
  }
}

/// The real authority, until it is told to fail.
final class SwitchableTimestamps: SignatureTimestamping {
  let failure = Mutex<SignatureTimestampError?>(nil)
  private let real = Mutex<TimestampService?>(nil)

  static func service(
    _ clock: TestClock, _ signer: any TimestampSigner = TestDevice.shared.timestampSigner
  ) -> TimestampService {
    TimestampService(
      signer: signer, policy: .init(oid: "1.3.6.1.4.1.32473.7"), now: { clock.now },
      random: { try await TestDevice.shared.device.random(count: $0) })
  }

  func serve(_ clock: TestClock) -> SwitchableTimestamps {
    real.withLock { $0 = Self.service(clock) }
    return self
  }

  func timestamp(overSHA256 digest: [UInt8]) async throws(SignatureTimestampError) -> [UInt8] {
    if let failure = failure.withLock({ $0 }) { throw failure }
    guard let service = real.withLock({ $0 }) else { throw .failed("no service") }
    return try await service.timestamp(overSHA256: digest)
  }

  func isTimestamp(_ token: [UInt8], overSHA256 digest: [UInt8]) async -> Bool {
    await real.withLock { $0 }?.isTimestamp(token, overSHA256: digest) ?? false
  }
}

struct InPlace: DocumentWorker {
  func run<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output { try body() }
}

extension SigningOperation {
  func with(work: [UInt8]) -> SigningOperation {
    SigningOperation(
      id: id, activation: activation, requestDigest: requestDigest, instance: instance, state: state, work: work,
      signatures: signatures)
  }

  func with(signatures: [[UInt8]]) -> SigningOperation {
    SigningOperation(
      id: id, activation: activation, requestDigest: requestDigest, instance: instance, state: state, work: work,
      signatures: signatures)
  }
}
