public import Throttling
import AuditLog
import Octets
import WireJSON

/// Through what a credential is authorized.
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
  /// What the caller presents for each factor.
  public var presented: [FactorID: String]
  /// v1's `OTP`, which names no factor: the credential's one-time code, whichever it has.
  public var oneTimeCode: String?
  public var channel = AuthorizationChannel.api
  /// Factors that the customer shall be asked for past the caller.
  public var outOfBand: Set<FactorID> = []
  /// Where the factors come from; nil if nobody knows.
  public var origin: Origin?
  /// What the caller says about the transaction; shown to the customer where there is a page or a message.
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

/// A SAD, once: it is not stored and cannot be had again.
public struct Authorization: Sendable {
  public let sad: SignatureActivationData
  /// The ledger's name of the SAD.
  public let activation: ActivationDigest
  /// Seconds.
  public let expiresIn: UnixTime
}

extension SigningService {
  /// Checks the factors that a credential's policy demands and issues a SAD.
  ///
  /// The costly part of each check (a MAC in the device, a visit to the provider) is done first and decides
  /// nothing. Then one transaction counts the tries, compares, uses up what can be used once, and makes the SAD
  /// alive, so there is no try that is not counted and no SAD that is not recorded.
  public func authorize(_ request: AuthorizationRequest, as principal: Principal) async throws -> Authorization {
    let now = try decidingTime()
    guard let row = try await store.read({ try $0.credential(request.credential) }) else {
      throw Refusal.unknownCredential
    }
    let credential = try await confirmed(row, id: request.credential)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    let request = try request.resolved(for: credential)
    guard request.outOfBand.isEmpty else { throw Refusal.policyNotSatisfied }
    try Self.check(request, credential)

    let random = try await randomID()
    let throttle = FactorThrottle(credential, client: principal.client, origin: request.origin)
    let checks = try await prepare(request, for: credential, throttle, evidencePrefix: random, now: now)
    var binding = Binding(
      service: rules.service, partner: credential.partner, client: request.channel.client, signer: credential.signer,
      credential: credential.id, scal: credential.scal, numSignatures: request.numSignatures,
      hashAlgorithm: request.hashAlgorithm,
      digests: request.digests, evidence: [], issued: now, expires: now + rules.activationLife)
    let sadID = try await sadID()
    let (decided, text, mac) = try await complete(checks, thenAuthenticate: .activation, prefix: sadID) {
      binding.evidence = $0
      return binding.canonical()
    }
    let sad = SignatureActivationData(id: sadID, mac: mac)
    let granted = binding

    let activation = Activation(digest: sad.digest, binding: text, expires: binding.expires)
    let rules = rules
    let refusal: Refusal? = try await store.write { transaction in
      guard try transaction.mac(of: credential.id) == row.mac else { throw Refusal.unavailable }
      if let refusal = try throttle.decide(decided, transaction, rules, now) { return refusal }
      try transaction.add(activation, slots: request.numSignatures)
      try transaction.append(Self.granted(activation, granted), at: now)
      return nil
    }
    if let refusal { throw refusal }
    return Authorization(sad: sad, activation: activation.digest, expiresIn: rules.activationLife)
  }

  func sadID() async throws -> [UInt8] {
    do { return try await device.random(count: SignatureActivationData.idLength) } catch { throw error.asFault }
  }

  /// What can be refused before anybody is asked for a factor: whether such an authorization can be had at all.
  public func check(_ request: AuthorizationRequest, as principal: Principal) async throws -> Credential {
    let credential = try await credential(request.credential, as: principal)
    try Self.checkRequest(request, credential)
    return credential
  }

  static func checkRequest(_ request: AuthorizationRequest, _ credential: Credential) throws {
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    guard (credential.mode == .oauth2code) == (request.channel != .api) else { throw Refusal.authorizedElsewhere }
    guard request.numSignatures <= credential.multisign else { throw Refusal.tooManySignatures }
    guard credential.scal == .one || !request.digests.isEmpty else { throw Refusal.digestsMissing }
    guard request.digests.count <= request.numSignatures else { throw Refusal.tooManyDigests }
  }

  static func check(_ request: AuthorizationRequest, _ credential: Credential) throws {
    try checkRequest(request, credential)
    try check(factors: Set(request.presented.keys).union(request.outOfBand), credential)
  }

  /// Whether these factors, if they are right, are what the credential demands.
  package static func check(factors: Set<FactorID>, _ credential: Credential) throws {
    guard let expression = credential.expression else {
      guard credential.mode == .implicit else { throw InternalFault.rowIntegrity(credential.id) }
      return
    }
    // Only what has an authenticator is checked, so only that counts.
    let presented = factors.intersection(credential.authenticators.map(\.factor))
    guard !expression.isSatisfied(by: presented) else { return }
    throw Refusal(missing: expression.missing(from: presented))
  }

  /// - Parameter pending: id of the authorization that waited for the customer.
  static func granted(_ activation: Activation, _ binding: Binding, pending: String? = nil) -> AuditEvent {
    AuditEvent(
      .authorizationGranted,
      (pending.map { [("pending", .string($0))] } ?? []) + [
        ("activation", .string(Hex.encode(activation.digest.bytes))),
        ("credential", .string(binding.credential.rawValue)), ("signer", .string(binding.signer.rawValue)),
        ("partner", .string(binding.partner.rawValue)), ("client", .string(binding.client?.rawValue ?? "")),
        ("numSignatures", .integer(Int64(binding.numSignatures))),
        ("digests", .array(binding.digests.map { .string(Hex.encode($0)) })),
        ("evidence", .array(binding.evidence.map(\.json))),
        ("expires", .integer(binding.expires)),
      ])
  }
}

extension AuthorizationChannel {
  fileprivate var client: ClientID? { if case .authorizationServer(let client) = self { client } else { nil } }
}
