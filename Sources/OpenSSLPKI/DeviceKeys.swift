internal import COpenSSL
internal import Foundation

/// Private keys in the token as OpenSSL sees them, through libp11: the keys never leave the device.
///
/// One value for all keys of a token, shared by everybody who signs with OpenSSL, and opened before the device: each
/// libp11 context closes every session of the process on its slot when it opens its first
/// (Specs/decisions/0006-libp11.md). The context stays for the process's life, because unloading it would finalise the
/// module.
///
/// `@unchecked`: keys are used by one call at a time, under `lock`.
public final class DeviceKeys: @unchecked Sendable {
  public struct Token: Sendable {
    public var module, label, pin: String
    public init(module: String, label: String, pin: String) {
      self.module = module
      self.label = label
      self.pin = pin
    }
  }

  private let keys: [String: OpaquePointer]
  /// libp11 is not made for two threads on one key.
  private let lock = NSLock()

  /// Logs in and finds the keys.
  ///
  /// - Parameter labels: of the private keys; the public key of each has the same.
  public init(token: Token, labels: [String]) throws {
    ERR_clear_error()
    let context = try nonNil(PKCS11_CTX_new(), "libp11")
    try Self.zero(PKCS11_CTX_load(context, token.module), "cannot load \(token.module)")
    var slots: UnsafeMutablePointer<PKCS11_SLOT>?
    var count: UInt32 = 0
    try Self.zero(PKCS11_enumerate_slots(context, &slots, &count), "cannot list the slots")
    let matching = (0..<Int(count)).first {
      slots?[$0].token?.pointee.label.map { String(cString: $0) } == token.label
    }
    guard let matching, let slot = slots?.advanced(by: matching) else {
      throw OpenSSLError(
        "no token is labelled \"\(token.label)\"; restore it if there was one, else 'countersign init' makes one (SoftHSM finds its tokens through SOFTHSM2_CONF)"
      )
    }
    try Self.zero(PKCS11_open_session(slot, 0), "cannot open a session")
    try Self.zero(PKCS11_login(slot, 0, token.pin), "the token refuses the PIN")
    var list: UnsafeMutablePointer<PKCS11_KEY>?
    try Self.zero(PKCS11_enumerate_keys(slot.pointee.token, &list, &count), "cannot list the keys")
    var keys: [String: OpaquePointer] = [:]
    for label in labels {
      let found = (0..<Int(count)).first { list?[$0].label.map { String(cString: $0) } == label }
      guard let found, let key = list?.advanced(by: found) else {
        throw OpenSSLError(
          "the token has no key \(label): 'countersign init' creates those of \"tsa\" and \"log\"; those of a CA (\"issuer\") are created with the CA, which only the sandbox brings along"
        )
      }
      keys[label] = try nonNil(PKCS11_get_private_key(key), "cannot use the key \(label)")
    }
    self.keys = keys
  }

  /// Keys of another place than a token, as tests have them.
  ///
  /// - Parameter keys: EVP_PKEYs by label, which are freed with this value.
  package init(_ keys: [String: OpaquePointer]) { self.keys = keys }

  deinit { for key in keys.values { EVP_PKEY_free(key) } }

  /// Runs `body` while no other thread uses a key.
  func use<Result>(_ body: (_ key: (_ label: String) throws -> OpaquePointer) throws -> Result) throws -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body { label in try nonNil(keys[label], "no key \(label)") }
  }

  private static func zero(_ result: Int32, _ what: String) throws {
    guard result == 0 else { throw OpenSSLError(what) }
  }
}
