internal import Crypto
internal import Octets

/// A public key that notes are verified with, its name and its kind (C2SP signed-note, "Signatures" and "Verifier
/// keys").
public struct NoteKey: Hashable, Sendable {
  /// Signature types; the numbers are those of the document ("Signature types").
  public enum Kind: UInt8, Sendable {
    /// Ed25519 over the text. The key is its 32 octets.
    case ed25519 = 1
    /// ECDSA on P-256 over SHA-256 of the text, as DER. The key is a SubjectPublicKeyInfo, as DER.
    case ecdsaP256 = 2
    /// A witness's Ed25519 cosignature of a checkpoint, with a time (C2SP tlog-cosignature). The key is its 32 octets.
    case cosignature = 4
  }

  /// Octets of the longest name of a key that is taken.
  public static let longestName = 255

  private let octetName: OctetText
  public let kind: Kind
  public let publicKey: [UInt8]
  /// The first four octets of a hash. It tells keys of one name apart and is no fingerprint.
  public let id: UInt32

  public var name: String { octetName.text }

  /// - Throws: `badKey` for a name that notes cannot carry, or octets that are no such key.
  public init(name: String, kind: Kind, publicKey: [UInt8]) throws(NoteFault) {
    guard NoteText.isName(name), name.utf8.count <= Self.longestName, Self.isKey(publicKey, kind) else {
      throw .badKey
    }
    octetName = OctetText(name)
    self.kind = kind
    self.publicKey = publicKey
    let hashed = kind == .ecdsaP256 ? publicKey : Array(name.utf8) + [UInt8(ascii: "\n"), kind.rawValue] + publicKey
    id = OctetDigest.sha256(hashed).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func isKey(_ octets: [UInt8], _ kind: Kind) -> Bool {
    switch kind {
    case .ed25519, .cosignature: (try? Curve25519.Signing.PublicKey(rawRepresentation: octets)) != nil
    case .ecdsaP256: point(octets) != nil
    }
  }

  /// All of a SubjectPublicKeyInfo before the point on P-256 (RFC 5480 §2.1.1, the curve by its name).
  private static let beforePoint: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
  ]

  /// The key in a SubjectPublicKeyInfo. It is read in one form, with an uncompressed point, so that a key has one id.
  private static func point(_ octets: [UInt8]) -> P256.Signing.PublicKey? {
    guard octets.count == 91, octets.starts(with: beforePoint) else { return nil }
    return try? P256.Signing.PublicKey(x963Representation: octets[beforePoint.count...])
  }

  // MARK: Text

  /// Reads a verifier key: name, id in hexadecimal, and type and key in base64, with `+` between them.
  public init(vkey: String) throws(NoteFault) {
    guard vkey.utf8.count <= 1024 else { throw .badKey }
    let parts = vkey.parts(separatedBy: UInt8(ascii: "+"), most: 3)
    guard parts.count == 3, let id = Hex.decode(String(parts[1])), let typed = Base64.decodeExact(String(parts[2])),
      let kind = typed.first.flatMap({ Kind(rawValue: $0) })
    else { throw .badKey }
    try self.init(name: String(parts[0]), kind: kind, publicKey: Array(typed.dropFirst()))
    guard id == idOctets else { throw .badKey }
  }

  /// The verifier key as text.
  public var vkey: String { "\(name)+\(Hex.encode(idOctets))+\(Base64.encode([kind.rawValue] + publicKey))" }

  var idOctets: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) } }

  // MARK: Verifying

  /// Whether the line has this key's name and id.
  func made(_ signature: NoteSignature) -> Bool { signature.id == id && signature.name.isSame(as: name) }

  /// Whether the octets are a signature of this key of the text.
  public func verifies(_ signature: [UInt8], of text: [UInt8]) -> Bool {
    switch kind {
    case .ed25519: verifiesEdwards(signature, text)
    case .cosignature:
      Cosignature(signature).map { cosignature in
        Cosignature.message(text: text, time: cosignature.time).map { verifiesEdwards(cosignature.signature, $0) }
          ?? false
      } ?? false
    case .ecdsaP256:
      if let key = Self.point(publicKey),
        let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
      {
        key.isValidSignature(signature, for: SHA256.hash(data: text))
      } else {
        false
      }
    }
  }

  private func verifiesEdwards(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
    (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey))?.isValidSignature(signature, for: message)
      ?? false
  }
}
