import Octets

/// Which nonces of an eID log-in are right for an authorization.
///
/// The nonce is the challenge itself, or one derived from it and from what is to be signed, so that the log-in authorizes
/// these digests and no others (Specs/decisions/0021-nonce-of-an-eid-log-in.md). SCAL 2 demands the derived one. The
/// store has only SHA-256 of a challenge, so that is what is derived from.
public struct EIDNonce: Sendable {
  private static let domain = Array("countersign nonce v1".utf8) + [0]

  /// What follows the challenge's digest.
  private let work: [UInt8]
  private let isDerived: Bool

  public init(_ request: AuthorizationRequest, _ scal: SCAL) {
    let count = withUnsafeBytes(of: UInt32(truncatingIfNeeded: request.numSignatures).bigEndian) { Array($0) }
    let name = request.hashAlgorithm?.objectIdentifier ?? ""
    work = Array(name.utf8) + [0] + count + request.digests.flatMap(\.self)
    isDerived = scal == .two
  }

  /// The nonce with which a client shall send the person to the provider.
  public func text(for challenge: String) -> String {
    derived(from: OctetDigest.sha256(challenge))
  }

  /// - Parameter digest: of an open challenge.
  func fits(_ nonce: String, challenge digest: [UInt8]) -> Bool {
    if ConstantTime.isEqual(Array(nonce.utf8), Array(derived(from: digest).utf8)) { return true }
    return !isDerived && ConstantTime.isEqual(OctetDigest.sha256(nonce), digest)
  }

  private func derived(from digest: [UInt8]) -> String {
    Base64.encodeURL(OctetDigest.sha256(Self.domain + digest + work))
  }
}

extension HashAlgorithm {
  /// NIST's arc for hash algorithms, in dotted decimal text as on the wire.
  fileprivate var objectIdentifier: String {
    switch self {
    case .sha256: "2.16.840.1.101.3.4.2.1"
    case .sha384: "2.16.840.1.101.3.4.2.2"
    case .sha512: "2.16.840.1.101.3.4.2.3"
    }
  }
}
