/// Limits of a text. It is looked at in one pass before anything is made of the text, since a value can take a hundred
/// times the octets that it is written with. The caller of the parser says which limits hold there.
public struct JSONLimits: Sendable, Equatable {
  /// Octets of the whole text.
  public var size: Int
  /// Nested arrays and objects; the outermost one counts 1.
  public var depth: Int
  /// Values, arrays and objects among them, and names of members: together.
  public var values: Int

  public init(size: Int, depth: Int = 16, values: Int) {
    self.size = size
    self.depth = depth
    self.values = values
  }

  /// The body of a request before anybody has shown a token: a few members.
  public static let beforeToken = JSONLimits(size: 1 << 20, values: 2000)
  /// The body of a caller's request: 1,000 digests and what goes with them.
  public static let call = JSONLimits(size: 1 << 20, values: 10_000)
  /// `authorization_details` (RFC 9396), which also comes without a token: 1,000 documents of a digest, a label and a
  /// kind.
  public static let richRequest = JSONLimits(size: 1 << 19, values: 10_000)
  /// The body of signDoc: few values, which are as large as documents; or 1,000 digests with everything said of each.
  public static let documents = JSONLimits(size: 64 << 20, values: 100_000)
  /// Header and claims of a signed token: of a partner's statement, 1,000 digests.
  public static let token = JSONLimits(size: 1 << 18, values: 4000)
  /// Answers of other servers: key sets, discovery documents, claims, tokens.
  public static let answer = JSONLimits(size: 1 << 20, values: 20_000)
  /// Files of the gateway's operator.
  public static let configuration = JSONLimits(size: 16 << 20, depth: 32, values: 1_000_000)
  /// Texts that this program has written itself.
  public static let own = JSONLimits(size: .max, depth: 64, values: .max)
}
