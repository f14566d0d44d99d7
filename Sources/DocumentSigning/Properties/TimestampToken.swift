import SwiftASN1
import Vocabulary

/// The message imprint of a time-stamp token (RFC 3161 §2.4.2). Whether it is genuine is its readers' question.
struct TimestampToken {
  let hash: HashAlgorithm
  let digest: [UInt8]

  init?(der: [UInt8]) {
    guard let node = try? DER.parse(der) else { return nil }
    self.init(node)
  }

  /// Nil if it is no token, or one over a hash that is not used here.
  init?(_ node: ASN1Node) {
    // ContentInfo, SignedData, EncapsulatedContentInfo, TSTInfo, MessageImprint
    guard let outer = node.elements(of: .sequence), outer.count == 2, outer[0].oid == OID.signedData,
      let signed = outer[1].elements()?.first?.elements(of: .sequence), signed.count >= 4,
      let inner = signed[2].elements(of: .sequence), inner.count == 2, inner[0].oid == OID.timestampInfo,
      let octets = inner[1].elements()?.first?.octets, let info = try? DER.parse(octets),
      let fields = info.elements(of: .sequence), fields.count >= 5,
      let imprint = fields[2].elements(of: .sequence), imprint.count == 2,
      let oid = imprint[0].elements(of: .sequence)?.first?.oid, let hash = HashAlgorithm(oid: oid),
      let digest = imprint[1].octets
    else { return nil }
    self.hash = hash
    self.digest = digest
  }

  /// Whether it stamps this document. False also if that cannot be told from the document's digest.
  func stamps(_ signature: DocumentSignature) -> Bool {
    if hash == signature.algorithm.hash { return digest == signature.documentDigest }
    return signature.content.map { hash.digest(of: $0) == digest } ?? false
  }
}
