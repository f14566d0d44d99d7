/// The needs of a process that writes entries: who it is, and where times, salts and keyed digests come from.
public struct Recording: Sendable {
  /// The gateway's name, at most 255 octets.
  public let instance: String
  /// UTC, milliseconds since 1970.
  public let milliseconds: @Sendable () -> Int64
  /// Random octets of this count.
  public let random: @Sendable (_ count: Int) -> [UInt8]
  /// The keyed digest of a partner's id, 32 octets: who has the key can tell a partner which entries are about it, and
  /// no one else can tell of whom they are.
  public let partnerDigest: @Sendable (_ id: String) -> [UInt8]

  public init(
    instance: String, milliseconds: @escaping @Sendable () -> Int64,
    random: @escaping @Sendable (_ count: Int) -> [UInt8],
    partnerDigest: @escaping @Sendable (_ id: String) -> [UInt8]
  ) {
    self.instance = instance
    self.milliseconds = milliseconds
    self.random = random
    self.partnerDigest = partnerDigest
  }

  /// A lane for this process: no other has its name.
  public func newLane() -> Lane {
    let name = random(8).reduce(0) { $0 << 8 | Int64($1) }
    return Lane(id: max(1, name & .max), instance: instance)
  }
}
