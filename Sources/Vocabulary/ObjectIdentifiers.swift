/// Object identifiers in dotted decimal text, as the wire has them. In the product each stands here and nowhere else;
/// those of hash algorithms and curves are asked of `HashAlgorithm` and `Curve`.
public enum OID {
  // MARK: Hash algorithms (NIST CSOR)

  static let sha256 = "2.16.840.1.101.3.4.2.1"
  static let sha384 = "2.16.840.1.101.3.4.2.2"
  static let sha512 = "2.16.840.1.101.3.4.2.3"

  // MARK: Keys and curves (RFC 3279 §2.3.1, RFC 5480 §2.1.1)

  public static let rsaEncryption = "1.2.840.113549.1.1.1"
  public static let ecPublicKey = "1.2.840.10045.2.1"
  static let p256 = "1.2.840.10045.3.1.7"
  static let p384 = "1.3.132.0.34"
  static let p521 = "1.3.132.0.35"

  // MARK: Signature algorithms (RFC 4055 §2.1, §3.1 and §5, RFC 5758 §3.2)

  public static let maskGenerationFunction1 = "1.2.840.113549.1.1.8"
  public static let rsassaPSS = "1.2.840.113549.1.1.10"
  public static let sha256WithRSAEncryption = "1.2.840.113549.1.1.11"
  public static let sha384WithRSAEncryption = "1.2.840.113549.1.1.12"
  public static let sha512WithRSAEncryption = "1.2.840.113549.1.1.13"
  public static let ecdsaWithSHA256 = "1.2.840.10045.4.3.2"
  public static let ecdsaWithSHA384 = "1.2.840.10045.4.3.3"
  public static let ecdsaWithSHA512 = "1.2.840.10045.4.3.4"

  // MARK: Content types of CMS (RFC 5652 §4 and §5.1, RFC 3161 §2.4.2)

  public static let data = "1.2.840.113549.1.7.1"
  public static let signedData = "1.2.840.113549.1.7.2"
  public static let timestampInfo = "1.2.840.113549.1.9.16.1.4"

  // MARK: Attributes of CMS (RFC 5652 §11, RFC 5035, ETSI EN 319 122-1 clauses 5.2 and 5.3)

  public static let contentType = "1.2.840.113549.1.9.3"
  public static let messageDigest = "1.2.840.113549.1.9.4"
  public static let signingTime = "1.2.840.113549.1.9.5"
  public static let contentHints = "1.2.840.113549.1.9.16.2.4"
  public static let contentIdentifier = "1.2.840.113549.1.9.16.2.7"
  public static let contentReference = "1.2.840.113549.1.9.16.2.10"
  public static let signatureTimestamp = "1.2.840.113549.1.9.16.2.14"
  public static let signaturePolicyIdentifier = "1.2.840.113549.1.9.16.2.15"
  public static let commitmentTypeIndication = "1.2.840.113549.1.9.16.2.16"
  public static let signerLocation = "1.2.840.113549.1.9.16.2.17"
  public static let contentTimestamp = "1.2.840.113549.1.9.16.2.20"
  public static let signingCertificateV2 = "1.2.840.113549.1.9.16.2.47"
  public static let mimeType = "0.4.0.1733.2.1"
  public static let signerAttributesV2 = "0.4.0.19122.1.1"

  // MARK: Parts of names (ITU-T X.520; ETSI EN 319 412-1 for the last)

  public static let surname = "2.5.4.4"
  public static let serialNumber = "2.5.4.5"
  public static let title = "2.5.4.12"
  public static let givenName = "2.5.4.42"
  public static let pseudonym = "2.5.4.65"
  public static let organizationIdentifier = "2.5.4.97"

  // MARK: Extensions of certificates (RFC 5280 §4.2.1.4, RFC 3739 §3.2.6; ETSI EN 319 412-5 for the rest)

  public static let certificatePolicies = "2.5.29.32"
  public static let qualifiedStatements = "1.3.6.1.5.5.7.1.3"
  /// QcCompliance: the certificate is a qualified one.
  public static let qualifiedCompliance = "0.4.0.1862.1.1"
  /// QcSSCD: its key is in a qualified device.
  public static let qualifiedDevice = "0.4.0.1862.1.4"
  /// QcType: the kinds of signature that a qualified certificate is for.
  public static let qualifiedType = "0.4.0.1862.1.6"
  /// The first part of the types that QcType names.
  public static let qualifiedTypes = qualifiedType + "."
  public static let qualifiedForSignatures = "0.4.0.1862.1.6.1"
  public static let qualifiedForSeals = "0.4.0.1862.1.6.2"
  /// QcCClegislation: it is qualified by the law of the countries that it names, and not of the EU.
  public static let qualifiedElsewhere = "0.4.0.1862.1.7"

  // MARK: Certificate policies (ETSI EN 319 411-2)

  /// The beginning of all policies of qualified certificates.
  public static let qualifiedPolicies = "0.4.0.194112.1."
}

extension OID {
  /// The dotted decimal text of an OBJECT IDENTIFIER (ITU-T X.690 §8.19).
  ///
  /// - Parameter content: octets of its DER, without tag and length.
  /// - Returns: nil if they are none, or if a number has more than 63 bits.
  public static func text(ofContent content: some Sequence<UInt8>) -> String? {
    var numbers: [UInt64] = []
    var number: UInt64?
    for octet in content {
      // Numbers have no leading zeros, which `80` would be.
      if number == nil, octet == 0x80 { return nil }
      let high = number ?? 0
      guard high < 1 << 56 else { return nil }
      let value = high << 7 | UInt64(octet & 0x7f)
      if octet & 0x80 == 0 { numbers.append(value) }
      number = octet & 0x80 == 0 ? nil : value
    }
    guard number == nil, let first = numbers.first else { return nil }
    // The first two numbers are one; only after 2 can the second have more than 39.
    let root = min(first / 40, 2)
    return ([root, first - root * 40] + numbers.dropFirst()).map { "\($0)" }.joined(separator: ".")
  }
}
