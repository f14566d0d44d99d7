import SwiftASN1
import TimestampAuthority
import Vocabulary

/// Values of attributes for which the client sent none, DER.
struct ComputedValues {
  let timestamps: TimestampService?

  func value(of kind: SignedProperty.Kind, for signature: DocumentSignature) async throws -> [UInt8] {
    let digest = signature.documentDigest
    switch kind {
    case .contentHints: return try Self.der(ContentHints())
    case .mimeType: return try Self.der(ASN1UTF8String(MediaType(of: signature.content).rawValue))
    // Nothing names a content better (RFC 5035 §2.7 leaves the octets to us).
    case .contentIdentifier: return try Self.der(ASN1OctetString(contentBytes: digest[...]))
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

  /// `ContentHints` with `id-data` and no description (RFC 5035 §2.9).
  private struct ContentHints: DERSerializable {
    func serialize(into coder: inout DER.Serializer) throws {
      try coder.appendConstructedNode(identifier: .sequence) {
        try $0.serialize(ASN1ObjectIdentifier(dotRepresentation: OID.data))
      }
    }
  }

  private static func der(_ value: some DERSerializable) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(value)
    return serializer.serializedBytes
  }
}
