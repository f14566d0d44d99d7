internal import BlockingWork
internal import CSCModel
internal import DocumentSigning
internal import Hummingbird
internal import Issuance
internal import OAuth
internal import Registry
internal import SoleControl
internal import TimestampAuthority
internal import Vocabulary
internal import WireJSON

/// Answers calls that fail by the rows of the CSC API's tables.
struct APIErrors: RouterMiddleware {
  let version: CSCVersion

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      return Response(context.call.cscError(for: error, version))
    }
  }
}

extension CallLog {
  /// The caller's answer to an error. Anything unknown is `server_error`; its detail is in the log under the call's id.
  func cscError(for error: any Error, _ version: CSCVersion) -> CSCError {
    let answer = answer(to: error, version)
    refusal = answer.ownText
    return answer
  }

  private func answer(to error: any Error, _ version: CSCVersion) -> CSCError {
    switch error {
    case let error as CSCError: return error
    case let error as FieldError: return .field(error)
    case let error as Refusal: return error.cscError(version)
    case let error as IssuanceRefusal: return error.cscError
    case let error as DocumentRefusal: return error.cscError
    case StoreError.unavailable, is DirectoryUnavailable, TimestampError.busy, is PasswordHasherBusy,
      is ThreadPool.Busy:
      return .temporarilyUnavailable
    default:
      detail = ErrorText.of(error)
      return .serverError
    }
  }
}

extension Refusal {
  func cscError(_ version: CSCVersion) -> CSCError {
    switch self {
    case .unknownToken: .invalidToken
    case .unknownCredential: .invalidParameter("credentialID")
    case .credentialDisabled: .credentialDisabled
    case .authorizedElsewhere: .authorizedElsewhere
    case .tooManySignatures, .authorizationExhausted: .tooManySignatures
    case .digestsMissing: .field(.missingOrInvalidType(type: "array", name: version.digestsName))
    case .tooManyDigests: .invalidParameter(version.digestsName)
    case .factorMissing, .factorsMissing: missing(version)
    case .unknownFactor: .invalidParameter("authData")
    case .noChallenge: .invalidParameter("authObjectID")
    case .wrongFactor(let factor): factor.face.wrong(version)
    case .policyNotSatisfied: .wrongAuthenticationData
    case .encryptedToken: .encryptedToken
    case .lockedFactor(let factor): .locked(factor.nameInV1, version)
    case .tooManyMessages(let seconds): .tooManyMessages(retryAfter: seconds)
    case .invalidHandle: .invalidParameter("handle")
    case .invalidSAD: .invalidParameter("SAD")
    case .sadExpired: .sadExpired
    case .digestNotAuthorized: .hashNotAuthorized(version)
    case .termsNotAuthorized: .attributesNotAuthorized
    case .algorithmNotAllowed: .invalidParameter("signAlgo")
    case .parametersNotSupported: .invalidParameter("signAlgoParams")
    case .digestLength: .digestLength
    case .certificateExpired(let organization, let commonName):
      .certificateExpired(organization: organization, commonName: commonName, version)
    case .unknownJob: .invalidParameter("requestID")
    case .responseURINotAllowed: .invalidParameter("response_uri")
    case .tooManyTries(let seconds): .tooManyRequests(retryAfter: seconds)
    case .unavailable: .temporarilyUnavailable
    case .providerUnavailable(let seconds): .temporarilyUnavailable.after(seconds)
    }
  }

  /// v1 names a missing member that it knows; else the objects presented do not suffice, and the answer says what
  /// would.
  private func missing(_ version: CSCVersion) -> CSCError {
    guard let (always, text) = stillNeeded else { return .wrongAuthenticationData }
    if version == .v1, let known = always.lazy.compactMap({ $0.face.memberInV1 }).first { return .missingString(known) }
    return .authenticationDataMissing(text)
  }
}

extension IssuanceRefusal {
  var cscError: CSCError {
    switch self {
    case .policyNotOffered: .invalidParameter("certificatePolicy")
    case .subjectDiffers: .invalidParameter("subjectData")
    // The pages, and clients that order for a person.
    case .notRegistered, .notProven: .invalidParameter("userID")
    case .unsuitablePIN: .invalidParameter("PIN")
    case .unknownLink: .invalidParameter("link")
    case .invalidLifecycleToken: .invalidToken
    case .lifecycleTokenExpired: .expiredToken
    case .otherCredential: .contradictingCredentialIDs
    case .onlyByOwner: .unauthorizedClient
    case .notRevocable: .invalidParameter("revoke")
    }
  }
}
