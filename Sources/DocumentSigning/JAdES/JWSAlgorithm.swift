import SwiftASN1
import Vocabulary

/// Signature algorithms of JWS (RFC 7518 §3.1), which are fewer than a key has.
enum JWSAlgorithm: String, Sendable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case ps384 = "PS384"
  case ps512 = "PS512"
  case es256 = "ES256"
  case es384 = "ES384"
  case es512 = "ES512"

  /// JWS ties an elliptic curve to its hash, and PSS to a salt of the hash's length.
  init(_ algorithm: SignatureAlgorithm, _ key: KeyType) throws(DocumentRefusal) {
    switch (algorithm, key) {
    case (.rsaPKCS1(.sha256), .rsa): self = .rs256
    case (.rsaPKCS1(.sha384), .rsa): self = .rs384
    case (.rsaPKCS1(.sha512), .rsa): self = .rs512
    case (.rsaPSS(.sha256, .sha256, 32), .rsa): self = .ps256
    case (.rsaPSS(.sha384, .sha384, 48), .rsa): self = .ps384
    case (.rsaPSS(.sha512, .sha512, 64), .rsa): self = .ps512
    case (.rsaPSS, .rsa): throw .algorithmParameters
    case (.ecdsa(.sha256), .ec(.p256)): self = .es256
    case (.ecdsa(.sha384), .ec(.p384)): self = .es384
    case (.ecdsa(.sha512), .ec(.p521)): self = .es512
    default: throw .algorithm
    }
  }

  /// Octets of each of the two numbers of an ECDSA signature (RFC 7518 §3.4); nil for RSA.
  private var numberLength: Int? {
    switch self {
    case .es256: 32
    case .es384: 48
    case .es512: 66
    default: nil
    }
  }

  /// The signature as JWS has it: RSA as it is, ECDSA as r ‖ s instead of DER.
  func jws(_ signature: [UInt8]) throws(DocumentFault) -> [UInt8] {
    guard let length = numberLength else { return signature }
    guard let node = try? DER.parse(signature), let numbers = node.elements(of: .sequence), numbers.count == 2,
      let r = numbers[0].unsigned, let s = numbers[1].unsigned, r.count <= length, s.count <= length
    else { throw .builder("not an ECDSA signature") }
    return [r, s].flatMap { [UInt8](repeating: 0, count: length - $0.count) + $0 }
  }
}
