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
  /// Makes a credential: key pair in the device, certificate from `issue`, sealed row in the store.
  ///
  /// - Parameter issue: gets the public key (SubjectPublicKeyInfo, DER) and returns its certificate.
  public func enrol(
    _ plan: CredentialPlan, keys: any KeyMaker,
    issue: @Sendable (_ publicKey: [UInt8]) async throws -> Certificate
  ) async throws -> Credential {
    let enrolments = try await enrolments(plan, keys)
    let (wrapped, publicKey) = try await keys.makeKeyPair(plan.keyType)
    let certificate = try await issue(publicKey)
    guard certificate.publicKey == publicKey else { throw InternalFault.contradictoryCredential(plan.id) }
    let credential = Credential(
      id: plan.id, partner: plan.partner, signer: plan.signer, description: plan.description,
      qualifier: plan.qualifier, keyType: plan.keyType, wrappedKey: wrapped, certificate: certificate,
      mode: plan.mode, expression: plan.expression, enrolments: enrolments, scal: plan.scal,
      multisign: plan.multisign, isEnabled: true)
    try await put(
      credential,
      events: Self.events(ofNew: credential))
    return credential
  }

  /// Seals the credential's row and stores it.
  public func put(_ credential: Credential, events: [AuditEvent]) async throws {
    guard credential.isConsistent else { throw InternalFault.contradictoryCredential(credential.id) }
    let text = credential.canonical()
    let row = SealedRow(text: text, seal: try await codes([(.credentialRow, text)])[0])
    let now = clock.now()
    try await store.write { transaction in
      try transaction.put(row, of: credential)
      for event in events { try transaction.append(event, at: now) }
    }
  }

  private func enrolments(_ plan: CredentialPlan, _ keys: any KeyMaker) async throws -> [Enrolment] {
    var enrolments: [Enrolment] = []
    for factor in plan.factors {
      switch factor {
      case .pin(let pin):
        let (salt, verifier) = try await verifier(of: pin, plan.id)
        enrolments.append(.pin(salt: salt, verifier: verifier))
      case .otp(let secret): enrolments.append(.otp(secret: try await keys.wrap(secret: secret)))
      case .sms(let recipient): enrolments.append(.sms(recipient))
      case .page(let recipient, let pin):
        let (salt, verifier) = try await verifier(of: pin, plan.id)
        enrolments.append(.page(recipient, salt: salt, verifier: verifier))
      case .eid(let issuer, let subject, let level):
        enrolments.append(.eid(issuer: issuer, subject: subject, minimumLevel: level))
      case .partner(let subject): enrolments.append(.partner(subject: subject))
      case .eidApp(let issuer, let subject, let level, let hint):
        enrolments.append(.eidApp(issuer: issuer, subject: subject, minimumLevel: level, hint: hint))
      }
    }
    return enrolments
  }

  func verifier(of pin: String, _ credential: CredentialID) async throws -> (salt: [UInt8], verifier: [UInt8]) {
    let salt = try await device.random(count: 16)
    return (salt, try await codes([(.pin, Self.pinMessage(pin, credential, salt: salt))])[0])
  }
}

extension SigningService {
  /// Appends an event that is about no other state of the store, such as a person's enrolment.
  public func record(_ event: AuditEvent) async throws {
    let now = clock.now()
    try await store.write { try $0.append(event, at: now) }
  }
}
