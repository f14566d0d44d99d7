/// In whose name a call is made, proven by its bearer token.
public struct Principal: Sendable, Equatable {
  public let partner: PartnerID
  /// The user for whom the token was issued; nil if the token speaks for the partner itself.
  public let signer: SignerID?
  /// The OAuth client for which the token was issued; nil for tokens of `auth/login`.
  public let client: ClientID?
  /// SHA-256 of the access token, if it was not looked up for this call: the process knows it from an earlier one. The
  /// transaction that decides looks whether it is still there.
  public let rememberedToken: [UInt8]?

  public init(partner: PartnerID, signer: SignerID?, client: ClientID? = nil, rememberedToken: [UInt8]? = nil) {
    self.partner = partner
    self.signer = signer
    self.client = client
    self.rememberedToken = rememberedToken
  }
}
