/// Object identifiers of revocation lists, of questions on status and of answers.
extension OID {
  // MARK: Revocation lists (RFC 5280 §5.2 and §5.3; ITU-T X.509 §9.5.2.6 for the last)

  public static let crlNumber = "2.5.29.20"
  public static let reasonCode = "2.5.29.21"
  public static let invalidityDate = "2.5.29.24"
  public static let issuingDistributionPoint = "2.5.29.28"
  public static let expiredCertificatesOnList = "2.5.29.60"

  // MARK: Questions and answers (RFC 6960 §4.2.1 and §4.4)

  /// id-pkix-ocsp-basic, the form of an answer.
  public static let ocspBasicResponse = "1.3.6.1.5.5.7.48.1.1"
  public static let ocspNonce = "1.3.6.1.5.5.7.48.1.2"
  /// id-pkix-ocsp-response: forms of answers that a client reads.
  public static let ocspResponses = "1.3.6.1.5.5.7.48.1.4"
  public static let ocspArchiveCutoff = "1.3.6.1.5.5.7.48.1.6"
  /// Names an issuer in a question, and signs nothing (RFC 3279 §2.1).
  public static let sha1 = "1.3.14.3.2.26"
}
