internal import CCryptoki
internal import Foundation
internal import Octets
public import SoleControl
internal import Synchronization
public import Vocabulary

/// A signature creation device behind PKCS #11.
public final class Device: SigningDevice, KeyMaker {
  public struct Settings: Sendable {
    /// The module's shared library.
    public var module: String
    public var tokenLabel: String
    public var pin: [UInt8]
    /// Sessions, each with a thread of its own.
    public var sessions = 4
    /// Calls that may wait for a session; further ones are refused as busy.
    public var waitingLine = Self.standardLine
    public static let standardLine = 10_000
    /// Unwrapped keys kept in the device.
    public var liveKeys = 1000
    /// Labels of the keys of authorities in this token that somebody else in the process uses.
    public var authorityKeys: [String] = []
    /// Told which Cryptoki function failed with which value. For the operator's log.
    public var report: @Sendable (String) -> Void = { _ in }

    public init(module: String, tokenLabel: String, pin: [UInt8]) {
      self.module = module
      self.tokenLabel = tokenLabel
      self.pin = pin
    }

    /// - Parameter pinFile: its first line is the PIN.
    public init(module: String, tokenLabel: String, pinFile: String) throws {
      guard let data = FileManager.default.contents(atPath: pinFile), let line = TextFile.firstLine(Array(data)) else {
        throw TokenError("cannot read a PIN from \(pinFile)")
      }
      self.init(module: module, tokenLabel: tokenLabel, pin: Array(line.utf8))
    }
  }

  let pool: SessionPool
  let liveKeys: LiveKeys
  private let entropy = Mutex<[UInt8]>([])

  /// Opens the token and finds the service's keys in it.
  public init(_ settings: Settings) throws {
    let module = try CryptokiModule(path: settings.module)
    let slot = try module.slot(tokenLabel: settings.tokenLabel)
    try module.requirePIN(of: slot)
    let liveKeys = LiveKeys(capacity: settings.liveKeys)
    pool = try SessionPool(
      module: module, slot: slot, pin: settings.pin, size: settings.sessions, capacity: settings.waitingLine,
      sessionLost: { liveKeys.forget(worker: $0) }, report: settings.report)
    self.liveKeys = liveKeys
    // A user who is logged in is so with all sessions.
    let session = try DeviceSession(module: module, slot: slot)
    defer { session.close() }
    try TokenKeys.checkAuthorityKeys(settings.authorityKeys, session)
  }

  /// Loads the module and tells it that several threads will call it. To be called before another part of the process
  /// uses the module; the first one's word counts.
  public static func load(module: String) throws { _ = try CryptokiModule(path: module) }

  /// Makes what a new service needs: the token, if the module has none of this label, and the keys in it.
  ///
  /// - Parameter authorityKeys: labels of P-256 key pairs for a certificate authority, which stay in the token.
  public static func provision(
    _ settings: Settings, securityOfficerPIN: String, authorityKeys: [String] = []
  ) throws {
    let module = try CryptokiModule(path: settings.module)
    try module.makeToken(
      label: settings.tokenLabel, securityOfficerPIN: securityOfficerPIN,
      pin: String(decoding: settings.pin, as: UTF8.self))
    try makeMissingKeys(settings, module, authorityKeys)
  }

  /// Checks the security officer's PIN of a token that is there, once: a wrong one is counted by the token.
  ///
  /// - Throws: `TokenError` if it is wrong.
  public static func checkSecurityOfficer(_ settings: Settings, pin: String) throws {
    let module = try CryptokiModule(path: settings.module)
    let session = try DeviceSession(module: module, slot: try module.slot(tokenLabel: settings.tokenLabel))
    defer { session.close() }
    try session.confirmSecurityOfficer(pin: pin)
  }

  /// Makes the keys that a token of an older build does not have yet. Makes no token.
  public static func makeMissingKeys(_ settings: Settings, authorityKeys: [String] = []) throws {
    try makeMissingKeys(settings, CryptokiModule(path: settings.module), authorityKeys)
  }

  private static func makeMissingKeys(
    _ settings: Settings, _ module: CryptokiModule, _ authorityKeys: [String]
  ) throws {
    let session = try DeviceSession(module: module, slot: try module.slot(tokenLabel: settings.tokenLabel))
    defer { session.close() }
    try session.logIn(pin: settings.pin)
    try TokenKeys.makeMissing(session)
    for label in authorityKeys { try TokenKeys.makeAuthorityKey(session, label: label) }
  }

