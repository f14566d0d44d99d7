internal import Vocabulary

/// The certificates that a list speaks of: `IssuingDistributionPoint` (RFC 5280 §5.2.5).
public enum RevocationListScope: Sendable, Equatable {
  /// All of the issuer. The extension is left out.
  case everything
  /// Those of persons and organisations; with a URI only those whose distribution point it is: one shard.
  case users(uri: String?)
  /// Those of CAs: the root's list.
  case authorities(uri: String?)

  /// Octets of a URI.
  static let longestURI = 1024

  var isOfUsers: Bool { if case .users = self { true } else { false } }
  var isOfAuthorities: Bool { if case .authorities = self { true } else { false } }

  private var uri: String? {
    switch self {
    case .everything: nil
    case .users(let uri), .authorities(let uri): uri
    }
  }

  /// The extension, DER; none for a list of everything. It is critical, so that no one takes a part for the whole.
  ///
  /// - Throws: `uri` unless it is one of `http`: TLS would need the list that it fetches.
  func octets() throws(StatusFault) -> [[UInt8]] {
    guard self != .everything else { return [] }
    var point: [UInt8] = []
    if let uri {
      let octets = Array(uri.utf8)
      guard uri.hasPrefix("http://"), octets.count > 7, octets.count <= Self.longestURI,
        octets.allSatisfy({ (0x21...0x7e).contains($0) })
      else { throw .uri }
      // distributionPoint [0] { fullName [0] { uniformResourceIdentifier [6] } }
      point = DERWriter.explicit(0, DERWriter.explicit(0, ExtensionWriter.resourceIdentifier(uri)))
    }
    // onlyContainsUserCerts [1], onlyContainsCACerts [2]
    let kind = DERWriter.implicit(isOfUsers ? 1 : 2, [0xff])
    return [
      ExtensionWriter.entry(OID.issuingDistributionPoint, isCritical: true, DERWriter.sequence(point, kind))
    ]
  }
}
