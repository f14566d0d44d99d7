internal import Crypto

/// A box for one text that waits in a store for somebody who brings a secret, of which the store has only a digest: who
/// reads the store gets neither.
///
/// The key is derived from the secret (HKDF-SHA-256, RFC 5869), the text is encrypted with AES-256-GCM. Of all that one
/// key encrypts only one text is ever stored, so the nonce may be fixed.
public struct SealedBox: Sendable {
  private let key: SymmetricKey

  /// - Parameter purpose: a box of one purpose does not open for another, with the same secret.
  public init(secret: [UInt8], purpose: String) {
    key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret), info: Array(purpose.utf8), outputByteCount: 32)
  }

  private static func nonce() throws -> AES.GCM.Nonce { try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) }

  /// - Returns: the ciphertext with its tag.
  public func seal(_ octets: [UInt8]) throws -> [UInt8] {
    let box = try AES.GCM.seal(octets, using: key, nonce: Self.nonce())
    return Array(box.ciphertext) + Array(box.tag)
  }

  /// - Throws: if it was not sealed with this secret for this purpose, or was changed.
  public func open(_ sealed: [UInt8]) throws -> [UInt8] {
    let box = try AES.GCM.SealedBox(nonce: Self.nonce(), ciphertext: sealed.dropLast(16), tag: sealed.suffix(16))
    return Array(try AES.GCM.open(box, using: key))
  }
}
