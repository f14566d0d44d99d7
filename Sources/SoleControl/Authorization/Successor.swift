import Crypto

/// That a SAD was extended, and by what. The new SAD itself can be had only by whoever has the old one.
public struct Successor: Sendable, Equatable {
  /// The SAD that is dead.
  public let extended: ActivationDigest
  /// The SAD that took its place.
  public let activation: ActivationDigest
  /// SHA-256 over what the extension asked for.
  public let request: [UInt8]
  /// The new SAD, encrypted under a key derived from the old one.
  public let sealed: [UInt8]

  public init(extended: ActivationDigest, activation: ActivationDigest, request: [UInt8], sealed: [UInt8]) {
    self.extended = extended
    self.activation = activation
    self.request = request
    self.sealed = sealed
  }
}

/// A SAD that waits in the store for somebody who brings a secret, of which the store has only a digest.
///
/// Whoever reads the store gets neither. Of all that a key encrypts only one text is ever stored, so its nonce may be
/// fixed.
enum SealedSAD {
  /// Keys of one purpose do not open what was sealed for another.
  enum Purpose: String { case successor, pending }

  private static func key(_ secret: [UInt8], _ purpose: Purpose) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret), info: Array("countersign SAD \(purpose.rawValue)".utf8),
      outputByteCount: 32)
  }

  private static func nonce() throws -> AES.GCM.Nonce { try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)) }

  static func seal(_ sad: SignatureActivationData, with secret: [UInt8], for purpose: Purpose) throws -> [UInt8] {
    let box = try AES.GCM.seal(sad.octets, using: key(secret, purpose), nonce: nonce())
    return Array(box.ciphertext) + Array(box.tag)
  }

  /// Nil if it was not sealed with this secret for this purpose, or was changed.
  static func open(_ sealed: [UInt8], with secret: [UInt8], for purpose: Purpose) -> SignatureActivationData? {
    guard let nonce = try? nonce(),
      let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: sealed.dropLast(16), tag: sealed.suffix(16)),
      let octets = try? AES.GCM.open(box, using: key(secret, purpose))
    else { return nil }
    return SignatureActivationData(octets: Array(octets))
  }
}
