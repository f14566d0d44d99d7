import Crypto
import Octets
import Testing
import TransparencyLog

/// Keys that sign notes, made for tests.
enum Signer {
  case ed25519(NoteKey, Curve25519.Signing.PrivateKey)
  case cosigner(NoteKey, Curve25519.Signing.PrivateKey)
  case ecdsa(NoteKey, P256.Signing.PrivateKey)

  static func ed25519(_ name: String, seed: UInt8 = 1) throws -> Signer {
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    return .ed25519(
      try NoteKey(name: name, kind: .ed25519, publicKey: Array(key.publicKey.rawRepresentation)), key)
  }

  static func cosigner(_ name: String, seed: UInt8 = 2) throws -> Signer {
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    return .cosigner(
      try NoteKey(name: name, kind: .cosignature, publicKey: Array(key.publicKey.rawRepresentation)), key)
  }

  static func ecdsa(_ name: String, seed: UInt8 = 3) throws -> Signer {
    let key = try P256.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    return .ecdsa(
      try NoteKey(name: name, kind: .ecdsaP256, publicKey: Array(key.publicKey.derRepresentation)), key)
  }

  var key: NoteKey {
    switch self {
    case .ed25519(let key, _), .cosigner(let key, _), .ecdsa(let key, _): key
    }
  }

  /// - Parameter time: of a cosigner.
  func sign(_ text: [UInt8], time: UInt64 = 1_800_000_000) throws -> NoteSignature {
    switch self {
    case .ed25519(let key, let secret): return NoteSignature(by: key, Array(try secret.signature(for: text)))
    case .ecdsa(let key, let secret):
      return NoteSignature(by: key, Array(try secret.signature(for: SHA256.hash(data: text)).derRepresentation))
    case .cosigner(let key, let secret):
      let message = try #require(Cosignature.message(text: text, time: time))
      let cosignature = try #require(Cosignature(time: time, signature: Array(try secret.signature(for: message))))
      return NoteSignature(by: key, cosignature.octets)
    }
  }
}

extension SignedNote {
  init(_ text: [UInt8], by signers: Signer...) throws {
    try self.init(text: text, signatures: try signers.map { try $0.sign(text) })
  }
}

extension [UInt8] {
  init(_ text: String) { self = Array(text.utf8) }

  /// With one octet changed, in three ways.
  func changed(at place: Int) -> [[UInt8]] {
    ([0x01, 0x20, 0x80] as [UInt8]).map { bits in
      var other = self
      other[place] ^= bits
      return other
    }
  }
}
