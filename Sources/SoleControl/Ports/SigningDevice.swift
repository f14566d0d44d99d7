public import Vocabulary

/// The signature creation device, as sole control needs it.
///
/// Its implementations alone see key handles.
public protocol SigningDevice: Sendable {
  /// HMAC-SHA-256 under the device's keys, in the order of the messages.
  func authenticationCodes(_ messages: [(key: MACKey, message: [UInt8])]) async throws(DeviceError) -> [[UInt8]]

  /// HMAC-SHA-1 of each message under a wrapped secret (for RFC 4226, which prescribes it).
  func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]]

  /// Octets from the device's random generator.
  func random(count: Int) async throws(DeviceError) -> [UInt8]

  /// Signs each digest of the order once. The order is used up by the call.
  ///
  /// - Returns: in the order of the digests; RSA as big-endian octets of the modulus' length, ECDSA as DER
  ///   `Ecdsa-Sig-Value`.
  /// - Throws: for any digest that could not be signed; then no signature of the order leaves the device.
  func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature]
}

/// The device's MAC keys: one per purpose, so a MAC made for one cannot serve another.
public enum MACKey: String, Sendable, CaseIterable {
  case activation = "sad"
  case credentialRow = "row"
  case pin = "pin"
  /// Accepted calls that wait to be signed, which only the gateway may write.
  case job = "job"
  /// One-time codes that are sent to customers.
  case oneTimeCode = "code"
  /// Requests that customers are asked to approve, and their approvals.
  case pending = "pending"
  /// Lifecycle grants: credentials that people want made or deleted.
  case lifecycleGrant = "lifecycle"
  /// Links of invitations, which are made from their ids.
  case invitation = "invitation"
  /// Subjects: the identities of signers.
  case subject = "subject"
  /// Names of people in the audit log, where they must not be readable.
  case pseudonym = "pseudonym"
  /// The secret from which the keys are derived under which the store protects its rows (`RowMACs`).
  case store = "store"
}

public enum DeviceError: Error, Equatable, Sendable {
  /// The waiting line is full; trying again soon helps.
  case busy
  /// The device does not answer; trying again later can help.
  case unavailable
  /// The device cannot use this key or these parameters.
  case unsupported
  /// A request that the gateway should not have made, or a key that the device refuses.
  case fault
}

/// Leave to sign exactly these digests with exactly this key, once. Only the signing steps of `SoleControl`
/// can make one, and `sign` consumes it, so nothing can be signed that did not pass them.
public struct SigningOrder: ~Copyable, Sendable {
  public let key: WrappedKey
  public let keyType: KeyType
  public let algorithm: SignatureAlgorithm
  public let digests: [[UInt8]]

  init(key: WrappedKey, keyType: KeyType, algorithm: SignatureAlgorithm, digests: [[UInt8]]) {
    self.key = key
    self.keyType = keyType
    self.algorithm = algorithm
    self.digests = digests
  }
}

/// A signature as the device returned it, not yet held against the public key. `SoleControl` alone turns it into an
/// answer.
public struct UncheckedSignature: Sendable {
  let bytes: [UInt8]
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Verifies with another implementation than the device's own.
public protocol SignatureVerifier: Sendable {
  /// - Parameter publicKey: SubjectPublicKeyInfo, DER.
  func isValid(
    _ signature: [UInt8], over digest: [UInt8], algorithm: SignatureAlgorithm, publicKey: [UInt8]
  ) -> Bool
}

/// Making keys, which the signing path never does.
public protocol KeyMaker: Sendable {
  /// Makes a key pair whose private key exists outside the device only wrapped.
  ///
  /// - Returns: the wrapped private key, and the public key as SubjectPublicKeyInfo in DER.
  func makeKeyPair(_ type: KeyType) async throws(DeviceError) -> (wrapped: WrappedKey, publicKey: [UInt8])

  /// Wraps a secret made elsewhere, such as the one in a customer's authenticator app.
  func wrap(secret: [UInt8]) async throws(DeviceError) -> WrappedKey
}
