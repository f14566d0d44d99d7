internal import CCurl
internal import Foundation

/// Tells addresses of the public internet, so that no outsider can make the gateway call its own neighbours
/// (server-side request forgery). Everything with a special purpose is refused: IANA's registries for IPv4 and IPv6
/// (RFC 6890).
enum PublicAddress {
  /// - Parameter octets: 4 of IPv4 or 16 of IPv6, in the order of the network.
  static func isPublic(_ octets: [UInt8]) -> Bool {
    switch octets.count {
    case 4: !specialIPv4.contains { $0.contains(octets) }
    case 16: globalIPv6.contains(octets) && !specialIPv6.contains { $0.contains(octets) }
    default: false
    }
  }

  private struct Block {
    let octets: [UInt8]
    let length: Int

    init(_ octets: [UInt8], _ length: Int) {
      self.octets = octets
      self.length = length
    }

    func contains(_ address: [UInt8]) -> Bool {
      (0..<length).allSatisfy { bit in
        let mask = UInt8(0x80) >> UInt8(bit % 8)
        let wanted = bit / 8 < octets.count ? octets[bit / 8] : 0
        return (address[bit / 8] ^ wanted) & mask == 0
      }
    }
  }

  private static let specialIPv4 = [
    Block([0], 8),  // this network
    Block([10], 8), Block([172, 16], 12), Block([192, 168], 16),  // private (RFC 1918)
    Block([100, 64], 10),  // shared by providers (RFC 6598)
    Block([127], 8),  // loopback
    Block([169, 254], 16),  // link-local, where clouds keep their metadata
    Block([192, 0, 0], 24),  // protocol assignments
    Block([192, 0, 2], 24), Block([198, 51, 100], 24), Block([203, 0, 113], 24),  // documentation
    Block([192, 88, 99], 24),  // 6to4 relays (RFC 7526)
    Block([198, 18], 15),  // benchmarks
    Block([224], 4),  // multicast
    Block([240], 4),  // reserved, and broadcast
  ]

  /// All that is routed publicly today. So these are not: loopback, unspecified, IPv4-mapped and -compatible, NAT64,
  /// unique local (fc00::/7), link-local, site-local, multicast.
  private static let globalIPv6 = Block([0x20], 3)

  private static let specialIPv6 = [
    Block([0x20, 0x01, 0], 23),  // protocol assignments, among them Teredo, which contains IPv4 addresses
    Block([0x20, 0x01, 0x0d, 0xb8], 32), Block([0x3f, 0xff, 0], 20),  // documentation
    Block([0x20, 0x02], 16),  // 6to4, which contains IPv4 addresses
  ]

  /// The octets of a socket address; nil if it is neither IPv4 nor IPv6.
  static func octets(_ address: UnsafePointer<sockaddr>, length: Int) -> [UInt8]? {
    let raw = UnsafeRawPointer(address)
    switch Int32(address.pointee.sa_family) {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
    default: return nil
    }
  }
}
