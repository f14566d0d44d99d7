import Octets
public import SoleControl
public import Vocabulary

extension AuthorizationRequest {
  /// The factors to ask for when another credential is to be made: bound to the policy, and no signature, so that
  /// anything bound to a request, such as the nonce of an eID log-in, fits nothing else, and the other way round.
  public static func creation(
    policy: String, by credential: CredentialID, presented: [FactorID: String] = [:]
  ) -> AuthorizationRequest {
    AuthorizationRequest(
      credential: credential, numSignatures: 0, hashAlgorithm: nil,
      digests: [OctetDigest.sha256("credential-creation \(policy)")], presented: presented)
  }

  /// The factors to ask for when a credential is to be deleted: no signature at all, so that anything bound to a
  /// request, such as the nonce of an eID log-in, fits no signature, and the other way round.
  public static func deletion(of credential: CredentialID, presented: [FactorID: String] = [:]) -> AuthorizationRequest
  {
    AuthorizationRequest(
      credential: credential, numSignatures: 0, hashAlgorithm: nil, digests: [], presented: presented)
  }
}
