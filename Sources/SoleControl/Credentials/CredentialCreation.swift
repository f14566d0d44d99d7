public import AuditLog
import Octets
public import Vocabulary
import WireJSON

/// Properties of a credential to be made.
public struct CredentialPlan: Sendable {
  /// A person's input for a factor, such as a PIN, and how the authenticator is made of it. Each factor's file names
  /// its input.
  public struct Factor: Sendable {
    let make: @Sendable (CredentialID, any KeyMaker, ServiceContext) async throws -> Authenticator
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

extension CredentialService {
  /// Makes a credential: key pair in the device, certificate from `issue`, protected row in the store.
  ///
  /// - Parameter issue: gets the public key (SubjectPublicKeyInfo, DER) and returns its certificate.
  public func createCredential(
    _ plan: CredentialPlan, keys: any KeyMaker,
    issue: @Sendable (_ publicKey: [UInt8]) async throws -> Certificate
  ) async throws -> Credential {
    var authenticators: [Authenticator] = []
    for factor in plan.factors { authenticators.append(try await factor.make(plan.id, keys, context)) }
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

  /// Stores the credential with the device's MAC over it.
  ///
  /// - Throws: `InternalFault.contradictoryCredential`; `unfoundedQualifier` if its certificate does not bear out its
  ///   qualifier.
  public func put(_ credential: Credential, events: [AuditEvent]) async throws {
    guard credential.isConsistent else { throw InternalFault.contradictoryCredential(credential.id) }
    if let fault = credential.qualifierFault { throw fault }
    let row = try await context.protectedRow(credential)
    try await write(reading: [.credential(credential.id, .exclusive)]) { transaction in
      try transaction.put(row, of: credential)
      for event in events { try transaction.append(event) }
    }
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
        .certificateIssued, partner: partner.rawValue,
        [
          ("credential", .string(id.rawValue)), ("serialNumber", .string(certificate.serialNumber)),
          ("certificate", .octets(OctetDigest.sha256(certificate.chain.first ?? []))),
        ]),
    ]
  }
}
