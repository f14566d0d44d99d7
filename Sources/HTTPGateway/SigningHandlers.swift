internal import CSCModel
internal import Hummingbird
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// `credentials/authorize`
  func authorize(
    _ request: AuthorizeRequest, _ version: APIVersion, as principal: Principal
  ) async throws -> Response {
    let authorization = try await signing.authorize(
      AuthorizationRequest(
        credential: CredentialID(request.credentialID), numSignatures: request.numSignatures,
        hashAlgorithm: request.hashAlgorithm?.core, digests: request.digests ?? [],
        presented: try Self.presented(request), oneTimeCode: request.oneTimeCode), as: principal)
    return Response(authorization)
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

  /// Every object of this service needs a value.
  private static func presented(_ request: AuthorizeRequest) throws -> [FactorID: String] {
    var presented: [FactorID: String] = [:]
    for (id, value) in request.factors {
      guard let factor = FactorID(rawValue: id) else { throw Refusal.unknownFactor }
      guard let value, presented.updateValue(value, forKey: factor) == nil else { throw Refusal.unknownFactor }
    }
    return presented
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
  fileprivate var core: SignatureAlgorithm {
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
