import Octets
public import SoleControl
public import Vocabulary

/// Invitation to a person to set the PIN of a credential that a trusted client ordered. Until then the credential has
/// no factor and cannot be used.
///
/// The link is the device's MAC over the id, so that it can be sent again after a stop and stands nowhere in the store.
public struct Invitation: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    case waiting
    /// The PIN is set. Kept until `expires`, so that a form that comes twice gets its answer.
    case done
  }

  /// Also of the message, at every attempt.
  public let id: String
  /// SHA-256 of the link.
  public let link: [UInt8]
  /// The gateway process that sends it.
  public let instance: String
  public let partner: PartnerID
  public let credential: CredentialID
  /// Of its certificate, as the list of revocations needs them: the issuer's name (RFC 4514), hexadecimal, and the end
  /// of the validity.
  public let issuer, serialNumber: String
  public let certificateExpires: UnixTime
  public let recipient: MessageRecipient
  public let expires: UnixTime
  public var state: State
  /// Attempts to send it that were begun.
  public var attempts: Int
  /// Time of the next one; nil once the messenger has taken it.
  public var due: UnixTime?

  public init(
    id: String, link: [UInt8], instance: String, partner: PartnerID, credential: CredentialID, issuer: String,
    serialNumber: String, certificateExpires: UnixTime, recipient: MessageRecipient, expires: UnixTime, state: State,
    attempts: Int, due: UnixTime?
  ) {
    self.id = id
    self.link = link
    self.instance = instance
    self.partner = partner
    self.credential = credential
    self.issuer = issuer
    self.serialNumber = serialNumber
    self.certificateExpires = certificateExpires
    self.recipient = recipient
    self.expires = expires
    self.state = state
    self.attempts = attempts
    self.due = due
  }
}

extension Invitation {
  func revocation(at now: UnixTime) -> Revocation {
    Revocation(
      issuer: issuer, serialNumber: serialNumber, time: now, expires: certificateExpires, reason: .cessationOfOperation)
  }

  /// Seconds; none is ever made for longer, whatever the configuration said then.
  private static let longest: UnixTime = 30 * 86400

  func isOpen(at now: UnixTime) -> Bool { Lifetime(expires: expires, longest: Self.longest).isOpen(at: now) }
}

extension InvitationService {
  /// Characters of a link.
  static let linkLength = 43

  /// The secret end of the address: 32 octets of the device, base64url.
  func link(of id: String) async throws -> String {
    Base64.encodeURL(try await soleControl.context.macs([(.invitation, Array(id.utf8))])[0])
  }

  /// - Parameter revocation: with issuer, number and end of the certificate that is about to be made.
  func invitation(
    to recipient: MessageRecipient, for grant: LifecycleGrant, _ revocation: Revocation
  ) async throws -> Invitation {
    let id = try await soleControl.context.randomID()
    let now = clock.now()
    return Invitation(
      id: id, link: OctetDigest.sha256(try await link(of: id)), instance: rules.instance,
      partner: grant.partner, credential: grant.credential, issuer: revocation.issuer,
      serialNumber: revocation.serialNumber, certificateExpires: revocation.expires, recipient: recipient,
      expires: now + rules.invitationLife, state: .waiting, attempts: 0, due: now + Self.firstAttempt)
  }
}
