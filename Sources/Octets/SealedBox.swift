import Crypto

/// A secret that waits for somebody who brings another one: the SAD of a credential authorization waits for its code,
/// an ID token for the browser that fetched it.
///
/// Encrypted under a key derived from what is brought, of which the store has only a digest. So whoever reads the store
/// gets neither. Each key encrypts one text, so its nonce may be fixed.
enum SealedPayload {
  private static func key(_ code: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: Array(code.utf8)), info: Array("countersign sealed payload".utf8),
      outputByteCount: 32)
  }

  static func seal(_ payload: [UInt8], with code: String) throws -> [UInt8] {
    let nonce = try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12))
    let box = try AES.GCM.seal(payload, using: key(code), nonce: nonce)
    return Array(box.ciphertext) + Array(box.tag)
  }

  /// Throws if the payload was not sealed with this code, or was changed.
  static func open(_ sealed: [UInt8], with code: String) throws -> [UInt8] {
    let nonce = try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12))
    let box = try AES.GCM.SealedBox(nonce: nonce, ciphertext: sealed.dropLast(16), tag: sealed.suffix(16))
    return Array(try AES.GCM.open(box, using: key(code)))
  }
}
