internal import BlockingWork
internal import COpenSSL

/// Signs the audit log's checkpoints with a P-256 key in the device: ECDSA with SHA-256, DER, as C2SP signed-note has
/// it.
///
/// libp11 takes one caller at a time and blocks, so signatures are made on a thread of their own.
public final class DeviceLogSigner: Sendable {
  /// The key's label, unless the configuration names another.
  public static let standardLabel = "countersign-log"
  /// SubjectPublicKeyInfo, DER.
  public let publicKey: [UInt8]
  private let keys: DeviceKeys
  private let keyLabel: String
  private let work = ThreadPool("log", threads: 1, waitingLine: 10)

  /// - Parameter keyLabel: one of `keys`.
  public init(keys: DeviceKeys, keyLabel: String = standardLabel) throws {
    self.keys = keys
    self.keyLabel = keyLabel
    publicKey = try keys.use { key in
      let key = try key(keyLabel)
      return try encoded("public key of the log") { i2d_PUBKEY(key, $0) }
    }
  }

  /// - Throws: `OpenSSLError` if the device does not sign.
  public func sign(_ text: [UInt8]) async throws -> [UInt8] {
    try await work.run { [self] in try keys.use { try Self.signature(of: text, try $0(keyLabel)) } }
  }

  private static func signature(of text: [UInt8], _ key: OpaquePointer) throws -> [UInt8] {
    ERR_clear_error()
    let context = try nonNil(EVP_MD_CTX_new(), "signing")
    defer { EVP_MD_CTX_free(context) }
    try check(EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key), "cannot sign with the log's key")
    var length = 0
    try check(EVP_DigestSign(context, nil, &length, text, text.count), "cannot sign with the log's key")
    var signature = [UInt8](repeating: 0, count: length)
    try check(EVP_DigestSign(context, &signature, &length, text, text.count), "cannot sign with the log's key")
    return Array(signature.prefix(length))
  }
}
