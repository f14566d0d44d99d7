internal import BlockingWork
internal import CSCModel
internal import Enrolment
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PartnerModel
internal import RecordedCalls
internal import Registry
internal import SoleControl
internal import WireJSON

/// Answers calls of the partner API that fail with problem details (RFC 9457).
struct ProblemErrors: RouterMiddleware {
  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch {
      let problem = context.call.problem(for: error)
      context.call.refusal = problem.type.rawValue
      return Response(problem, instance: context.call.id)
    }
  }
}

extension CallLog {
  /// The caller's answer to an error. Anything unknown is `server-error`; its detail is in the log under the call's id.
  fileprivate func problem(for error: any Error) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let refusal as SignerRefusal: return refusal.problem
    case is CallDiffers: return Problem(.idempotencyKeyReused, "The key came before with another body.")
    case let error as CSCError: return error.problem
    case Refusal.unavailable, StoreError.unavailable, is DirectoryUnavailable, is ThreadPool.Busy:
      return Problem(.unavailable, retryAfter: 1)
    default:
      detail = ErrorText.of(error)
      return Problem(.serverError)
    }
  }
}

extension SignerRefusal {
  fileprivate var problem: Problem {
    switch self {
    case .unknown: .unknownResource
    case .externalIDTaken:
      Problem(
        .duplicateExternalID, "Another signer has this external id.",
        faults: [RequestFault(.body(.root.member("externalId")), "It is taken.")])
    case .representativeUnknown:
      Problem(
        .representativeUnknown, "There is no such open signer of kind person.",
        faults: [RequestFault(.body(.root.member("representativeId")), "It names no open person.")])
    case .closed: Problem(.signerClosed, "Nothing is changed of a signer that is closed.")
    case .changed: Problem(.preconditionFailed, "The resource has another ETag.")
    }
  }
}

extension CSCError {
  /// The problem that the reading of a body has found (`BodyReader`).
  fileprivate var problem: Problem {
    switch kind {
    case .contentTooLarge: Problem(.bodyTooLarge)
    case .unsupportedCoding: Problem(.codingUnsupported)
    case .temporarilyUnavailable: Problem(.unavailable, retryAfter: retryAfter)
    default: Problem(.bodyInvalid, "The body is no JSON object, or more than the endpoint reads.")
    }
  }
}

extension Problem {
  /// The answer for an id that does not exist, and for one of another partner, in the same words.
  static let unknownResource = Problem(.notFound, "There is no such resource.")
  static let noToken = Problem(.unauthorized, "The request has no bearer token.")
  static let invalidToken = Problem(.unauthorized, "The token is unknown, expired or revoked, or is not for this API.")

  /// A problem of an address or a method that does not exist, or of the whole service.
  init(status: HTTPResponse.Status, _ text: String) {
    switch status {
    case .notFound: self.init(.notFound, text)
    case .methodNotAllowed: self.init(.methodNotAllowed, text)
    default: self.init(.serverError)
    }
  }
}

extension Response {
  /// - Parameter instance: id of the request.
  init(_ problem: Problem, instance: String) {
    let status = problem.type.kind.status
    let text = problem.json(status: status.code, instance: instance).compact()
    self.init(
      status: status, headers: [.contentType: "application/problem+json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: text)))
    if let seconds = problem.retryAfter { headers[.retryAfter] = "\(seconds)" }
    switch problem {
    // RFC 6750 §3: no error code where no token was looked at.
    case .noToken: headers[.wwwAuthenticate] = #"Bearer realm="countersign""#
    case _ where problem.type == .unauthorized: headers[.wwwAuthenticate] = #"Bearer error="invalid_token""#
    case _ where problem.type == .insufficientScope: headers[.wwwAuthenticate] = #"Bearer error="insufficient_scope""#
    case _ where problem.type == .codingUnsupported: headers[.acceptEncoding] = "identity"
    default: break
    }
  }
}

extension ProblemType.Kind {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .malformed: .badRequest
    case .unauthenticated: .unauthorized
    case .forbidden: .forbidden
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .conflict: .conflict
    case .preconditionFailed: .preconditionFailed
    case .contentTooLarge: .contentTooLarge
    case .unsupportedCoding: .unsupportedMediaType
    case .unprocessable: .unprocessableContent
    case .tooManyRequests: .tooManyRequests
    case .serverError: .internalServerError
    case .unavailable: .serviceUnavailable
    }
  }
}
