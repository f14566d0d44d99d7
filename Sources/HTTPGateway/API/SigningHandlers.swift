internal import Attempts
internal import CSCModel
internal import Hummingbird
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// `credentials/authorize`
  func authorize(
    _ request: AuthorizeRequest, _ version: APIVersion, as principal: Principal, from origin: Origin
  ) async throws -> Response {
    let (presented, outOfBand) = try Self.factors(request, version)
    var asked = AuthorizationRequest(
      credential: CredentialID(request.credentialID), numSignatures: request.numSignatures,
      hashAlgorithm: request.hashAlgorithm?.core, digests: request.digests ?? [],
      presented: presented, oneTimeCode: request.oneTimeCode)
    asked.outOfBand = outOfBand
    asked.origin = origin
    asked.description = request.description
    return Response(try await signing.begin(asked, as: principal))
  }

  /// `credentials/authorizeCheck`
  func authorizeCheck(_ request: AuthorizeCheckRequest, as principal: Principal) async throws -> Response {
    Response(try await signing.check(handle: request.handle, as: principal))
  }

  /// `signatures/signHash`
  func signHash(
    _ request: CSCModel.SignHashRequest, _ version: APIVersion, as caller: Caller
  ) async throws -> Response {
    let principal = caller.principal
    guard let sad = Self.sad(request.sad, caller) else {
      // An unknown credential is the earlier fault.
      _ = try await signing.credential(CredentialID(request.credentialID), as: principal)
      throw Refusal.invalidSAD
    }
    let signingRequest = SigningRequest(
      credential: CredentialID(request.credentialID), sad: sad, algorithm: request.algorithm.core,
      digests: request.digests)
    switch request.mode {
    case .synchronous:
      return Response(json: .signatures(of: try await signing.sign(signingRequest, as: principal)))
    case .asynchronous(let validity, let responseURI):
      let job = try await jobs.submit(
        JobRequest(signingRequest, validity: validity, responseURI: responseURI), as: principal)
      return Response(json: ["responseID": .string(job.text)])
    }
  }

  /// The SAD of a request: in the body, or the bearer itself (CSC v2 §11.10). Both, and different: neither.
  static func sad(_ text: String?, _ caller: Caller) -> SignatureActivationData? {
    let named = text.flatMap(Base64.decode).flatMap(SignatureActivationData.init(octets:))
    guard let bearer = caller.sad else { return named }
    return text == nil || named == bearer ? bearer : nil
  }

  /// Objects that the caller presents need a value; those that the customer is asked for past the caller must not have
  /// one (CSC v2 §8.5), and v1 has no second call to ask for the result.
  private static func factors(
    _ request: AuthorizeRequest, _ version: APIVersion
  ) throws -> (presented: [FactorID: String], outOfBand: Set<FactorID>) {
    var presented: [FactorID: String] = [:]
    var outOfBand: Set<FactorID> = []
    for (id, value) in request.factors {
      switch (FactorID(rawValue: id), value) {
      case (let factor?, let value?) where !factor.isOutOfBand && presented[factor] == nil: presented[factor] = value
      case (let factor?, nil) where factor.isOutOfBand && version == .v2: outOfBand.insert(factor)
      default: throw Refusal.unknownFactor
      }
    }
    return (presented, outOfBand)
  }
}

extension JSONValue {
  /// The answer of `signatures/signHash`, at once or to polling.
  static func signatures(of result: SigningResult) -> JSONValue {
    ["signatures": .array(result.signatures.map { .string(Base64.encode($0)) })]
  }
}

extension WireHashAlgorithm {
  var core: HashAlgorithm {
    switch self {
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    }
  }
}

extension CSCModel.SignHashRequest.Algorithm {
  var core: SignatureAlgorithm {
    switch self {
    case .rsaPKCS1(let hash): .rsaPKCS1(hash.core)
    case .ecdsa(let hash): .ecdsa(hash.core)
    case .rsaPSS(let parameters):
      .rsaPSS(
        hash: parameters.hash.core, maskGenerationHash: parameters.maskGenerationHash.core,
        saltLength: parameters.saltLength)
    }
  }
}
