public import Vocabulary

/// A time-stamping authority (RFC 3161, RFC 5816): which token a request gets.
public struct TimestampService: Sendable {
  /// The authority's policy and the accuracy of its time.
  public struct Policy: Sendable, Equatable {
    /// The policy under which tokens are issued: an OID in dotted decimal text.
    public var oid: String
    /// Seconds by which the clock may differ from UTC. ETSI EN 319 422 §5.2.2 wants it told.
    public var accuracy: Int

    public init(oid: String, accuracy: Int = 1) {
      self.oid = oid
      self.accuracy = accuracy
    }
  }

  private let signer: any TimestampSigner
  private let policy: Policy
  private let now: @Sendable () -> UnixTime
  private let random: @Sendable (Int) async throws -> [UInt8]
  /// Whether the time can be trusted. If not, there are no tokens.
  public var isRight: @Sendable () -> Bool = { true }

  public init(
    signer: any TimestampSigner, policy: Policy, now: @escaping @Sendable () -> UnixTime,
    random: @escaping @Sendable (Int) async throws -> [UInt8]
  ) {
    self.signer = signer
    self.policy = policy
    self.now = now
    self.random = random
  }

  /// DER, the authority's own certificate first.
  public var chain: [[UInt8]] { signer.chain }
  /// Certificates of `chain` that a reader needs besides a token, which has the others in it. DER.
  public var trustAnchors: [[UInt8]] { signer.trustAnchors }

  /// Whether `chain` ends in a root, so that each certificate below it can be proven good by a list of another one's.
  public var endsInRoot: Bool { chain.last.map(trustAnchors.contains) ?? false }

  /// Issues a token.
  ///
  /// - Returns: the `TimeStampToken`, a CMS ContentInfo in DER (RFC 3161 §2.4.2), not the `TimeStampResp` around it.
  public func token(for request: TimestampRequest) async throws -> [UInt8] {
    let random = try await random(Self.serialLength)
    // Read last, so that the token is not older than the request's way here.
    guard isRight() else { throw TimestampError.busy }
    let time = now()
    guard signer.validity.contains(time) else { throw TimestampError.certificateNotValid }
    return try await signer.sign(
      TimestampContent(
        request: request, policy: policy, serialNumber: Self.serialNumber(random), time: time))
  }

  /// Whether a token from outside is this authority's, by its present certificate, for such a request, whatever its
  /// nonce.
  ///
  /// - Throws: `TimestampError.busy` if that could not be looked into.
  public func isToken(_ token: [UInt8], for request: TimestampRequest) async throws(TimestampError) -> Bool {
    try await signer.isOwn(token, for: request)
  }

  /// Whether a token that was kept is good for such a request, whatever its nonce; also one by an earlier certificate
  /// of this authority.
  public func isGenuine(_ token: [UInt8], for request: TimestampRequest) async -> Bool {
    await signer.isGenuine(token, for: request)
  }

  /// RFC 3161 §2.4.2 wants a unique number of up to 160 bits.
  private static let serialLength = 16

  /// A positive number that has the full length.
  private static func serialNumber(_ random: [UInt8]) -> [UInt8] {
    guard let first = random.first else { return random }
    return [first & 0x7f | 0x40] + random.dropFirst()
  }
}
