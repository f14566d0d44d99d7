/// Kind of a problem. Its raw value is the last segment of `type` (RFC 9457 §3.1.1), which never changes: clients
/// decide by it.
public enum ProblemType: String, Sendable, CaseIterable {
  // Of every endpoint
  case unauthorized
  /// The contract with the partner rests.
  case partnerSuspended = "partner-suspended"
  /// The client has called too often.
  case rateLimited = "rate-limited"
  case insufficientScope = "insufficient-scope"
  case notFound = "not-found"
  case methodNotAllowed = "method-not-allowed"
  case bodyTooLarge = "body-too-large"
  case codingUnsupported = "coding-unsupported"
  /// The body is no JSON object, or members of it are not what the endpoint takes.
  case bodyInvalid = "body-invalid"
  case memberUnknown = "member-unknown"
  case queryInvalid = "query-invalid"
  case cursorInvalid = "cursor-invalid"
  case idempotencyKeyMissing = "idempotency-key-missing"
  case idempotencyKeyReused = "idempotency-key-reused"
  case preconditionInvalid = "precondition-invalid"
  case preconditionFailed = "precondition-failed"
  case unavailable
  case serverError = "server-error"

  // Signers
  case duplicateExternalID = "duplicate-external-id"
  case representativeUnknown = "representative-unknown"
  case identityIsProofed = "identity-is-proofed"
  case signerClosed = "signer-closed"

  /// Wire name `type`: the path of the page about it, which is the same whatever the host is called (RFC 9457 §3.1.1).
  public var path: String { "/problems/\(rawValue)" }

  /// Class of the answer; the gateway turns it into a status code.
  public enum Kind: Sendable {
    case malformed, unauthenticated, forbidden, notFound, methodNotAllowed, conflict, preconditionFailed
    case contentTooLarge, unsupportedCoding, unprocessable, tooManyRequests, serverError, unavailable
  }

  public var kind: Kind {
    switch self {
    case .unauthorized: .unauthenticated
    case .rateLimited: .tooManyRequests
    case .insufficientScope, .partnerSuspended: .forbidden
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .bodyTooLarge: .contentTooLarge
    case .codingUnsupported: .unsupportedCoding
    case .bodyInvalid, .memberUnknown, .queryInvalid, .cursorInvalid, .idempotencyKeyMissing, .preconditionInvalid:
      .malformed
    case .duplicateExternalID, .signerClosed: .conflict
    case .preconditionFailed: .preconditionFailed
    case .idempotencyKeyReused, .representativeUnknown, .identityIsProofed: .unprocessable
    case .serverError: .serverError
    case .unavailable: .unavailable
    }
  }

  /// Whether the same request can succeed later without a change.
  public var isRetryable: Bool { [.unavailable, .serverError, .rateLimited].contains(self) }
}
