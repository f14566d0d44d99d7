internal import Vocabulary

/// The certificates that a list speaks of: `IssuingDistributionPoint` (RFC 5280 §5.2.5).
public enum RevocationListScope: Sendable, Equatable {
  /// All of the issuer. The extension is left out.
  case everything
  /// All of persons and organisations.
  case users
  /// Those of persons and organisations whose distribution point is the URI: one of so many parts, counted from 0, by
  /// the last octet of the serial number.
  case shard(uri: String, Int, of: Int)
  /// Those of CAs: the root's list.
  case authorities

  /// Parts that the last octet of a number can tell.
  static let shards = 1...256
  /// Octets of a URI.
  static let longestURI = 1024

  /// Whether a list of this scope can name a certificate with this number, 1 octet or more.
  func includes(_ serialNumber: [UInt8]) -> Bool {
    guard case .shard(_, let shard, let count) = self, let last = serialNumber.last else { return true }
    return Int(last) % count == shard
  }

  /// The extension, DER; none for a list of everything. It is critical, so that no one takes a part for the whole.
  ///
  /// - Throws: `uri` unless it is one of `http`: TLS would need the list that it fetches. `shard` if there is no such
  ///   part.
  func octets() throws(StatusFault) -> [[UInt8]] {
    let point: [UInt8]
    let kind: UInt8
    switch self {
    case .everything: return []
    // onlyContainsUserCerts [1], onlyContainsCACerts [2]
    case .users: (point, kind) = ([], 1)
    case .authorities: (point, kind) = ([], 2)
    case .shard(let uri, let shard, let count):
      guard Self.shards.contains(count), (0..<count).contains(shard) else { throw .shard }
      let octets = Array(uri.utf8)
      guard uri.hasPrefix("http://"), octets.count > 7, octets.count <= Self.longestURI,
        octets.allSatisfy({ (0x21...0x7e).contains($0) })
      else { throw .uri }
      // distributionPoint [0] { fullName [0] { uniformResourceIdentifier [6] } }
      point = DERWriter.explicit(0, DERWriter.explicit(0, ExtensionWriter.resourceIdentifier(uri)))
      kind = 1
    }
    return [
      ExtensionWriter.entry(
        OID.issuingDistributionPoint, isCritical: true, DERWriter.sequence(point, DERWriter.implicit(kind, [0xff])))
    ]
  }
}
