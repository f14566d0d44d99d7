extension ProblemType {
  /// Summary for a person, the same for every occurrence (RFC 9457 §3.1.3).
  public var title: String {
    switch self {
    case .unauthorized: "No valid access token"
    case .partnerSuspended: "The partner is suspended"
    case .rateLimited: "Too many requests"
    case .insufficientScope: "The token lacks a scope"
    case .notFound: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .bodyTooLarge: "The body is too large"
    case .codingUnsupported: "The coding of the body is not supported"
    case .bodyInvalid: "The body is invalid"
    case .memberUnknown: "The body has unknown members"
    case .queryInvalid: "The query is invalid"
    case .cursorInvalid: "The cursor is invalid"
    case .idempotencyKeyMissing: "No valid Idempotency-Key"
    case .idempotencyKeyReused: "The Idempotency-Key was used for another request"
    case .preconditionInvalid: "If-Match is malformed"
    case .preconditionFailed: "The resource has changed"
    case .unavailable: "Temporarily unavailable"
    case .serverError: "Internal error"
    case .duplicateExternalID: "The external id is taken"
    case .representativeUnknown: "The representative is unknown"
    case .identityIsProofed: "The identity is proofed"
    case .signerClosed: "The signer is closed"
    }
  }

  /// Instruction for the caller's developer, one sentence.
  public var action: String {
    switch self {
    case .unauthorized: "Fetch a token at the token endpoint with the grant client_credentials and partner scopes."
    case .partnerSuspended: "Turn to the provider; what is only looked at is answered as before."
    case .rateLimited:
      "Repeat the request after the seconds that Retry-After says; turn to the provider if you need more."
    case .insufficientScope: "Fetch a token with the scope that detail names, or have the client registered for it."
    case .notFound: "Check the id and the path; ids of other partners do not exist for you."
    case .methodNotAllowed: "Use one of the methods that Allow names."
    case .bodyTooLarge: "Send a smaller body."
    case .codingUnsupported: "Send the body without a Content-Encoding."
    case .bodyInvalid: "Correct the members that errors names."
    case .memberUnknown: "Remove or correct the members that errors names; names are case-sensitive."
    case .queryInvalid: "Correct the parameters that errors names."
    case .cursorInvalid: "Use a cursor with the filters and the order of the answer that it came from, or begin again."
    case .idempotencyKeyMissing:
      "Send one Idempotency-Key of 16 to 255 visible ASCII characters, new for each act and the same for its repetition."
    case .idempotencyKeyReused: "Use a new Idempotency-Key for a new request."
    case .preconditionInvalid: "Send If-Match as an ETag of this resource, with its quotes, or leave it out."
    case .preconditionFailed: "Fetch the resource, decide again, and send its ETag."
    case .unavailable: "Repeat the request, with the same Idempotency-Key, after the seconds that Retry-After says."
    case .serverError:
      "Repeat the request with the same Idempotency-Key; if that does not help, tell the provider the instance."
    case .duplicateExternalID: "Find the signer by GET /partner/v1/signers?externalId=…, or use another external id."
    case .representativeUnknown: "Name an open signer of kind person that you have registered."
    case .identityIsProofed: "Record a new identity proofing; names are never changed without one."
    case .signerClosed: "Register a new signer."
    }
  }
}
