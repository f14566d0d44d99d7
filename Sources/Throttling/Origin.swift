/// Origin of a try.
public struct Origin: Sendable, Equatable {
  public enum Kind: Sendable {
    /// One person, with a browser.
    case endUser
    /// A client's or a partner's server, behind which are many people.
    case server
  }

  /// The network address as far as one party has it: IPv4 whole, IPv6 as its /64 network.
  public let address: String
  /// Kind of caller at this address.
  public let kind: Kind

  public init(address: String, kind: Kind) {
    self.address = address
    self.kind = kind
  }

  /// A caller whose connection has no network address.
  public static let local = Origin(address: "127.0.0.1", kind: .server)
}
