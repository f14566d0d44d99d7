public import AuditLog
import WireJSON

/// What a new credential shall be.
public struct CredentialPlan: Sendable {
  public enum Factor: Sendable {
    case pin(String)
    /// The secret octets of the authenticator app.
    case otp(secret: [UInt8])
    case sms(MessageRecipient)
    case page(MessageRecipient, pin: String)
    case eid(issuer: String, subject: String, minimumLevel: AssuranceLevel)
    /// The customer's name in the partner's statements.
    case partner(subject: String)
    /// - Parameter hint: `login_hint`, complete (`LoginHint`).
    case eidApp(issuer: String, subject: String, minimumLevel: AssuranceLevel, hint: String)
  }

  public var id: CredentialID
  public var partner: PartnerID
  public var signer: SignerID
  public var description: String
  public var qualifier: String?
  public var keyType: KeyType
  public var mode: AuthorizationMode
  public var expression: FactorExpression?
  public var factors: [Factor]
  public var scal: SCAL
  public var multisign: Int

  public init(
    id: CredentialID, partner: PartnerID, signer: SignerID, description: String, qualifier: String? = nil,
    keyType: KeyType,
    mode: AuthorizationMode, expression: FactorExpression?, factors: [Factor], scal: SCAL, multisign: Int
  ) {
    self.id = id
    self.partner = partner
    self.signer = signer
    self.description = description
    self.qualifier = qualifier
    self.keyType = keyType
    self.mode = mode
    self.expression = expression
    self.factors = factors
    self.scal = scal
    self.multisign = multisign
  }
}

extension SigningService {
  /// Makes a credential: key pair in the device, certificate from `issue`, protected row in the store.
  ///
  /// - Parameter issue: gets the public key (SubjectPublicKeyInfo, DER) and returns its certificate.
  public func createCredential(
    _ plan: CredentialPlan, keys: any KeyMaker,
    issue: @Sendable (_ publicKey: [UInt8]) async throws -> Certificate
  ) async throws -> Credential {
    let authenticators = try await authenticators(plan, keys)
    let (wrapped, publicKey) = try await keys.makeKeyPair(plan.keyType)
    let certificate = try await issue(publicKey)
    guard certificate.publicKey == publicKey else { throw InternalFault.contradictoryCredential(plan.id) }
    let credential = Credential(
      id: plan.id, partner: plan.partner, signer: plan.signer, description: plan.description,
      qualifier: plan.qualifier, keyType: plan.keyType, wrappedKey: wrapped, certificate: certificate,
      mode: plan.mode, expression: plan.expression, authenticators: authenticators, scal: plan.scal,
      multisign: plan.multisign, isEnabled: true)
    try await put(credential, events: credential.eventsOfCreation)
    return credential
  }

  /// Stores the credential's row with its MAC.
  public func put(_ credential: Credential, events: [AuditEvent]) async throws {
    guard credential.isConsistent else { throw InternalFault.contradictoryCredential(credential.id) }
    let text = credential.canonical()
    let row = ProtectedRow(text: text, mac: try await macs([(.credentialRow, text)])[0])
    let now = clock.now()
    try await store.write { transaction in
      try transaction.put(row, of: credential)
      for event in events { try transaction.append(event, at: now) }
    }
  }

  private func authenticators(_ plan: CredentialPlan, _ keys: any KeyMaker) async throws -> [Authenticator] {
    var authenticators: [Authenticator] = []
    for factor in plan.factors {
      switch factor {
      case .pin(let pin):
        let (salt, verifier) = try await verifier(of: pin, plan.id)
        authenticators.append(.pin(salt: salt, verifier: verifier))
      case .otp(let secret): authenticators.append(.otp(secret: try await keys.wrap(secret: secret)))
      case .sms(let recipient): authenticators.append(.sms(recipient))
      case .page(let recipient, let pin):
        let (salt, verifier) = try await verifier(of: pin, plan.id)
        authenticators.append(.page(recipient, salt: salt, verifier: verifier))
      case .eid(let issuer, let subject, let level):
        authenticators.append(.eid(issuer: issuer, subject: subject, minimumLevel: level))
      case .partner(let subject): authenticators.append(.partner(subject: subject))
      case .eidApp(let issuer, let subject, let level, let hint):
        authenticators.append(.eidApp(issuer: issuer, subject: subject, minimumLevel: level, hint: hint))
      }
    }
    return authenticators
  }

  /// What is kept of a PIN, and fits this credential only.
  package func verifier(
    of pin: String, _ credential: CredentialID
  ) async throws -> (salt: [UInt8], verifier: [UInt8]) {
    let salt = try await random(16)
    return (salt, try await macs([(.pin, Self.pinMessage(pin, credential, salt: salt))])[0])
  }
}

extension Credential {
  /// For the audit log.
  package var eventsOfCreation: [AuditEvent] {
    [
      AuditEvent(
        .keyMade,
        [
          ("credential", .string(id.rawValue)), ("signer", .string(signer.rawValue)),
          ("partner", .string(partner.rawValue)),
          ("keyType", .string(keyType.name)),
        ]),
      AuditEvent(
        .certificateIssued,
        [("credential", .string(id.rawValue)), ("serialNumber", .string(certificate.serialNumber))]),
    ]
  }
}

extension SigningService {
  /// Appends an event that is about no other state of the store, such as a person's registration.
  public func record(_ event: AuditEvent) async throws {
    let now = clock.now()
    try await store.write { try $0.append(event, at: now) }
  }
}
