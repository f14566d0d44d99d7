/// An open one-time code that was sent to a customer. The code itself is stored nowhere.
public struct OneTimeCode: Sendable, Equatable {
  /// Random; a part of what the MAC covers, so that equal codes have different MACs.
  public let id: String
  public let credential: CredentialID
  public let factor: FactorID
  /// The device's MAC of the code.
  public let mac: [UInt8]
  public let expires: UnixTime

  public init(id: String, credential: CredentialID, factor: FactorID, mac: [UInt8], expires: UnixTime) {
    self.id = id
    self.credential = credential
    self.factor = factor
    self.mac = mac
    self.expires = expires
  }
}

/// That a message was sent: what the limits are held against. Its content is not kept.
public struct SentMessage: Sendable, Equatable {
  public let id: String
  public let partner: PartnerID
  public let credential: CredentialID
  public let factor: FactorID
  public let time: UnixTime
  /// Whether the messenger did not take it.
  public let hasFailed: Bool

  public init(
    id: String, partner: PartnerID, credential: CredentialID, factor: FactorID, time: UnixTime, hasFailed: Bool = false
  ) {
    self.id = id
    self.partner = partner
    self.credential = credential
    self.factor = factor
    self.time = time
    self.hasFailed = hasFailed
  }
}
