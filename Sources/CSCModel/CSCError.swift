public import Vocabulary
public import WireJSON

/// An error answer of the CSC API: `error` and `error_description` (CSC v1 §10.1). The catalogue below
/// holds the texts of the methods' tables; where a table says nothing, the comment says so.
public struct CSCError: Error, Equatable, Sendable {
  /// Kind of the answer; the gateway turns it into a status code.
  public enum Kind: Sendable, Equatable {
    /// A 400 too, whose answer also says how one authenticates.
    case noCredentials
    case badRequest, unauthenticated, forbidden, methodNotAllowed, contentTooLarge, unsupportedCoding
    case serverError, notImplemented, temporarilyUnavailable
    /// Seconds after which trying again can help.
    case tooManyRequests(retryAfter: Int64)
  }

  public let kind: Kind
  /// Wire name: `error`.
  public let code: String
  /// Wire name: `error_description`.
  public let text: String
  /// The text without anything that the request said, and without names of people, for the log.
  public private(set) var ownText: String
  /// Seconds after which trying again can help, of an error of kind `temporarilyUnavailable`.
  public private(set) var retryAfter: Int64 = 1

  init(_ kind: Kind, _ code: String, _ text: String) {
    self.kind = kind
    self.code = code
    self.text = text
    ownText = text
  }

  private static func invalid(_ text: String) -> CSCError { CSCError(.badRequest, "invalid_request", text) }

  /// The same error for somebody who had better wait so many seconds.
  public func after(_ seconds: Int64) -> CSCError {
    var error = self
    error.retryAfter = max(seconds, 1)
    return error
  }

  public var json: JSONValue { ["error": .string(code), "error_description": .string(text)] }
}

// MARK: Header, token and body

extension CSCError {
  /// The text that v1 prints for every malformed request, and v2 in its common table.
  private static let malformedText =
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."

  /// The Authorization header is missing or is not `Bearer …` (a row of every method's table). Two methods
  /// of v1 print REQUIRED in capitals, and one has a text of its own.
  public static func malformedHeader(_ method: Method, _ version: CSCVersion) -> CSCError {
    let text =
      switch (version, method) {
      case (.v2, _): "Malformed authorization header."
      // The misspelling is v1's own (CSC v1 §11.8).
      case (.v1, .credentialsSendOTP): "Malformed authroization header."
      case (.v1, .authRevoke), (.v1, .credentialsExtendTransaction):
        malformedText.replacing("a required", with: "a REQUIRED")
      case (.v1, _): malformedText
      }
    return CSCError(.noCredentials, "invalid_request", text)
  }

  public static let malformedRequest = invalid(malformedText)
  public static let invalidToken = CSCError(
    .unauthenticated, "invalid_token", "The token provided is not a valid OAuth access or refresh token.")
  public static let expiredToken = CSCError(
    .unauthenticated, "expired_token", "The access or refresh token is expired or has been revoked.")
  /// Not in the tables: a body beyond the service's limit.
  public static let bodyTooLarge = CSCError(.contentTooLarge, "invalid_request", "The request body is too large")
  /// Not in the tables: a body that is compressed. The status tells what is wrong (RFC 9110 §15.5.16).
  public static let unsupportedCoding = CSCError(.unsupportedCoding, "invalid_request", malformedText)
  public static let notImplemented = CSCError(
    .notImplemented, "invalid_request", "The requested method is not implemented")
  public static let methodNotAllowed = CSCError(
    .methodNotAllowed, "invalid_request", "The method is called with POST")

  public static func field(_ error: FieldError) -> CSCError { invalid(error.description) }
  public static func invalidParameter(_ name: String) -> CSCError { invalid("Invalid parameter \(name)") }
  public static func missingString(_ name: String) -> CSCError {
    field(.missingOrInvalidType(type: "string", name: name))
  }
}

// MARK: Common table (CSC v1 §10.1)

extension CSCError {
  public static let unauthorizedClient = CSCError(
    .badRequest, "unauthorized_client", "The client is not authorized to use this method.")
  public static let serverError = CSCError(
    .serverError, "server_error",
    "The authorization server encountered an unexpected condition that prevented it from fulfilling the request.")
  public static let temporarilyUnavailable = CSCError(
    .temporarilyUnavailable, "temporarily_unavailable",
    "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server."
  )
}

