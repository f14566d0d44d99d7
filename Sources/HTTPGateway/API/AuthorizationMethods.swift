internal import CSCModel
internal import Hummingbird
internal import Octets
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// Methods that lead to a SAD: factors, and the exchange of a SAD.
struct AuthorizationMethods: Sendable {
  let soleControl: SoleControlServices
  /// Whether callers can ask what became of an authorization out of band: not in v1, which has no such method.
  let offersCheck: Bool

  /// `credentials/authorize`
  func authorize(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try AuthorizeRequest(fields, call.version)
    let (presented, outOfBand) = try factors(request)
    var asked = AuthorizationRequest(
      credential: CredentialID(request.credentialID), numSignatures: request.numSignatures,
      hashAlgorithm: request.hashAlgorithm, digests: request.digests ?? [],
      presented: presented, oneTimeCode: request.oneTimeCode)
    asked.outOfBand = outOfBand
    asked.origin = call.origin.server
    asked.description = request.description
    return Response(try await soleControl.authorizations.begin(asked, as: call.principal))
  }

  /// `credentials/authorizeCheck`
  func check(_ fields: Fields, _ call: APICall) async throws -> Response {
    Response(
      try await soleControl.authorizations.check(handle: AuthorizeCheckRequest(fields).handle, as: call.principal))
  }

  /// `credentials/extendTransaction`
  func extend(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try ExtendTransactionRequest(fields, call.version)
    guard let sad = Base64.decode(request.sad).flatMap(SignatureActivationData.init(octets:)) else {
      // An unknown credential is the earlier fault.
      _ = try await soleControl.credentials.credential(CredentialID(request.credentialID), as: call.principal)
      throw Refusal.invalidSAD
    }
    return Response(
      try await soleControl.authorizations.extend(
        ExtensionRequest(
          credential: CredentialID(request.credentialID), sad: sad, hashAlgorithm: request.hashAlgorithm,
          digests: request.digests ?? []), as: call.principal))
  }

  /// `credentials/getChallenge`
  func challenge(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try GetChallengeRequest(fields)
    let text = try await soleControl.factors.challenge(
      for: CredentialID(request.credentialID), factor: FactorID(rawValue: request.authObjectID),
      description: request.description, as: call.principal, from: call.origin.server)
    // A challenge may go another way.
    guard let text else { return Response(status: .noContent) }
    return Response(json: ["challenge": .string(text)])
  }

  /// `credentials/sendOTP`
  func sendCode(_ fields: Fields, _ call: APICall) async throws -> Response {
    let request = try SendOTPRequest(fields)
    do {
      try await soleControl.factors.sendCode(
        for: CredentialID(request.credentialID), description: request.description, as: call.principal,
        from: call.origin.server)
    } catch Refusal.noChallenge {
      throw CSCError.noOnlineOTP
    } catch Refusal.lockedFactor {
      throw CSCError.otpLocked
    }
    return Response(status: .noContent)
  }

  /// Objects that the caller presents need a value; those that the customer is asked for out of band must not have
  /// one (CSC v2 §11.8), and need a second call to ask for the result.
  private func factors(
    _ request: AuthorizeRequest
  ) throws -> (presented: [FactorID: String], outOfBand: Set<FactorID>) {
    var presented: [FactorID: String] = [:]
    var outOfBand: Set<FactorID> = []
    for (id, value) in request.factors {
      switch (FactorID(rawValue: id), value) {
      case (let factor?, let value?) where !factor.isOutOfBand && presented[factor] == nil: presented[factor] = value
      case (let factor?, nil) where factor.isOutOfBand && offersCheck: outOfBand.insert(factor)
      default: throw Refusal.unknownFactor
      }
    }
    return (presented, outOfBand)
  }
}

extension Response {
  /// A SAD, or a handle to ask for it with.
  fileprivate init(_ outcome: AuthorizationOutcome) {
    switch outcome {
    case .granted(let authorization): self.init(authorization)
    case .pending(let handle): self.init(json: ["handle": .string(handle)], status: .accepted)
    }
  }

  /// A SAD, which no method answers in another way.
  fileprivate init(_ authorization: Authorization) {
    self.init(json: [
      "SAD": .string(Base64.encodeURL(authorization.sad.octets)), "expiresIn": .integer(authorization.expiresIn),
    ])
  }
}
