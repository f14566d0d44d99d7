public import Throttling
public import Vocabulary

/// Channel through which a credential is authorized.
public enum AuthorizationChannel: Sendable, Equatable {
  /// `credentials/authorize`: the partner's software collects the factors.
  case api
  /// The authorization server's own page, for this client.
  case authorizationServer(ClientID)
}

/// A call of credentials/authorize, or a consent, as sole control sees it.
public struct AuthorizationRequest: Sendable {
  public var credential: CredentialID
  /// At least 1.
  public var numSignatures: Int
  public var hashAlgorithm: HashAlgorithm?
  /// Raw digests in request order; empty if none were named.
  public var digests: [[UInt8]]
  /// All that goes with each of the digests, in their order; empty if the caller could not say.
  public var terms: [AuthorizedTerms?] = []
  /// Whether the caller could say.
  public var saysTerms = false
  /// Values that the caller presents, by factor.
  public var presented: [FactorID: String]
  /// v1's `OTP`, which names no factor: the credential's one-time code, whichever it has.
  public var oneTimeCode: String?
  public var channel = AuthorizationChannel.api
  /// Factors that the customer is to be asked for out of band.
  public var outOfBand: Set<FactorID> = []
  /// Origin of the factors; nil if unknown.
  public var origin: Origin?
  /// The caller's description of the transaction; shown to the customer where there is a page or a message.
  public var description: String?

  public init(
    credential: CredentialID, numSignatures: Int, hashAlgorithm: HashAlgorithm?, digests: [[UInt8]],
    presented: [FactorID: String], oneTimeCode: String? = nil, channel: AuthorizationChannel = .api
  ) {
    self.credential = credential
    self.numSignatures = numSignatures
    self.hashAlgorithm = hashAlgorithm
    self.digests = digests
    self.presented = presented
    self.oneTimeCode = oneTimeCode
    self.channel = channel
  }
}

extension AuthorizationChannel {
  var client: ClientID? { if case .authorizationServer(let client) = self { client } else { nil } }
}

extension AuthorizationRequest {
  /// With v1's `OTP` at the factor that it stands for: the code that was sent if the policy knows one, else that of the
  /// authenticator app.
  func resolved(for credential: Credential) throws -> AuthorizationRequest {
    guard let oneTimeCode else { return self }
    var request = self
    request.oneTimeCode = nil
    // Twice the same factor, as `OTP` and in `authData`.
    guard request.presented.updateValue(oneTimeCode, forKey: credential.oneTimeCodeFactor) == nil else {
      throw Refusal.unknownFactor
    }
    return request
  }

  /// Whether the credential can be authorized so, whatever the factors are.
  func checkRequest(_ credential: Credential) throws {
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    guard (credential.mode == .oauth2code) == (channel != .api) else { throw Refusal.authorizedElsewhere }
    guard numSignatures <= credential.multisign else { throw Refusal.tooManySignatures }
    guard credential.scal == .one || !digests.isEmpty else { throw Refusal.digestsMissing }
    guard digests.count <= numSignatures else { throw Refusal.tooManyDigests }
  }

  /// Whether the credential can be authorized so with these factors, if they are right.
  func check(_ credential: Credential) throws {
    try checkRequest(credential)
    try credential.check(factors: Set(presented.keys).union(outOfBand))
  }
}

extension Credential {
  /// The factor that v1 calls OTP.
  public var oneTimeCodeFactor: FactorID { expression?.factors.contains(.sms) == true ? .sms : .otp }

  /// Whether these factors, if they are right, are those that the credential demands.
  package func check(factors: Set<FactorID>) throws {
    guard let expression else {
      guard mode == .implicit else { throw InternalFault.rowIntegrity(id) }
      return
    }
    // Only a factor with an authenticator is checked, so only that counts.
    let presented = factors.intersection(authenticators.map(\.factor))
    guard !expression.isSatisfied(by: presented) else { return }
    throw Refusal(missing: expression.missing(from: presented))
  }
}
