internal import Throttling
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
  /// Nil if the header can be no field's name.
  let field: HTTPField.Name?

  public init(header: String, addresses: [AddressBlock]) {
    self.header = header
    self.addresses = addresses
    field = HTTPField.Name(header)
  }
}

extension TrustedProxy {
  func isOne(_ address: String?) -> Bool {
    address.map { address in addresses.contains { $0.contains(address) } } ?? false
  }

  fileprivate func isOne(_ node: ForwardedFor.Node) -> Bool {
    if case .address(let address) = node { isOne(address) } else { false }
  }
}

/// The origin of a request, as far as tries are counted for it.
struct RequestOrigin: Sendable {
  static let local = RequestOrigin(address: Origin.local.address, isKnown: true)

  let address: String
  /// False for callers about whom the proxy says nothing that can be read. They are counted together, as those behind
  /// one server are.
  let isKnown: Bool

  /// Of a caller whose address is told.
  static func known(_ address: String) -> RequestOrigin {
    RequestOrigin(address: NetworkAddress.text(address) ?? address, isKnown: true)
  }

  /// Of a request that a partner's server sends.
  var server: Origin { Origin(address: address, kind: .server) }
  /// Of a request that a person's browser sends.
  var person: Origin { Origin(address: address, kind: isKnown ? .endUser : .server) }
}

/// Finds the origin of a request: the other end of the connection, or the address that a configured proxy names. Of
/// several proxies in a row the first address from the end that is no proxy's own counts.
///
/// An obfuscated identifier stands for an address. Callers about whom the proxy says nothing, or nothing that can be
/// read, are never counted as the proxy.
struct OriginReading: RouterMiddleware {
  let proxy: TrustedProxy?
  /// Whether it has been logged that the proxy says nothing.
  let unreadable: Once
  let logger: Logger

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    // Proxies ask for the gateway's health in their own name.
    guard !context.isHealth else { return try await next(request, context) }
    var context = context
    context.origin = origin(request, context)
    return try await next(request, context)
  }

  private func origin(_ request: Request, _ context: GatewayContext) -> RequestOrigin {
    let peer = context.peer(proxy)
    guard let proxy, peer.isProxy, let name = proxy.field else { return peer.origin }
    let nodes = ForwardedFor.nodes(request.headers[values: name], isForwarded: name == .forwarded)
    guard let told = nodes.first(where: { !proxy.isOne($0) }) ?? nodes.last else { return peer.origin }
    switch told {
    case .address(let address): return .known(address)
    case .obfuscated(let identifier): return RequestOrigin(address: identifier, isKnown: true)
    case .unknown:
      if unreadable.isFirst {
        logger.warning("a proxy does not say where requests come from", metadata: ["proxy": "\(peer.address)"])
      }
      return RequestOrigin(address: "unknown", isKnown: false)
    }
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
