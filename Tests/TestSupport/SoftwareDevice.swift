import Crypto
public import SoleControl
public import Vocabulary

/// A device without hardware, token or server, so that tests of the core run anywhere; and the second implementation of
/// the device's port, which makes the same promises as the real one (`DevicePromises`).
///
/// Keys exist outside only wrapped, and only the device that wrapped them can use them.
public final class SoftwareDevice: SigningDevice, KeyMaker {
  private let wrapping = SymmetricKey(size: .bits256)
  private let macs: [MACKey: SymmetricKey]

  public init() {
    macs = Dictionary(uniqueKeysWithValues: MACKey.allCases.map { ($0, SymmetricKey(size: .bits256)) })
  }

  /// The kind of a wrapped key, which its wrapping authenticates.
  enum Kind {
    case secret
    case privateKey(KeyType)

    var name: [UInt8] {
      switch self {
      case .secret: Array("secret".utf8)
      case .privateKey(let type): Array("key \(type.name)".utf8)
      }
    }
  }

  public func authenticationCodes(
    _ messages: [(key: MACKey, message: [UInt8])]
  ) async throws(DeviceError) -> [[UInt8]] {
    var codes: [[UInt8]] = []
    for (key, message) in messages {
      guard let mac = macs[key] else { throw .fault }
      codes.append(Array(HMAC<SHA256>.authenticationCode(for: message, using: mac)))
    }
    return codes
  }

  public func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    let key = SymmetricKey(data: try unwrap(secret, .secret))
    return messages.map { Array(HMAC<Insecure.SHA1>.authenticationCode(for: $0, using: key)) }
  }

  public func random(count: Int) async throws(DeviceError) -> [UInt8] {
    SymmetricKey(size: .init(bitCount: count * 8)).withUnsafeBytes { Array($0) }
  }

  public func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    let (wrapped, type, algorithm, digests) = (order.key, order.keyType, order.algorithm, order.digests)
    guard algorithm.fits(type), Self.supports(algorithm) else { throw .unsupported }
    let octets = try unwrap(wrapped, .privateKey(type))
    do {
      let key = try SoftwareKey(octets)
      return try digests.map { UncheckedSignature(try key.sign($0, algorithm)) }
    } catch { throw .fault }
  }

  /// As SoftHSM, which takes no other hash for the mask than for the message.
  private static func supports(_ algorithm: SignatureAlgorithm) -> Bool {
    if case .rsaPSS(let hash, let mask, _) = algorithm { hash == mask } else { true }
  }

  public func makeKeyPair(_ type: KeyType) async throws(DeviceError) -> (wrapped: WrappedKey, publicKey: [UInt8]) {
    let key: SoftwareKey
    do { key = try SoftwareKey(type) } catch { throw .unsupported }
    return (try wrap(key.octets, .privateKey(type)), key.publicKey)
  }

  public func wrap(secret: [UInt8]) async throws(DeviceError) -> WrappedKey { try wrap(secret, .secret) }

  func wrap(_ octets: [UInt8], _ kind: Kind) throws(DeviceError) -> WrappedKey {
    do {
      let box = try AES.GCM.seal(octets, using: wrapping, authenticating: kind.name)
      return WrappedKey(Array(box.nonce) + Array(box.ciphertext) + Array(box.tag))
    } catch { throw .fault }
  }

  func unwrap(_ key: WrappedKey, _ kind: Kind) throws(DeviceError) -> [UInt8] {
    do {
      return Array(
        try AES.GCM.open(AES.GCM.SealedBox(combined: key.bytes), using: wrapping, authenticating: kind.name))
    } catch { throw .fault }
  }
}
