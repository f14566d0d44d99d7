/// An opaque name of a kind of thing, so that the name of one kind cannot stand for another.
public struct Identifier<Kind>: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(_ rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }
}

public enum CredentialKind: Sendable {}
public enum SignerKind: Sendable {}
public enum PartnerKind: Sendable {}
public enum ClientKind: Sendable {}
public enum JobKind: Sendable {}

public typealias CredentialID = Identifier<CredentialKind>
/// A person (or, for a seal, an organisation) who signs.
public typealias SignerID = Identifier<SignerKind>
/// The organisation under contract whose software calls the API.
public typealias PartnerID = Identifier<PartnerKind>
/// Software of a partner, as the authorization server knows it.
public typealias ClientID = Identifier<ClientKind>

/// CSC v2 `responseID`: 128 random bits in hexadecimal.
public typealias JobID = Identifier<JobKind>

/// UTC, whole seconds since 1970-01-01.
public typealias UnixTime = Int64
/// UTC, milliseconds since 1970-01-01.
public typealias UnixMilliseconds = Int64

/// In whose name a call is made, proven by its bearer token.
public struct Principal: Sendable, Equatable {
  public let partner: PartnerID
  /// The user for whom the token was issued; nil if the token speaks for the partner itself.
  public let signer: SignerID?
  /// The OAuth client for which the token was issued; nil for tokens of `auth/login`.
  public let client: ClientID?

  public init(partner: PartnerID, signer: SignerID?, client: ClientID? = nil) {
    self.partner = partner
    self.signer = signer
    self.client = client
  }

  /// A user may use the own credentials, a partner those of its customers.
  func mayUse(_ credential: Credential) -> Bool {
    credential.partner == partner && (signer == nil || credential.signer == signer)
  }
}
