public import Hummingbird
internal import NIOCore
internal import NIOSSL
internal import Octets

/// A request as middleware and handlers know it beyond its message: its connection, where it comes from, and its line
/// of log.
public struct GatewayContext: RequestContext {
  public var coreContext: CoreRequestContextStorage
  let channel: any Channel
  /// The part of the budget that the request and its answer hold.
  let hold = Hold()
  let call = CallLog()
  /// The request's path without its query. It and what it is for are set by `FrontResponder`.
  var path = ""
  var area = Area.nowhere
  /// Set by `OriginReading`.
  var origin = RequestOrigin.local

  public init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
    Holdings.current?.add(hold, of: channel)
  }

  /// Whether a probe asks whether the gateway lives.
  var isHealth: Bool { area == .service && path.hasPrefix(Area.health) }

  /// The other end of the connection.
  func peer(_ proxy: TrustedProxy?) -> Peer { Holdings.current?.peer ?? Peer(of: channel, proxy) }

  /// SHA-256 of the certificate with which the client opened the connection (RFC 8705 §3.1); nil if it showed none.
  /// TLS has proven that the client has the key.
  func clientCertificate() async -> [UInt8]? {
    // HTTP/2 has a channel for each stream, above the connection's.
    for channel in [channel, channel.parent].compactMap(\.self) {
      guard let certificate = try? await channel.nioSSL_peerCertificate().get(), let der = try? certificate.toDERBytes()
      else { continue }
      return OctetDigest.sha256(der)
    }
    return nil
  }
}