extension CSCError {
  /// Not in the tables: the contract with the caller's partner rests. What tightens and what reads goes on.
  public static let partnerSuspended = CSCError(.forbidden, "access_denied", "The partner is suspended")
}

extension CSCError {
  /// The tables do not say which code goes with 429.
  public static func tooManyRequests(retryAfter: Int64) -> CSCError {
    CSCError(.tooManyRequests(retryAfter: max(retryAfter, 1)), "temporarily_unavailable", "Too many requests")
  }

  /// The texts name status 429 and give it no `error`; 503's fits.
  public static func tooManyMessages(retryAfter: Int64) -> CSCError {
    CSCError(
      .tooManyRequests(retryAfter: retryAfter), "temporarily_unavailable",
      "Too many messages were sent to the user; try again later")
  }
}

// MARK: auth/login, auth/revoke

extension CSCError {
  /// Not a 400: the table gives this row status 401.
  public static let malformedAuthentication = CSCError(
    .unauthenticated, "invalid_request", "Malformed authentication parameter.")
  public static let malformedUsernamePassword = invalid("Malformed username-password.")
  public static let malformedRefreshToken = invalid("Invalid string parameter: refresh_token")
  public static let unknownRefreshToken = invalid("Invalid refresh_token")
  public static let loginFailed = CSCError(
    .badRequest, "authentication_error", "An error occurred during authentication process")
  public static let invalidTokenTypeHint = invalid("Invalid string parameter token_type_hint")
  public static let unknownTokenToRevoke = invalid("Invalid string parameter token")
}

// MARK: credentials/*

extension CSCError {
  public static let userIDMustBeNull = invalid("userID parameter MUST be null")
  public static let credentialDisabled = invalid("The credential identified by credentialID is disabled")
  public static let numSignaturesTooLow = invalid("Invalid value for parameter numSignatures")
  public static let tooManySignatures = invalid("Numbers of signatures is too high")
  /// The tables do not say what calling authorize for an oauth2code credential gets.
  public static let authorizedElsewhere = invalid(
    "The credential identified by credentialID is authorized by oauth2/authorize")

  /// The table does not say what sendOTP gets for another credential.
  public static let noOnlineOTP = invalid("The credential identified by credentialID has no online OTP")

  public static func wrongPIN(_ version: CSCVersion) -> CSCError {
    version == .v1 ? CSCError(.badRequest, "invalid_pin", "The PIN is invalid") : wrongAuthenticationData
  }
  public static func wrongOTP(_ version: CSCVersion) -> CSCError {
    version == .v1 ? CSCError(.badRequest, "invalid_otp", "The OTP is invalid") : wrongAuthenticationData
  }
  /// The row of sendOTP, in both versions.
  public static let otpLocked = invalid("OTP locked")
  public static func locked(_ factor: String, _ version: CSCVersion) -> CSCError {
    invalid(version == .v1 ? "\(factor) locked" : "Credential locked")
  }
  public static let wrongAuthenticationData = CSCError(
    .badRequest, "invalid_authentication_data", "The authentication data is invalid")
  /// The tables have no text for it; who integrates must learn what to change.
  public static let encryptedToken = CSCError(
    .badRequest, "invalid_authentication_data", "The authentication data is an encrypted token; send one that is signed"
  )
  /// The tables have no text for data that is missing; this one begins with that for wrong data (CSC v2 §11.8: an
  /// expression that is false as a whole).
  ///
  /// - Parameter objects: ids, joined as in `auth/expression`.
  public static func authenticationDataMissing(_ objects: String) -> CSCError {
    CSCError(.badRequest, "invalid_authentication_data", "\(wrongAuthenticationData.text); still needed: \(objects)")
  }
}

// MARK: credentials/create, credentials/delete

extension CSCError {
  static let missingCreationRequest = invalid("Missing (or invalid type) parameter “credentialCreationRequest”")
  /// Not in the table; after the row of `credentials/create`.
  static let missingDeletionRequest = invalid("Missing (or invalid type) parameter “credentialDeletionRequest”")
  static let missingCredentialIDToDelete = missingString("“credentialID”")
  public static let contradictingCredentialIDs = invalid("Contradicting “credentialID” parameters")
  /// Some rows of these methods quote the name.
  public static func invalidQuoted(_ name: String) -> CSCError { invalid("Invalid parameter “\(name)”") }
  /// A good token of another scope (RFC 6750 §3.1); the tables do not say what it gets.
  public static let insufficientScope = CSCError(
    .forbidden, "insufficient_scope", "The request requires higher privileges than provided by the access token.")
}

