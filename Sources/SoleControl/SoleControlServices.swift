/// Sole control over the signing keys: who may sign what with which key, and the record of it. One service for each
/// subject; `JobService` stands on them.
public struct SoleControlServices: Sendable {
  public let context: ServiceContext
  public let credentials: CredentialService
  public let factors: FactorService
  public let authorizations: AuthorizationService
  public let signing: SigningService

  /// - Parameters:
  ///   - outside: parties that are asked when factors are checked.
  ///   - timestamps: nil if there is no authority; then nothing may ask for a time-stamp.
  public init(
    _ context: ServiceContext, outside: FactorService.Outside, verifier: any SignatureVerifier,
    timestamps: (any SignatureTimestamping)? = nil
  ) {
    self.context = context
    credentials = CredentialService(context)
    factors = FactorService(context, credentials, outside)
    authorizations = AuthorizationService(context, credentials, factors)
    signing = SigningService(context, credentials, verifier: verifier, timestamps: timestamps)
  }
}
