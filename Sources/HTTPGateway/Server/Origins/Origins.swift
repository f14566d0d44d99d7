internal import Attempts
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Synchronization

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
  /// Where a request comes from: the other end of the connection, or what a configured proxy says. Of several proxies in a row
  /// the first address from the end that is no proxy's own counts.
  ///
  /// An obfuscated identifier stands for an address. Callers of whom the proxy says nothing, or nothing that can be read, are
  /// counted together, as those behind one server are, and never as the proxy.
  ///
  /// - Parameter isPerson: whether a browser calls, not a partner's server.
  func origin(_ request: Request, _ context: GatewayContext, isPerson: Bool) -> Origin {
    let peer = context.peerAddress ?? Origin.local.address
    let direct = Origin(address: NetworkAddress.text(peer) ?? peer, isPerson: isPerson)
    guard let trustedProxy, trustedProxy.isOne(peer), let name = HTTPField.Name(trustedProxy.header) else {
      return direct
    }
    let nodes = ForwardedFor.nodes(request.headers[values: name], isForwarded: name == .forwarded)
    guard let told = nodes.first(where: { !trustedProxy.isOne($0) }) ?? nodes.last else { return direct }
    switch told {
    case .address(let address): return Origin(address: NetworkAddress.text(address) ?? address, isPerson: isPerson)
    case .obfuscated(let identifier): return Origin(address: identifier, isPerson: isPerson)
    case .unknown:
      if unreadableProxy.isFirst {
        logger.warning("a proxy does not say where requests come from", metadata: ["proxy": "\(peer)"])
      }
      return Origin(address: "unknown", isPerson: false)
    }
  }
}

extension TrustedProxy {
  func isOne(_ address: String) -> Bool { addresses.contains { $0.contains(address) } }

  func isOne(_ node: ForwardedFor.Node) -> Bool {
    if case .address(let address) = node { isOne(address) } else { false }
  }
}

/// Tells once for the life of the process.
final class Once: Sendable {
  private let isDone = Atomic(false)

  var isFirst: Bool { !isDone.exchange(true, ordering: .relaxed) }
}

extension HTTPField.Name {
  fileprivate static let forwarded = HTTPField.Name("Forwarded")!
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
