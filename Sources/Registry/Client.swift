public import Vocabulary

/// Software of a partner that is registered with the authorization server (RFC 6749 §2).
public struct Client: Sendable, Equatable {
  /// Method by which a client proves its identity, by the names of RFC 7591 §2 and RFC 8705 §2.2.1.
  public enum AuthenticationMethod: String, Sendable, CaseIterable {
    /// A public client: an app that can keep no secret. PKCE alone protects its codes.
    case none
    case secretBasic = "client_secret_basic"
    case secretPost = "client_secret_post"
    case privateKeyJWT = "private_key_jwt"
    /// Mutual TLS with a registered certificate (RFC 8705 §2.2).
    case certificate = "self_signed_tls_client_auth"
  }

  public enum Grant: String, Sendable, CaseIterable {
    case authorizationCode = "authorization_code"
    case clientCredentials = "client_credentials"
    case refreshToken = "refresh_token"
  }

  /// Wire name: `client_id`.
  public let id: ClientID
  /// The organisation whose customers it may reach.
  public var partner: PartnerID
  /// Shown to people on the consent page.
  public var name: String
  public var methods: Set<AuthenticationMethod>
  /// Also the secret behind `account_token` (CSC v1 §8.4).
  public var secret: Secret?
  /// Public keys for `private_key_jwt`: the JSON of a JWK set (RFC 7517 §5).
  public var keys: [UInt8]?
  /// SHA-256 of the DER of the certificate for mutual TLS.
  public var certificate: [UInt8]?
  /// Compared octet by octet (RFC 9700 §2.1), but for the port of a native application on loopback
  /// (RFC 8252 §7.3). The first is the default of CSC v1 §8.3.2.
  public var redirectURIs: [String]
  public var grants: Set<Grant>
  /// False only for confidential clients of CSC v1, which has no PKCE.
  public var requiresPKCE: Bool
  /// Scopes that it may ask people for.
  public var scopes: Set<Scope>
  /// Scopes that it may carry out in its own name, by `client_credentials`, without asking the person (CSC v2 §8.2.2,
  /// notes 22 and 23).
  public var trustedScopes: Set<Scope>
  /// Scopes of the partner API that it may have.
  public var partnerScopes: Set<PartnerScope>
  /// Whether the token endpoint reads its parameters from the query too, against RFC 6749 §3.2: for software that knows
  /// no better. Its proof of who it is never counts there.
  public var sendsParametersInQuery: Bool
  /// Scopes that a client can be trusted with.
  public static let trustableScopes: Set<Scope> = [.credentialCreation, .credentialDeletion]

  /// Opening the API, and single signatures. Making and deleting credentials is for clients that are registered for it.
  public static let usualScopes: Set<Scope> = [.service, .credential]

  public init(
    id: ClientID, partner: PartnerID, name: String, methods: Set<AuthenticationMethod>, secret: Secret?,
    keys: [UInt8]?, certificate: [UInt8]?, redirectURIs: [String], grants: Set<Grant>, requiresPKCE: Bool,
    scopes: Set<Scope> = usualScopes, trustedScopes: Set<Scope> = [], partnerScopes: Set<PartnerScope> = [],
    sendsParametersInQuery: Bool = false
  ) {
    self.id = id
    self.partner = partner
    self.name = name
    self.methods = methods
    self.secret = secret
    self.keys = keys
    self.certificate = certificate
    self.redirectURIs = redirectURIs
    self.grants = grants
    self.requiresPKCE = requiresPKCE
    self.scopes = scopes
    self.trustedScopes = trustedScopes
    self.partnerScopes = partnerScopes
    self.sendsParametersInQuery = sendsParametersInQuery
  }

  public var isPublic: Bool { methods == [.none] }
  /// Whether its tokens are good only on a connection with its certificate (RFC 8705 §3).
  public var bindsTokens: Bool { methods == [.certificate] }
}
