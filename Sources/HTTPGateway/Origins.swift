internal import Attempts
internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// A proxy that tells where requests come from.
public struct TrustedProxy: Sendable {
  /// The header to which it appends the address, such as `X-Forwarded-For`.
  public let header: String
  /// The addresses from which it connects; only there the header counts.
  public let addresses: [AddressBlock]

  public init(header: String, addresses: [AddressBlock]) {
    self.header = header
    self.addresses = addresses
  }
}

extension Gateway {
  /// Where a request comes from: the other end of the connection, or what a configured proxy says.
  ///
  /// - Parameter isPerson: whether a browser calls, not a partner's server.
  func origin(_ request: Request, _ context: GatewayContext, isPerson: Bool) -> Origin {
    let peer = context.peerAddress ?? Origin.local.address
    guard let trustedProxy, trustedProxy.addresses.contains(where: { $0.contains(peer) }),
      let name = HTTPField.Name(trustedProxy.header),
      // The last one is the proxy's own; those before it are the caller's word.
      let last = request.headers[values: name].joined(separator: ",").split(separator: ",").last,
      let told = NetworkAddress.text(last.trimmingCharacters(in: .whitespaces))
    else { return Origin(address: NetworkAddress.text(peer) ?? peer, isPerson: isPerson) }
    return Origin(address: told, isPerson: isPerson)
  }
}

/// IP addresses as far as one party has them.
public enum NetworkAddress {
  /// IPv4 in dotted decimal, IPv6 as its /64 network (RFC 6177: a subscriber has at least that), in one spelling each.
  /// Nil for other text.
  public static func text(_ text: String) -> String? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return dotted(withUnsafeBytes(of: four) { Array($0) }) }
    var six = in6_addr()
    // The zone of a link-local address is the machine's own matter.
    guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &six) == 1 else { return nil }
    let octets = withUnsafeBytes(of: six) { Array($0) }
    if octets[..<10].allSatisfy({ $0 == 0 }), octets[10] == 0xff, octets[11] == 0xff {
      return dotted(Array(octets[12...]))
    }
    let groups = stride(from: 0, to: 8, by: 2).map {
      String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16)
    }
    return groups.joined(separator: ":") + "::/64"
  }

  private static func dotted(_ octets: [UInt8]) -> String { octets.map(String.init).joined(separator: ".") }
}
