internal import NIOCore
internal import Throttling

/// The other end of a connection. It stays the same for all requests of the connection, so it is found once.
struct Peer: Sendable {
  /// Origin of requests that the peer sends in its own name.
  let origin: RequestOrigin
  /// Address as the socket has it; the machine's own if there is none.
  let address: String
  /// Whether it is the trusted proxy, which carries everybody's requests.
  let isProxy: Bool

  /// - Parameter address: as the socket has it; nil if it has no IP address.
  init(_ address: String?, _ proxy: TrustedProxy?) {
    self.address = address ?? Origin.local.address
    isProxy = proxy?.isOne(self.address) ?? false
    origin = .known(self.address)
  }

  init(of channel: any Channel, _ proxy: TrustedProxy?) {
    self.init(channel.remoteAddress?.ipAddress ?? channel.parent?.remoteAddress?.ipAddress, proxy)
  }
}