// MARK: Scope credential

extension CSCError {
  /// RFC 9396 §5.
  public static let invalidAuthorizationDetails = CSCError(
    .badRequest, "invalid_authorization_details", "Invalid parameter authorization_details")
}

// MARK: Asynchronous operation (CSC v2 §11.13, §11.15)

extension CSCError {
  public static let validityOutOfBounds = invalid("Out of bounds parameter validity_period")
  /// `SHALL` here, `MUST` in `credentials/list`.
  public static let userIDShallBeNull = invalid("userID parameter SHALL be null")
  /// The only row of the methods that both versions share which quotes the name.
  public static let invalidQuotedUserID = invalid("Invalid parameter “userID”")

  /// Answer to the polling of a failed job: the error of the synchronous call, as a 400 (the table has no row for it).
  public var ofFailedJob: CSCError { CSCError(.badRequest, code, text) }
}

// MARK: signatures/signDoc

extension CSCError {
  public static let invalidDocumentDigests = invalid("Invalid object parameter documentDigests")
  public static let invalidDocuments = invalid("Invalid array parameter documents")
  public static let noDocuments = invalid("Empty documentDigests and documents objects")
  public static let bothDocumentsAndDigests = invalid("Both documentDigests and documents parameters passed")
  public static let hashesNotBase64 = invalid("Invalid Base64 hashes string parameter")
  public static let documentsNotBase64 = invalid("Invalid Base64 documents string parameter")
  public static let hashContradictsDocumentAlgorithm = invalid(
    "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter")
  /// Of the two rows for it, the one for a SAD of `credentials/authorize`.
  public static let documentsNotAuthorizedBySAD = invalid("documentDigests or documents are not authorized by the SAD.")
  /// And the one for a token of the authorization server.
  public static let documentNotAuthorizedByToken = CSCError(
    .forbidden, "invalid_hash", "Document or documentDigest does not match authorized hash")
  /// Signed properties or circumstances that are not those of the authorization.
  public static let attributesNotAuthorized = invalid(
    "One or more attributes in the documents parameter is not authorized.")
  public static func invalidSignedProps(_ names: [String]) -> CSCError {
    var error = invalid("Invalid parameter signed_props (\(names.joined(separator: ", ")))")
    error.ownText = "Invalid parameter signed_props"
    return error
  }
}

// MARK: signatures/timestamp

extension CSCError {
  public static let emptyHash = invalid("Empty hash parameter")
}

// MARK: signatures/signHash

extension CSCError {
  public static func emptyHashes(_ version: CSCVersion) -> CSCError { invalid("Empty \(version.digestsName) array") }
  public static let hashNotBase64 = invalid("Invalid Base64 hash string parameter")
  public static let digestLength = invalid("Invalid digest value length")
  public static let sadExpired = invalid("SAD expired")

  /// The row of signHash, without the `or` of signDoc's (CSC v2 §11.13).
  public static let hashContradictsAlgorithm = invalid(
    "String parameter hashAlgorithmOID contradicts with signAlgo signAlgoParams parameter")

  public static func hashNotAuthorized(_ version: CSCVersion) -> CSCError {
    invalid(
      version == .v1
        ? "Hash is not authorized by the SAD."
        : "Hash is not authorized by neither SAD nor an access token with scope “credential”.")
  }

  /// The parts of the certificate's distinguished name that the row prints, in the quotation marks of the version.
  public static func certificateExpired(organization: String?, commonName: String?, _ version: CSCVersion) -> CSCError {
    let name = [organization.map { "O=\($0)" }, commonName.map { "CN=\($0)" }].compactMap(\.self).joined(separator: ",")
    var error = invalid("Signing certificate \(version == .v1 ? "'\(name)'" : "‘\(name)’") is expired.")
    // The log has no names of people.
    error.ownText = "Signing certificate is expired"
    return error
  }
}
