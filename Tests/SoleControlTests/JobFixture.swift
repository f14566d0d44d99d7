import Issuance
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Asynchronous signing over a store of the test's choice and a device in memory.
struct JobFixture: Sendable {
  let signing: SigningFixture
  let jobs: JobService

  init(
    _ store: any SoleControlStore & IssuanceStore, device: any SigningDevice = TestDevice.shared.device,
    verifier: (any SignatureVerifier)? = nil, notifier: (any CompletionNotifier)? = nil, instance: String = "test",
    rules: JobService.Rules = .init()
  ) {
    if let verifier {
      signing = SigningFixture(store: store, device: device, verifier: verifier, instance: instance)
    } else {
      signing = SigningFixture(store: store, device: device, instance: instance)
    }
    jobs = JobService(signing.service.signing, notifier: notifier, rules: rules)
  }

  func authorized(
    _ name: String = "cred-1", count: Int = 1, partner: PartnerID = SigningFixture.partner
  ) async throws -> (credential: Credential, sad: SignatureActivationData) {
    let credential = try await signing.createCredential(name, partner: partner)
    let principal = signing.principal(partner: partner)
    return (credential, try await signing.authorize(credential, count: count, as: principal).sad)
  }

  func submit(
    _ credential: Credential, _ sad: SignatureActivationData, _ digests: [[UInt8]],
    algorithm: SignatureAlgorithm? = nil, validity: Int64 = 3_600_000, responseURI: String? = nil,
    as principal: Principal? = nil
  ) async throws -> JobID {
    let standard: SignatureAlgorithm = if case .ec = credential.keyType { .ecdsa(.sha256) } else { .rsaPKCS1(.sha256) }
    return try await jobs.submit(
      JobRequest(
        SigningRequest(credential: credential.id, sad: sad, algorithm: algorithm ?? standard, digests: digests),
        validity: validity, responseURI: responseURI), as: principal ?? signing.principal())
  }

  func poll(_ job: JobID) async throws -> JobResult {
    try await jobs.result(of: job, signer: nil, as: signing.principal())
  }

  /// Polls until the job has ended.
  func ended(_ job: JobID) async throws -> JobResult {
    try await eventually { try await poll(job) != .running }
    return try await poll(job)
  }

  /// Runs the workers while `body` runs.
  func running<Output: Sendable>(_ body: @escaping @Sendable () async throws -> Output) async throws -> Output {
    try await withThrowingTaskGroup(of: Output?.self) { group in
      group.addTask {
        await jobs.run()
        return nil
      }
      group.addTask { try await body() }
      while let output = try await group.next() {
        guard let output else { continue }
        group.cancelAll()
        return output
      }
      throw CancellationError()
    }
  }

  /// The signatures of a job, with workers running if it is still open.
  func signatures(of job: JobID) async throws -> [[UInt8]] {
    var result = try await poll(job)
    if result == .running { result = try await running { try await ended(job) } }
    return try #require(result.signatures)
  }
}

/// The device, which first throws the errors of a list, one for each order.
final class ScriptedDevice: SigningDevice {
  private let errors: Mutex<[DeviceError]>
  private let orders = Mutex<(now: Int, most: Int, all: Int)>((0, 0, 0))
  /// How long an order takes at least.
  let pause = Mutex(Duration.zero)
  private let real = TestDevice.shared.device

  init(_ errors: [DeviceError]) { self.errors = Mutex(errors) }

  /// Orders that were carried out at the same time.
  var most: Int { orders.withLock(\.most) }
  var orderCount: Int { orders.withLock(\.all) }
  func heal() { errors.withLock { $0 = [] } }

  func authenticationCodes(_ messages: [(key: MACKey, message: [UInt8])]) async throws(DeviceError) -> [[UInt8]] {
    try await real.authenticationCodes(messages)
  }
  func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    try await real.oneTimeCodes(secret, messages: messages)
  }
  func random(count: Int) async throws(DeviceError) -> [UInt8] { try await real.random(count: count) }

  func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    orders.withLock { orders in
      orders.now += 1
      orders.all += 1
      orders.most = max(orders.most, orders.now)
    }
    defer { orders.withLock { $0.now -= 1 } }
    if let error = errors.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw error }
    let pause = pause.withLock(\.self)
    if pause > .zero { try? await Task.sleep(for: pause) }
    return try await real.sign(order)
  }
}
