import Octets
public import SoleControl
public import Vocabulary
import WireJSON

/// A person's grant on the authorization server's page: to make one credential, or to delete one. Its token carries it
/// out, once (CSC v2 §8.2.2: scopes `credential-creation` and `credential-deletion`). Both can be a trusted client's
/// own.
public struct LifecycleGrant: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// - Parameters:
    ///   - policy: OID of the certificate policy.
    ///   - salt, verifier: of the PIN that the person chose, as they will stand in the new credential.
    case creation(policy: String, salt: [UInt8], verifier: [UInt8])
    /// The same, ordered by a trusted client: the person sets the PIN afterwards.
    /// - Parameters:
    ///   - claim: the subject as far as the order names it.
    ///   - recipient: of the link.
    case orderedCreation(policy: String, claim: SubjectClaim, recipient: MessageRecipient)
    case deletion
  }

  public let kind: Kind
  /// SHA-256 of the token: the grant's name, and what ties the stored row to it.
  public let digest: [UInt8]
  public let service: String
  public let partner: PartnerID
  /// The client for which the grant was given, and which alone may present the token.
  public let client: ClientID
  public let signer: SignerID
  /// The one to be deleted, or what the new one will be called.
  public let credential: CredentialID
  public let expires: UnixTime
  /// Whether the client ordered it itself, and not the signer.
  public let isByClient: Bool

  public var isCreation: Bool { kind != .deletion }
  /// Of the certificate to be made; nil for a deletion.
  var policy: String? {
    switch kind {
    case .creation(let policy, _, _), .orderedCreation(let policy, _, _): policy
    case .deletion: nil
    }
  }

  public init(
    kind: Kind, digest: [UInt8], service: String, partner: PartnerID, client: ClientID, signer: SignerID,
    credential: CredentialID, expires: UnixTime, isByClient: Bool = false
  ) {
    self.kind = kind
    self.digest = digest
    self.service = service
    self.partner = partner
    self.client = client
    self.signer = signer
    self.credential = credential
    self.expires = expires
    self.isByClient = isByClient
  }

  public func canonical() -> [UInt8] {
    var object = JSONObject([
      ("lifecycle", .string(isCreation ? "creation" : "deletion")), ("digest", .string(Hex.encode(digest))),
      ("service", .string(service)), ("partner", .string(partner.rawValue)), ("client", .string(client.rawValue)),
      ("signer", .string(signer.rawValue)), ("credential", .string(credential.rawValue)),
      ("expires", .integer(expires)), ("byClient", .bool(isByClient)),
    ])
    object["policy"] = policy.map(JSONValue.string)
    switch kind {
    case .creation(_, let salt, let verifier):
      object["salt"] = .string(Hex.encode(salt))
      object["verifier"] = .string(Hex.encode(verifier))
    case .orderedCreation(_, let claim, let recipient):
      object["claim"] = claim.json
      object["recipient"] = .string(recipient.name)
      object["language"] = recipient.language.map(JSONValue.string)
    case .deletion: break
    }
    return JSONValue.object(object).canonical()
  }

  /// Nil if it is not what `canonical()` writes.
  public init?(canonical text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object, let grant = object["lifecycle"]?.string,
      let digest = object["digest"]?.string.flatMap(Hex.decode), let service = object["service"]?.string,
      let partner = object["partner"]?.string, let client = object["client"]?.string,
      let signer = object["signer"]?.string, let credential = object["credential"]?.string,
      let expires = object["expires"]?.integer, let isByClient = object["byClient"]?.bool
    else { return nil }
    let kind: Kind
    switch grant {
    case "creation" where isByClient:
      guard let policy = object["policy"]?.string, let claim = object["claim"]?.object,
        let recipient = object["recipient"]?.string
      else { return nil }
      kind = .orderedCreation(
        policy: policy, claim: SubjectClaim(json: claim),
        recipient: MessageRecipient(name: recipient, language: object["language"]?.string))
    case "creation":
      guard let policy = object["policy"]?.string, let salt = object["salt"]?.string.flatMap(Hex.decode),
        let verifier = object["verifier"]?.string.flatMap(Hex.decode)
      else { return nil }
      kind = .creation(policy: policy, salt: salt, verifier: verifier)
    case "deletion": kind = .deletion
    default: return nil
    }
    self.init(
      kind: kind, digest: digest, service: service, partner: PartnerID(partner), client: ClientID(client),
      signer: SignerID(signer), credential: CredentialID(credential), expires: expires, isByClient: isByClient)
  }
}

extension LifecycleGrant {
  func lifetime(_ rules: IssuanceService.Rules) -> Lifetime {
    Lifetime(expires: expires, longest: rules.grantLife)
  }

  var auditFields: [(String, JSONValue)] {
    var fields: [(String, JSONValue)] = [
      ("lifecycle", .string(Hex.encode(digest))), ("what", .string(isCreation ? "creation" : "deletion")),
      ("credential", .string(credential.rawValue)), ("signer", .string(signer.rawValue)),
      ("partner", .string(partner.rawValue)),
    ]
    if let policy { fields.append(("policy", .string(policy))) }
    if isByClient { fields.append(("byClient", true)) }
    return fields
  }
}

/// The bearer token of a grant: 36 random octets, on the wire base64url. The store has its digest only.
public struct LifecycleToken: Sendable, Equatable {
  static let length = 36
  /// Characters of its text on the wire; no other token has as many.
  public static let textLength = length / 3 * 4

  public let octets: [UInt8]

  /// Nil if the octets have not the length of a grant's token. Says nothing about whether it was ever issued.
  public init?(octets: [UInt8]) {
    guard octets.count == Self.length else { return nil }
    self.octets = octets
  }

  /// The digest of it that the store has.
  public var digest: [UInt8] { OctetDigest.sha256(octets) }
}

/// A grant as the store keeps it.
public struct StoredLifecycleGrant: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    case open
    /// A process is making the credential. After a crash it stays so: spent. If a certificate of this number was
    /// issued, no client has it.
    case reserved(instance: String, serialNumber: String, issuer: String)
  }

  public let digest: [UInt8]
  /// Canonical text of the grant and the device's MAC over it.
  public let row: ProtectedRow
  public let expires: UnixTime
  public let state: State

  public init(digest: [UInt8], row: ProtectedRow, expires: UnixTime, state: State) {
    self.digest = digest
    self.row = row
    self.expires = expires
    self.state = state
  }
}

extension LifecycleGrant: DeviceProtected { package static var macKey: MACKey { .lifecycleGrant } }
