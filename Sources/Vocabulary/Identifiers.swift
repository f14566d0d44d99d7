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

/// A key with its certificate, as `credentialID` names it.
public typealias CredentialID = Identifier<CredentialKind>
/// A person (or, for a seal, an organisation) who signs.
public typealias SignerID = Identifier<SignerKind>
/// The organisation under contract whose software calls the API.
public typealias PartnerID = Identifier<PartnerKind>
/// Software of a partner, as the authorization server knows it.
public typealias ClientID = Identifier<ClientKind>
/// CSC v2 `responseID`: 128 random bits in hexadecimal.
public typealias JobID = Identifier<JobKind>
