/// Where a try comes from.
public struct Origin: Sendable, Equatable {
  /// The network address as far as one party has it: IPv4 whole, IPv6 as its /64 network.
  public let address: String
  /// Whether it is a person's own, not that of a server behind which are many people.
  public let isPerson: Bool

  public init(address: String, isPerson: Bool) {
    self.address = address
    self.isPerson = isPerson
  }

  /// A caller whose connection has no network address.
  public static let local = Origin(address: "127.0.0.1", isPerson: false)
}
