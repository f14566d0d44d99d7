internal import Crypto
internal import Vocabulary

/// L9 and L11: whether name and key belong to this signer alone, and whether it is a key at all.
enum OwnerRules {
  static func check(_ certificate: ParsedTBS, _ facts: LintFacts, into report: inout LintReport) {
    own(certificate.subject, facts.nameOwner, .nameOwner, &report)
    own(certificate.key, facts.keyOwner, .key, &report)
    report.require(certificate.key.octets.elementsEqual(facts.key), .key, "the key is not the one that the device made")
    let type = keyType(certificate.key)
    report.require(
      type.map { facts.profile.keyTypes.contains($0) } ?? false, .key, "the key is none that the profile allows")
  }

  /// L9: a name that one subject had is never given to another one in the authority's life. L11 says the same of keys.
  private static func own(_ node: DERNode, _ owner: LintOwner, _ rule: LintRule, _ report: inout LintReport) {
    let wasLookedUp = owner.digest == Lint.digest(node)
    report.require(wasLookedUp, rule, "another one was looked up in the store")
    report.require(!owner.isAnother, rule, "another signer has it")
  }

  /// The type of a key (RFC 5480 §2, RFC 3279 §2.3.1). Nil for a point that is not on its curve, an even modulus,
  /// another exponent than 65537, or another shape.
  private static func keyType(_ key: DERNode) -> KeyType? {
    guard let parts = key.sequence, parts.count == 2, let algorithm = parts[0].sequence, algorithm.count == 2,
      let bits = parts[1].wholeBits
    else { return nil }
    switch algorithm[0].objectIdentifier {
    case OID.ecPublicKey: return curve(algorithm[1].objectIdentifier, point: Array(bits)).map { .ec($0) }
    case OID.rsaEncryption where algorithm[1].octets.elementsEqual([0x05, 0x00]): return rsa(bits)
    default: return nil
    }
  }

  private static func curve(_ oid: String?, point: [UInt8]) -> Curve? {
    // A point that is not compressed begins with 04 (SEC 1 §2.3.3).
    guard point.first == 0x04 else { return nil }
    switch oid {
    case Curve.p256.oid: return (try? P256.Signing.PublicKey(x963Representation: point)).map { _ in .p256 }
    case Curve.p384.oid: return (try? P384.Signing.PublicKey(x963Representation: point)).map { _ in .p384 }
    default: return nil
    }
  }

  private static func rsa(_ bits: ArraySlice<UInt8>) -> KeyType? {
    guard let parts = (try? DERNode(within: bits))?.sequence, parts.count == 2, parts[0].tag == DERTag.integer,
      parts[0].content.first == 0, parts[1].integer == 65537
    else { return nil }
    let modulus = parts[0].content.dropFirst()
    guard let first = modulus.first, first >= 0x80, let last = modulus.last, last & 1 == 1 else { return nil }
    return .rsa(bits: modulus.count * 8)
  }
}
