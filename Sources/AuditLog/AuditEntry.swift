public import WireJSON

/// An event, for an auditor. Fields hold ids, digests and codes; personal data, PINs, tokens and SADs
/// never enter the log.
public struct AuditEvent: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case serviceStarted = "service.started"
    /// The operator said that the clock is right though it had been ahead: from here on the times go on from an earlier
    /// one.
    case clockAccepted = "clock.accepted"
    case subjectRegistered = "subject.registered"
    case keyMade = "key.made"
    case certificateIssued = "certificate.issued"
    case authorizationGranted = "authorization.granted"
    /// A SAD took the place of another one, with what that one had left.
    case authorizationExtended = "authorization.extended"
    /// The customer is asked to confirm an authorization past the partner.
    case authorizationPending = "authorization.pending"
    case authorizationConfirmed = "authorization.confirmed"
    /// It is over without a confirmation, or without anybody who asked for it: the customer refused, entered too many
    /// wrong PINs, or could not be reached; the partner cancelled it; time was up.
    case authorizationDenied = "authorization.denied"
    case authorizationRefused = "authorization.refused"
    /// Somebody outside who is needed for a factor did not answer; nothing was spent.
    case authorizationUnavailable = "authorization.unavailable"
    case authorizationRevoked = "authorization.revoked"
    /// A person granted on the page that a credential be made, or deleted; or a trusted client that one be deleted
    /// (`byClient`).
    case lifecycleGranted = "lifecycle.granted"
    case lifecycleWithdrawn = "lifecycle.withdrawn"
    /// A certificate of this number will be asked for.
    case creationIntended = "creation.intended"
    /// Nothing was issued for certain; the grant can be used again.
    case creationReleased = "creation.released"
    /// The issuer failed; should there be a certificate, it is revoked.
    case creationFailed = "creation.failed"
    /// The gateway stopped before the outcome; the grant is spent, and a certificate, should there be one, revoked.
    case creationUnknown = "creation.unknown"
    case credentialDeleted = "credential.deleted"
    case certificateRevoked = "certificate.revoked"
    /// The owner was told of a deletion that a client ordered, or the messenger did not take the message (`delivered`).
    case ownerTold = "owner.told"
    /// After wrong factors a signer, a client or an address has to wait.
    case throttled = "attempts.held"
    /// The operator had what was counted for a signer, a client or an address forgotten.
    case throttlingReset = "attempts.forgotten"
    case credentialUnlocked = "credential.unlocked"
    /// A one-time code was made and is being handed to the partner's messenger.
    case codeSent = "code.sent"
    /// The messenger did not take it; the code is dead.
    case codeUndelivered = "code.undelivered"
    case signatureIntended = "signature.intended"
    case signatureMade = "signature.made"
    /// The device failed for certain before a signature left it; the authorization is usable again.
    case signatureReleased = "signature.released"
    /// The gateway stopped between intent and outcome; the authorization stays spent.
    case signatureUnknown = "signature.unknown"
    /// The gateway stopped between intent and outcome of an asynchronous call; after its start it signs again.
    case signatureResumed = "signature.resumed"
    /// A stored row does not carry the device's MAC of its content.
    case integrityViolated = "integrity.violated"
  }

  public let kind: Kind
  public let fields: JSONObject

  public init(_ kind: Kind, _ fields: [(String, JSONValue)]) {
    self.kind = kind
    self.fields = JSONObject(fields)
  }
}

/// The end of the log: how many entries there are and the hash of the last one.
public struct AuditHead: Sendable, Equatable {
  public var count: Int64
  /// 32 octets; zeros before the first entry.
  public var hash: [UInt8]

  public static let empty = AuditHead(count: 0, hash: [UInt8](repeating: 0, count: 32))

  public init(count: Int64, hash: [UInt8]) {
    self.count = count
    self.hash = hash
  }
}

/// An entry as it is stored.
public struct AuditEntry: Sendable, Equatable {
  /// Counts from 1 without gaps.
  public let sequence: Int64
  /// Canonical JSON of the event, its time, its sequence and the hash of the entry before.
  public let body: [UInt8]
  /// SHA-256(0x00 ‖ body): the leaf hash of RFC 6962 §2.1, so that a Merkle tree can be put over the log.
  public let hash: [UInt8]

  public init(sequence: Int64, body: [UInt8], hash: [UInt8]) {
    self.sequence = sequence
    self.body = body
    self.hash = hash
  }
}
