internal import Foundation

/// An IP address, or all that begin with the same bits (RFC 4632, RFC 4291 §2.3), such as `10.0.0.0/8`.
///
/// An IPv4 address that an IPv6 socket shows (`::ffff:10.0.0.1`) is the IPv4 address.
public struct AddressBlock: Sendable, Hashable {
  private let octets: [UInt8]
  private let bits: Int

  /// Nil if the text is neither, and if the address has bits beyond the block: its author must have meant something
  /// else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard 1...2 ~= parts.count, let address = Self.octets(of: parts[0]) else { return nil }
    octets = address
    guard parts.count == 2 else {
      bits = address.count * 8
      return
    }
    let digits = parts[1].utf8
    guard 1...3 ~= digits.count, digits.allSatisfy({ 48...57 ~= $0 }), digits.count == 1 || digits.first != 48,
      let number = Int(parts[1]), number <= address.count * 8
    else { return nil }
    bits = number
    guard Self.prefix(address, number) == address else { return nil }
  }

  /// - Parameter address: as a socket shows it.
  public func contains(_ address: String) -> Bool {
    guard let other = Self.octets(of: Substring(address)), other.count == octets.count else { return false }
    return Self.prefix(other, bits) == octets
  }

  /// Whether the machine itself is meant (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
  public var isLoopback: Bool {
    octets.count == 4 ? octets[0] == 127 && bits >= 8 : octets == [UInt8](repeating: 0, count: 15) + [1] && bits == 128
  }

  private static func prefix(_ octets: [UInt8], _ bits: Int) -> [UInt8] {
    octets.enumerated().map { index, octet in
      let kept = min(max(bits - index * 8, 0), 8)
      return octet & ~(kept == 8 ? 0 : 0xff >> UInt8(kept))
    }
  }

  private static func octets(of text: Substring) -> [UInt8]? {
    // The zone of a link-local address is the machine's own matter.
    let text = String(text.prefix { $0 != "%" })
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let octets = withUnsafeBytes(of: six) { Array($0) }
    let isMapped = octets[..<10].allSatisfy { $0 == 0 } && octets[10] == 0xff && octets[11] == 0xff
    return isMapped ? Array(octets[12...]) : octets
  }
}
