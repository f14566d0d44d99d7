public import SoleControl
public import Vocabulary

/// Issuance: the identity of signers, credentials that are made or deleted at the wish of their owners, and the
/// revocation of certificates.
///
/// A grant holds the wish that a person expressed on our page, with the factors that signing takes; its token carries
/// it out once (`Issuing/`). What a trusted client ordered waits for the person to set the PIN (`Invitations/`).
/// Certificates name the registered subject and no other (`Proofing/`), and a profile describes the new credential
/// (`Profiles/`). A revocation is recorded with its reason first and published then (`Revocation/`).
///
/// Issuance knows sole control: factors are checked there, and a transaction of issuance is one of sole control too.
/// Sole control does not know issuance.
public struct IssuanceService: Sendable {
  public struct Rules: Sendable {
    /// Name of the service in every grant. A grant of another service fails.
    public var service: String
    /// Name of this process among those that share the store.
    public var instance: String
    /// Seconds that a grant waits to be carried out.
    public var grantLife: UnixTime = 300
    /// Seconds in which a person can set the PIN of a credential that a client ordered.
    public var invitationLife: UnixTime = 7 * 86400
    /// Prefix of the address of the page for it.
    public var invitationURL = "/pin/"

    public init(service: String, instance: String) {
      self.service = service
      self.instance = instance
    }
  }

  let soleControl: SoleControlServices
  let store: any IssuanceStore
  let rules: Rules
  /// Nil if no credentials are made or deleted at the wish of their owners.
  public let authority: IssuingAuthority?
  let publication = RevocationPublication()

  var clock: ServiceContext.Clock { soleControl.context.clock }

  /// - Parameter soleControl: over the same store.
  public init(
    _ soleControl: SoleControlServices, store: any IssuanceStore, rules: Rules, authority: IssuingAuthority? = nil
  ) {
    self.soleControl = soleControl
    self.store = store
    self.rules = rules
    self.authority = authority
  }
}

/// Everything needed to make credentials: the issuer of certificates, the device for keys, and the profiles on offer.
public struct IssuingAuthority: Sendable {
  public let issuer: any CertificateIssuer
  public let keys: any KeyMaker
  public let profiles: [CredentialProfile]

  public init(issuer: any CertificateIssuer, keys: any KeyMaker, profiles: [CredentialProfile]) {
    self.issuer = issuer
    self.keys = keys
    self.profiles = profiles
  }

  /// - Parameter policy: OID of the certificate policy.
  public func profile(_ policy: String) -> CredentialProfile? { profiles.first { $0.policy == policy } }
}
