internal import BlockingWork
internal import CCryptoki
internal import Foundation
internal import SoleControl
internal import Synchronization

/// Sessions on one token, each owned by one thread for its whole life. Cryptoki calls block and cannot be
/// cancelled, so they stay off the threads that Swift's concurrency shares.
///
final class SessionPool: Sendable {
  private typealias Job = @Sendable (Worker) -> Void

  /// The session and everything else that one thread owns.
  final class Worker {
    let index: Int
    fileprivate(set) var session: DeviceSession
    /// The service's own keys, as this session knows them.
    fileprivate(set) var keys: TokenKeys
    /// The session is spoilt or closed and must be replaced before anything else.
    fileprivate var needsRenewal = false

    fileprivate init(index: Int, session: DeviceSession) throws {
      self.index = index
      self.session = session
      keys = try TokenKeys(session)
    }
  }

  private let module: CryptokiModule
  private let slot: CK_SLOT_ID
  private let pin: [UInt8]
  let size: Int
  /// Called by a worker whose session was replaced: the objects of the old one are gone.
  private let sessionLost: @Sendable (_ worker: Int) -> Void
  /// For the operator: which Cryptoki function failed with what.
  private let report: @Sendable (String) -> Void

  private let line: BoundedQueue<Job>
  private let isLoginRefused = Mutex(false)

  /// Opens the sessions one after another and stops at the first failure: a pool that kept trying a wrong PIN
  /// would lock the token.
  ///
  /// - Parameter capacity: jobs that may wait before further ones are refused as busy.
  init(
    module: CryptokiModule, slot: CK_SLOT_ID, pin: [UInt8], size: Int, capacity: Int,
    sessionLost: @escaping @Sendable (_ worker: Int) -> Void, report: @escaping @Sendable (String) -> Void
  ) throws {
    self.module = module
    self.slot = slot
    self.pin = pin
    self.size = size
    line = BoundedQueue(capacity: capacity)
    self.sessionLost = sessionLost
    self.report = report
    var workers: [Worker] = []
    for index in 0..<size {
      let session = try DeviceSession(module: module, slot: slot)
      do { try session.logIn(pin: pin) } catch {
        if error.code == UInt(CKR_USER_PIN_NOT_INITIALIZED) {
          throw TokenError(
            "the token has no user PIN: its initialisation was interrupted; remove it and run 'countersign init'")
        }
        guard error.meaning == .login else { throw error }
        throw TokenError("the token refuses the PIN of the PIN file (\(error)); correct the file before trying again")
      }
      try session.requireLogIn()
      workers.append(try Worker(index: index, session: session))
    }
    for worker in workers {
      let owned = Owned(worker)
      let thread = Thread { [self] in serve(owned.worker) }
      thread.name = "pkcs11-\(worker.index)"
      thread.start()
    }
  }

  /// Hands a worker to its thread. `@unchecked`: no other thread touches it afterwards.
  private struct Owned: @unchecked Sendable {
    let worker: Worker
    init(_ worker: Worker) { self.worker = worker }
  }

  /// Sessions that work, and jobs that wait for one.
  var load: (busy: Int, waiting: Int) {
    let (waiting, idle) = line.load
    return (max(0, size - idle), waiting)
  }

  deinit { close() }

  /// Lets the threads finish what waits, and end.
  func close() { line.close() }

  /// Runs `body` with the next free session. A spoilt session is replaced and `body` run once more.
  func run<Output: Sendable>(
    _ body: @escaping @Sendable (Worker) throws -> Output
  ) async throws(DeviceError) -> Output {
    let result: Result<Output, DeviceError> = await withCheckedContinuation { continuation in
      let accepted = line.append { worker in continuation.resume(returning: self.perform(body, on: worker)) }
      if !accepted { continuation.resume(returning: .failure(.busy)) }
    }
    return try result.get()
  }

  private func serve(_ worker: Worker) {
    while let job = line.take(1).first { job(worker) }
    worker.session.close()
  }

  private func perform<Output: Sendable>(
    _ body: (Worker) throws -> Output, on worker: Worker
  ) -> Result<Output, DeviceError> {
    do {
      if worker.needsRenewal { try renew(worker) }
      return .success(try body(worker))
    } catch {
      // Parameters that a device does not know are a caller's choice and no fault.
      if let error = error as? CryptokiError, error.meaning != .unsupported { report(error.description) }
      if let error = error as? BrokenKeyPromise { report(error.description) }
      guard Self.classify(error) == .unavailable else { return .failure(Self.classify(error)) }
      let mayRepeat = (error as? CryptokiError)?.meaning == .freshSession
      do {
        try renew(worker)
        guard mayRepeat else { return .failure(.unavailable) }
        return .success(try body(worker))
      } catch { return .failure(Self.classify(error)) }
    }
  }

  private func renew(_ worker: Worker) throws {
    guard !isLoginRefused.withLock({ $0 }) else {
      throw CryptokiError(code: UInt(CKR_PIN_INCORRECT), function: "C_Login")
    }
    worker.needsRenewal = true
    sessionLost(worker.index)
    worker.session.close()
    worker.session = try DeviceSession(module: module, slot: slot)
    do { try worker.session.logIn(pin: pin) } catch {
      if error.meaning == .login { isLoginRefused.withLock { $0 = true } }
      throw error
    }
    try worker.session.requireLogIn()
    worker.keys = try TokenKeys(worker.session)
    worker.needsRenewal = false
  }

  private static func classify(_ error: any Error) -> DeviceError {
    if let error = error as? DeviceError { return error }
    guard let error = error as? CryptokiError else { return .fault }
    return switch error.meaning {
    case .freshSession, .deviceDown, .login: .unavailable
    case .unsupported: .unsupported
    case .ourBug: .fault
    }
  }
}
