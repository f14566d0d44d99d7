extension SigningService {
  /// The credential, if the principal may sign with it now and so.
  public func credential(
    _ id: CredentialID, for algorithms: Set<SignatureAlgorithm>, as principal: Principal
  ) async throws -> Credential {
    let credential = try await credential(id, as: principal)
    try check(algorithms, credential)
    try checkCertificate(credential, clock.now())
    return credential
  }

  /// The credential for a kind of signature, when the caller does not name one (CSC v2 §11.11
  /// `signatureQualifier`): the one that the SAD was made for, if it is of that kind; else the signer's first one that
  /// is enabled and valid.
  ///
  /// - Returns: nil if there is none.
  public func credential(
    qualified qualifier: String, authorizedBy sad: SignatureActivationData?, as principal: Principal
  ) async throws -> CredentialID? {
    if let sad, let (binding, _) = try await binding(of: sad) {
      let named = try await credential(binding.credential, as: principal)
      if named.qualifier == qualifier { return named.id }
    }
    guard let signer = principal.signer else { return nil }
    let now = clock.now()
    return try await credentials(of: signer, after: nil, limit: 1000, as: principal)
      .first { $0.qualifier == qualifier && $0.isEnabled && $0.isValid(at: now) }?.id
  }
}
