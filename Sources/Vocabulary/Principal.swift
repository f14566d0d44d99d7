internal import Synchronization

/// In whose name a call is made, proven by its bearer token.
public struct Principal: Sendable, Equatable {
  public let partner: PartnerID
  /// The user for whom the token was issued; nil if the token speaks for the partner itself.
  public let signer: SignerID?
  /// The OAuth client for which the token was issued; nil for tokens of `auth/login`.
  public let client: ClientID?
  /// The access token, if it was not looked up for this call: the process knows it from an earlier one. The transaction
  /// that decides looks whether it is still there.
  public let rememberedToken: RememberedToken?

  public init(partner: PartnerID, signer: SignerID?, client: ClientID? = nil, rememberedToken: RememberedToken? = nil) {
    self.partner = partner
    self.signer = signer
    self.client = client
    self.rememberedToken = rememberedToken
  }
}

/// An access token that a process knows from an earlier call.
public final class RememberedToken: Sendable, Equatable {
  /// SHA-256 of it.
  public let digest: [UInt8]
  private let state = Atomic(false)

  public init(digest: [UInt8]) { self.digest = digest }

  /// Whether a transaction found it in the store and decided the call. Whatever becomes of the call then, it was made
  /// with a token that was good.
  public var wasConfirmed: Bool { state.load(ordering: .acquiring) }

  /// Notes that a transaction which looked for it has ended, or that its end is not known.
  package func noteConfirmed() { state.store(true, ordering: .releasing) }

  public static func == (left: RememberedToken, right: RememberedToken) -> Bool { left.digest == right.digest }
}
