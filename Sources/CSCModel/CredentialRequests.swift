public import Vocabulary
public import WireJSON

/// The part of a credential's certificates that an answer shows.
public enum CertificatesWanted: String, Sendable {
  case none, single, chain

  init(_ fields: Fields) throws {
    switch try fields.value(["certificates"]) {
    case nil: self = .single
    case .string(let text)?:
      guard let wanted = Self(rawValue: text) else { throw CSCError.invalidParameter("certificates") }
      self = wanted
    default: throw CSCError.invalidParameter("certificates")
    }
  }
}

/// The part that `credentials/info` and v2's `credentials/list` share.
public struct CredentialDetailWanted: Sendable {
  public let certificates: CertificatesWanted
  public let certInfo: Bool
  public let authInfo: Bool

  static let nothing = CredentialDetailWanted(certificates: .none)

  private init(certificates: CertificatesWanted) {
    self.certificates = certificates
    certInfo = false
    authInfo = false
  }

  init(_ fields: Fields) throws {
    certificates = try CertificatesWanted(fields)
    certInfo = try fields.optionalBool("certInfo", "cert_info") ?? false
    authInfo = try fields.optionalBool("authInfo", "auth_info") ?? false
  }
}

/// `credentials/info` (CSC v1 §11.5, v2 §11.7).
public struct CredentialsInfoRequest: Sendable {
  public let credentialID: String
  public let detail: CredentialDetailWanted

  public init(_ fields: Fields) throws {
    credentialID = try fields.string("credentialID")
    detail = try CredentialDetailWanted(fields)
  }
}

/// `credentials/list` (CSC v1 §11.4, v2 §11.6).
public struct CredentialsListRequest: Sendable {
  public let userID: String?
  /// Nil: the service's own page size. Unusable values count as absent (CSC v1 §11.4).
  public let maxResults: Int?
  public let pageToken: String?
  /// v2's `credentialInfo`: whether the answer carries the credentials' details.
  public let withInfo: Bool
  public let onlyValid: Bool
  public let detail: CredentialDetailWanted

  /// v2 ignores what details are wanted where `credentialInfo` does not ask for any (§11.6, input).
  public init(_ fields: Fields, _ version: CSCVersion) throws {
    userID = try fields.optionalString("userID", "user_id").flatMap { $0.isEmpty ? nil : $0 }
    maxResults = try fields.value(["maxResults"])?.integer.flatMap { $0 > 0 ? Int(clamping: $0) : nil }
    pageToken = try fields.optionalString("pageToken")
    withInfo = try fields.optionalBool("credentialInfo") ?? false
    onlyValid = try fields.optionalBool("onlyValid", "only_valid") ?? false
    detail = version == .v2 && !withInfo ? .nothing : try CredentialDetailWanted(fields)
  }
}

/// `credentials/getChallenge` (CSC v2 §11.10).
public struct GetChallengeRequest: Sendable {
  public let credentialID: String
  public let authObjectID: String
  /// Not in the table: what the transaction is about, for the text of a message.
  public let description: String?

  public init(_ fields: Fields) throws {
    credentialID = try fields.string("credentialID")
    authObjectID = try fields.string("authObjectID")
    description = try fields.transactionDescription()
  }
}

/// `credentials/authorizeCheck` (CSC v2 §11.9).
public struct AuthorizeCheckRequest: Sendable {
  public let handle: String

  public init(_ fields: Fields) throws { handle = try fields.string("handle") }
}

/// `credentials/sendOTP` (CSC v1 §11.8, v2 §11.12).
public struct SendOTPRequest: Sendable {
  public let credentialID: String
  /// Not in the table: what the transaction is about, for the text of the message.
  public let description: String?

  public init(_ fields: Fields) throws {
    credentialID = try fields.string("credentialID")
    description = try fields.transactionDescription()
  }
}

extension Fields {
  /// Text for the user about a transaction, at most 500 characters (CSC v1 §11.6).
  func transactionDescription() throws -> String? {
    let text = try optionalString("description")
    guard (text ?? "").unicodeScalars.count <= 500 else { throw CSCError.invalidParameter("description") }
    return text
  }
}
