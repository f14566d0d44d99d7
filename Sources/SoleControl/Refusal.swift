public import Vocabulary

/// A refusal of sole control to do as it was asked. No authorization was spent; a wrong factor was counted.
public enum Refusal: Error, Equatable, Sendable {
  /// The access token of the call was revoked since it was remembered.
  case unknownToken
  case unknownCredential
  case credentialDisabled
  /// The credential is authorized through the authorization server only.
  case authorizedElsewhere
  case tooManySignatures
  /// SCAL 2 without digests.
  case digestsMissing
  /// More digests than signatures.
  case tooManyDigests
  case factorMissing(FactorID)
  /// Several are missing, or one of several: each of these lists would do.
  case factorsMissing([[FactorID]])
  /// The object is not one of this credential's.
  case unknownFactor
  /// The object has no challenge to give, or is not one of the credential's.
  case noChallenge
  /// Too many messages to the customer, or through the partner. Seconds after which another is allowed.
  case tooManyMessages(retryAfter: UnixTime)
  /// Too many wrong factors of the signer, through the client, or from the address. Seconds after which the next is
  /// looked at.
  case tooManyTries(retryAfter: UnixTime)
  case wrongFactor(FactorID)
  /// The eID log-in that was presented is encrypted, and the gateway has no key for it.
  case encryptedToken
  case lockedFactor(FactorID)
  /// Each factor was right, but together they do not satisfy the policy.
  case policyNotSatisfied
  /// The handle of an authorization, or the link to its page, is unknown, another's, or too old.
  case invalidHandle
  case invalidSAD
  case sadExpired
  case digestNotAuthorized
  /// The digest is authorized, and not with what is to be signed along with it.
  case termsNotAuthorized
  /// More signatures than the SAD has left.
  case authorizationExhausted
  case algorithmNotAllowed
  case parametersNotSupported
  case digestLength
  case certificateExpired(organization: String?, commonName: String?)
  /// There is no such job, or no more, or it is not this caller's.
  case unknownJob
  /// Not an address at which the partner may be notified.
  case responseURINotAllowed
  /// Trying again soon can help: the device or a provider is busy, or the same request is still running.
  case unavailable
  /// An eID provider does not answer. Seconds after which trying again can help.
  case providerUnavailable(retryAfter: UnixTime)
}

/// Faults that are not the caller's. The detail is for the log.
public enum InternalFault: Error, Equatable, Sendable {
  /// A row without its MAC: someone edited the store.
  case rowIntegrity(CredentialID)
  /// A credential that says it is for a kind of signature that its certificate does not bear out. The text tells what
  /// is wrong and what to do.
  case unfoundedQualifier(CredentialID, String)
  /// A job that the gateway did not write so.
  case jobIntegrity(JobID)
  /// A credential that was about to be made or changed does not fit together.
  case contradictoryCredential(CredentialID)
  case device(DeviceError)
  /// An eID provider takes no request from us: the configuration is wrong. The provider's word for it.
  case eidProvider(String)
  /// A factor needs messages, and the partner has no messenger: the configuration is wrong.
  case noMessenger(PartnerID)
  /// The device's signature does not verify with the credential's public key.
  case signatureDoesNotVerify
  /// The time-stamping authority made no token for a signature; the signature was not released.
  case timestamp(SignatureTimestampError)
  /// Whether the signature was recorded is unknown; it was not released.
  case outcomeUnknown
}
