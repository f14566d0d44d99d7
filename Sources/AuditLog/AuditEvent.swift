public import WireJSON

/// An event, for an auditor. Fields hold ids, digests and codes; personal data, PINs, tokens and SADs
/// never enter the log.
public struct AuditEvent: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case serviceStarted = "service.started"
    /// The operator said that the clock is right though it had been ahead: from here on the times go on from an earlier
    /// one.
    case clockAccepted = "clock.accepted"
    /// The operator said that the database was put back to an older copy knowingly: entries after it, and what they
    /// tell of, are lost.
    case databaseRestored = "database.restored"
    /// The sums of rows began, with the rows that a database of a build before had.
    case rowsAdopted = "rows.adopted"
    /// The operator said that the service goes on with rows that somebody else put back, removed or added.
    case rowsAccepted = "rows.accepted"
    case subjectRegistered = "subject.registered"
    /// A partner registered a person or an organisation.
    case signerOpened = "signer.opened"
    /// A partner changed where a signer is reached, its language, or its own name for it.
    case contactChanged = "contact.changed"
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
    /// A person granted on the page that a credential be made, or deleted; or a trusted client did (`byClient`).
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
    /// The person whom a client's order invited set no factor in time; the credential is gone, and its certificate
    /// revoked.
    case creationExpired = "creation.expired"
    /// The person who was invited refused the credential; it is gone, and its certificate revoked.
    case creationRefused = "creation.refused"
    /// A person set a credential's factor by a link (`link`), after which it can be used.
    case factorSet = "factor.set"
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
    /// An operator changed a contract (`act`), under a signature that stands in the entry.
    case configurationChanged = "configuration.changed"
    /// An operator proposed a change that takes a second person.
    case changeProposed = "change.proposed"
    /// A second operator approved it; `configuration.changed` follows.
    case changeApproved = "change.approved"
    /// An operator rejected it, or withdrew it.
    case changeRejected = "change.rejected"
    /// Somebody wanted to change a contract who may not.
    case accessRefused = "access.refused"
    /// A stored row does not carry the device's MAC of its content.
    case integrityViolated = "integrity.violated"
  }

  public let kind: Kind
  /// Id of the partner whose customers it is about; nil if it is about none, or more than one. Stands in the entry's
  /// header as a keyed digest, so that all entries of one partner can be found without those of others.
  public let partner: String?
  public let fields: JSONObject

  /// - Parameter partner: nil if the fields name it as `partner`, or it is not known.
  public init(_ kind: Kind, partner: String? = nil, _ fields: [(String, JSONValue)]) {
    self.kind = kind
    self.fields = JSONObject(fields)
    self.partner = partner ?? self.fields["partner"]?.string
  }
}