  // MARK: MACs and randomness

  public func authenticationCodes(_ messages: [(key: MACKey, message: [UInt8])]) async throws(DeviceError) -> [[UInt8]]
  {
    try await pool.run { worker in
      try messages.map { key, message in
        guard let handle = worker.keys.mac[key] else { throw DeviceError.fault }
        return try worker.session.sign(.hmacSHA256, key: handle, message)
      }
    }
  }

  public func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    try await pool.run { [self] worker in
      try liveKeys.withKey(secret, on: worker, unwrap: { try unwrap(secret, .secret, on: worker) }) { key in
        try messages.map { try worker.session.sign(.hmacSHA1, key: key, $0) }
      }
    }
  }

  /// Octets are fetched from the device in larger pieces, and each is given out once.
  public func random(count: Int) async throws(DeviceError) -> [UInt8] {
    if let bytes = takeEntropy(count) { return bytes }
    let fresh = try await pool.run { try $0.session.random(count: max(4096, count)) }
    entropy.withLock { $0 = Array(fresh.dropFirst(count)) }
    return Array(fresh.prefix(count))
  }

  private func takeEntropy(_ count: Int) -> [UInt8]? {
    entropy.withLock { bytes in
      guard bytes.count >= count else { return nil }
      defer { bytes.removeLast(count) }
      return Array(bytes.suffix(count))
    }
  }

  // MARK: Signing

  /// Digests of one order that one session signs before another may help.
  private static let batch = 16

  public func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    let (key, type, algorithm, digests) = (order.key, order.keyType, order.algorithm, order.digests)
    guard digests.count > Self.batch else { return try await sign(digests[...], key, type, algorithm) }
    let share = max(Self.batch, (digests.count + pool.size - 1) / pool.size)
    let parts = stride(from: 0, to: digests.count, by: share).map { digests[$0..<min($0 + share, digests.count)] }
    let results = await withTaskGroup(of: (Int, Result<[UncheckedSignature], DeviceError>).self) { group in
      for (index, part) in parts.enumerated() {
        group.addTask { [self] in
          do throws(DeviceError) {
            return (index, .success(try await sign(part, key, type, algorithm)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      return await group.reduce(into: [Int: Result<[UncheckedSignature], DeviceError>]()) { $0[$1.0] = $1.1 }
    }
    var signatures: [UncheckedSignature] = []
    for index in parts.indices {
      guard let part = results[index] else { throw .fault }
      signatures += try part.get()
    }
    return signatures
  }

  private func sign(
    _ digests: ArraySlice<[UInt8]>, _ key: WrappedKey, _ type: KeyType, _ algorithm: SignatureAlgorithm
  ) async throws(DeviceError) -> [UncheckedSignature] {
    try await pool.run { [self] worker in
      try liveKeys.withKey(key, on: worker, unwrap: { try unwrap(key, .privateKey(type), on: worker) }) { handle in
        try digests.map { digest in
          let raw = try worker.session.sign(
            algorithm.mechanism, key: handle, algorithm.input(for: digest, key: type))
          guard case .ec = type else { return UncheckedSignature(raw) }
          return UncheckedSignature(try Encodings.ecdsaSignature(raw))
        }
      }
    }
  }

  // MARK: Keys

  enum Unwrapped {
    case privateKey(KeyType)
    case secret

    /// The object lives in the session, stays in the device and only signs.
    var template: Template {
      let (objectClass, keyType) =
        switch self {
        case .privateKey(.rsa): (UInt(CKO_PRIVATE_KEY), UInt(CKK_RSA))
        case .privateKey(.ec): (UInt(CKO_PRIVATE_KEY), UInt(CKK_EC))
        case .secret: (UInt(CKO_SECRET_KEY), UInt(CKK_GENERIC_SECRET))
        }
      return [
        (UInt(CKA_CLASS), .number(objectClass)), (UInt(CKA_KEY_TYPE), .number(keyType)),
      ] + KeyPromises.live.template
    }
  }

  func unwrap(
    _ key: WrappedKey, _ kind: Unwrapped, on worker: SessionPool.Worker
  ) throws -> CK_OBJECT_HANDLE {
    let unwrapped = try worker.session.unwrap(key.bytes, under: worker.keys.wrapping, kind.template)
    do { try KeyPromises.live.check(unwrapped, in: worker.session) } catch {
      try? worker.session.destroy(unwrapped)
      throw error
    }
    return unwrapped
  }

  public func makeKeyPair(_ type: KeyType) async throws(DeviceError) -> (wrapped: WrappedKey, publicKey: [UInt8]) {
    try await pool.run { worker in
      let session = worker.session
      // Extractable only so that it can be wrapped; the object is destroyed at once and the unwrapped copies are not.
      let privateKey = KeyPromises.made.template + [(UInt(CKA_SIGN), .flag(true))]
      let pair: (publicKey: CK_OBJECT_HANDLE, privateKey: CK_OBJECT_HANDLE)
      switch type {
      case .rsa(let bits):
        pair = try session.generateKeyPair(
          UInt(CKM_RSA_PKCS_KEY_PAIR_GEN),
          publicKey: [
            (UInt(CKA_TOKEN), .flag(false)), (UInt(CKA_VERIFY), .flag(true)),
            (UInt(CKA_MODULUS_BITS), .number(UInt(bits))), (UInt(CKA_PUBLIC_EXPONENT), .bytes([1, 0, 1])),
          ], privateKey: privateKey)
      case .ec(let curve):
        pair = try session.generateKeyPair(
          UInt(CKM_EC_KEY_PAIR_GEN),
          publicKey: [
            (UInt(CKA_TOKEN), .flag(false)), (UInt(CKA_VERIFY), .flag(true)),
            (UInt(CKA_EC_PARAMS), .bytes(try Encodings.ecParameters(curve))),
          ], privateKey: privateKey)
      }
      defer { try? session.destroy(pair.publicKey) }
      // First: whatever fails later, the private key is gone.
      let wrapped = try Self.wrapAway(pair.privateKey, on: worker)
      let publicKey =
        switch type {
        case .rsa:
          try Encodings.rsaPublicKey(
            modulus: session.attribute(UInt(CKA_MODULUS), of: pair.publicKey),
            exponent: session.attribute(UInt(CKA_PUBLIC_EXPONENT), of: pair.publicKey))
        case .ec(let curve):
          try Encodings.ecPublicKey(curve, wrappedPoint: session.attribute(UInt(CKA_EC_POINT), of: pair.publicKey))
        }
      return (wrapped, publicKey)
    }
  }

  public func wrap(secret: [UInt8]) async throws(DeviceError) -> WrappedKey {
    try await pool.run { worker in
      let object = try worker.session.create(
        [
          (UInt(CKA_CLASS), .number(UInt(CKO_SECRET_KEY))), (UInt(CKA_KEY_TYPE), .number(UInt(CKK_GENERIC_SECRET))),
          (UInt(CKA_VALUE), .bytes(secret)),
        ] + KeyPromises.made.template)
      return try Self.wrapAway(object, on: worker)
    }
  }

  /// Wraps a key that may leave the device so, and destroys it. Fails if it cannot be destroyed: it must not stay.
  static func wrapAway(_ key: CK_OBJECT_HANDLE, on worker: SessionPool.Worker) throws -> WrappedKey {
    let wrapped: [UInt8]
    do {
      try KeyPromises.made.check(key, in: worker.session)
      wrapped = try worker.session.wrap(key, under: worker.keys.wrapping)
    } catch {
      try? worker.session.destroy(key)
      throw error
    }
    try worker.session.destroy(key)
    return WrappedKey(wrapped)
  }

  /// Signs the same digest again and again with one live key on every session, with nothing around it: what
  /// the module itself can do. For the benchmark program.
  package func rawSigningTime(
    _ key: WrappedKey, _ type: KeyType, _ algorithm: SignatureAlgorithm, digest: [UInt8], count: Int
  ) async throws -> Duration {
    let mechanism = algorithm.mechanism
    let input = algorithm.input(for: digest, key: type)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<pool.size {
        group.addTask { [self] in
          try await pool.run { [self] worker in
            try liveKeys.withKey(key, on: worker, unwrap: { try unwrap(key, .privateKey(type), on: worker) }) {
              handle in
              for _ in 0..<(count / pool.size) { _ = try worker.session.sign(mechanism, key: handle, input) }
            }
          }
        }
      }
      try await group.waitForAll()
    }
    return ContinuousClock.now - start
  }
}
