import SoleControl
import Throttling
public import Vocabulary

extension IssuanceService {
  /// A trusted client orders that a credential of its partner's customer be deleted (CSC v2 §8.2.2, note 23). The owner
  /// gives no factors, and is told when it is done (§11.5). Whom to trust is the caller's to know.
  ///
  /// - Parameter principal: the client, of no signer.
  /// The orders of a client are counted, so that a stolen secret does not end the credentials of all customers at once.
  ///
  /// - Throws: `Refusal.unknownCredential`, `Refusal.tooManyTries`; `IssuanceRefusal.onlyByOwner` for a qualified
  ///   credential, and for one whose owner could not be told. Nothing was used.
  public func grantDeletion(
    of id: CredentialID, byTrusted client: ClientID, as principal: Principal
  ) async throws -> IssuedLifecycleToken {
    let credential = try await soleControl.credentials.usable(id, for: .deletion, as: principal).credential
    guard !credential.isQualified, try await soleControl.factors.reachableRecipient(of: credential) != nil else {
      throw IssuanceRefusal.onlyByOwner
    }
    guard let token = LifecycleToken(octets: try await soleControl.context.random(LifecycleToken.length)) else {
      throw InternalFault.device(.fault)
    }
    let now = clock.now()
    let grant = LifecycleGrant(
      kind: .deletion, digest: token.digest, service: rules.service, partner: credential.partner, client: client,
      signer: credential.signer, credential: id, expires: now + rules.grantLife, isByClient: true)
    let count = ThrottleKey(
      .deletionClient, client.rawValue, owner: ThrottleKey.owner(ofClient: client.rawValue))
    try await add(grant, counts: [count], at: now)
    return IssuedLifecycleToken(token: token, grant: grant, expiresIn: rules.grantLife)
  }
}

extension Credential {
  /// Whether it may be for qualified signatures, or has a qualified certificate, by its own word or the certificate's.
  /// A qualifier that is not known may say so, and so may what cannot be read.
  var isQualified: Bool {
    let isCalledSo = qualifier.map { SignatureQualifier(rawValue: $0)?.needsQualifiedCertificate ?? true } ?? false
    guard let leaf = certificate.chain.first, let statements = CertificateStatements(certificate: leaf),
      statements.isWhole
    else { return true }
    return isCalledSo || statements.qualified.contains(OID.qualifiedCompliance)
      || statements.policies.contains { $0.hasPrefix(OID.qualifiedPolicies) }
  }
}
