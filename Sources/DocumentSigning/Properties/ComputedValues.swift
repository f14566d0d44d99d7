import TimestampAuthority
import Vocabulary

/// Values of attributes for which the client sent none, DER.
struct ComputedValues {
  let timestamps: TimestampService?

  func value(of kind: SignedProperty.Kind, for signature: DocumentSignature) async throws -> [UInt8] {
    let digest = signature.documentDigest
    switch kind {
    case .contentHints: return Self.plainData
    case .mimeType: return Self.primitive(0x0c, Array(MediaType(of: signature.content).rawValue.utf8))
    // Nothing names a content better (RFC 5035 §2.7 leaves the octets to us).
    case .contentIdentifier: return Self.primitive(0x04, digest)
    case .contentTimestamp:
      guard let timestamps, let request = TimestampRequest(hash: signature.algorithm.hash, digest: digest) else {
        throw DocumentRefusal.property(kind)
      }
      return try await timestamps.token(for: request)
    case .commitmentTypeIndication, .signerLocation, .signerAttributes, .signaturePolicyIdentifier,
      .contentReference:
      throw DocumentRefusal.property(kind)
    }
  }

  /// `ContentHints` with `id-data` and no description.
  private static let plainData: [UInt8] = [
    0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
  ]

  /// Contents here are shorter than 128 octets.
  private static func primitive(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }
}
