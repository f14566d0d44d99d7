public import Registry
public import Vocabulary

/// The content of a partner's signed statement about its customer, after signature, type, issuer, audience and times
/// were found good.
public struct PartnerStatement: Sendable, Equatable {
  public var issuer: String
  /// The customer, as the partner names it.
  public var subject: String
  /// `jti`.
  public var id: String
  public var issued, expires: UnixTime
  /// Time at which the partner authenticated the customer.
  public var authenticationTime: UnixTime
  /// `acr` as the statement has it, and what that means.
  public var acr: String
  public var level: AssuranceLevel
  /// `amr` (RFC 8176).
  public var methods: [String]
  /// The credential that the statement is for; nil if it leaves that open.
  public var credential: CredentialID?
  /// The digests to be signed; nil if the statement names none.
  public var authorizedDigests: AuthorizedDigests?
  /// SHA-256 of the statement.
  public var digest: [UInt8]

  public init(
    issuer: String, subject: String, id: String, issued: UnixTime, expires: UnixTime, authenticationTime: UnixTime,
    acr: String, level: AssuranceLevel, methods: [String], credential: CredentialID? = nil,
    authorizedDigests: AuthorizedDigests? = nil, digest: [UInt8]
  ) {
    self.issuer = issuer
    self.subject = subject
    self.id = id
    self.issued = issued
    self.expires = expires
    self.authenticationTime = authenticationTime
    self.acr = acr
    self.level = level
    self.methods = methods
    self.credential = credential
    self.authorizedDigests = authorizedDigests
    self.digest = digest
  }
}

/// `dtbsr` and the members with it: all that fixes what the SAD may be used for.
public struct AuthorizedDigests: Sendable, Equatable {
  public var hashAlgorithm: HashAlgorithm
  public var numSignatures: Int
  /// Raw, in request order.
  public var digests: [[UInt8]]

  public init(hashAlgorithm: HashAlgorithm, numSignatures: Int, digests: [[UInt8]]) {
    self.hashAlgorithm = hashAlgorithm
    self.numSignatures = numSignatures
    self.digests = digests
  }
}

public enum PartnerStatementError: Error, Equatable, Sendable {
  /// Not a statement of this partner for us, or no longer (or not yet) one. The reason is for the log.
  case refused(String)
  /// The partner's keys are not available; trying again later can help.
  case unavailable
}

public protocol PartnerStatementVerifier: Sendable {
  /// Checks a statement with the registered keys of this partner, and with no others.
  ///
  /// - Parameter partner: the record by which the caller judges what the statement is worth, so that one version of it
  ///   decides all.
  func verify(_ statement: String, of partner: Partner) async throws(PartnerStatementError) -> PartnerStatement
}

/// For services whose partners make no statements.
public struct NoPartnerStatements: PartnerStatementVerifier {
  public init() {}
  public func verify(_: String, of _: Partner) async throws(PartnerStatementError) -> PartnerStatement {
    throw .refused("partner")
  }
}
