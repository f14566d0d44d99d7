// Sole control over the signing keys (EN 419 241-1): who may sign what with which key, and the record of it.
// - `Credentials/`: a key with its certificate and its rules, under one MAC of the device.
// - `Factors/`: how a person proves to be the owner; one file for each (Specs/contributing.md tells how to add
//   one).
// - `Authorization/`: from proofs to a SAD: at once, after a wait, extended, revoked.
// - `Signing/`: the ledger and the nine steps of a signature. Begin with `Sign`.
// - `Jobs/`: signatures that are fetched later.
// - `Ports/`: what sole control needs of a device, a store, and of others.
//
// It has no sockets, files, clocks or randomness of its own. Design: Specs/design/signing.md and
// authentication.md.

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
