/// Object identifiers that stand in certificates alone.
extension OID {
  // MARK: Parts of names (ITU-T X.520)

  public static let commonName = "2.5.4.3"
  public static let country = "2.5.4.6"
  public static let organization = "2.5.4.10"

  // MARK: Extensions (RFC 5280 §4.2)

  public static let subjectKeyIdentifier = "2.5.29.14"
  public static let keyUsage = "2.5.29.15"
  public static let subjectAltName = "2.5.29.17"
  public static let issuerAltName = "2.5.29.18"
  public static let basicConstraints = "2.5.29.19"
  public static let nameConstraints = "2.5.29.30"
  public static let cRLDistributionPoints = "2.5.29.31"
  public static let policyMappings = "2.5.29.33"
  public static let authorityKeyIdentifier = "2.5.29.35"
  public static let policyConstraints = "2.5.29.36"
  public static let extendedKeyUsage = "2.5.29.37"
  public static let freshestCRL = "2.5.29.46"
  public static let inhibitAnyPolicy = "2.5.29.54"
  public static let authorityInformationAccess = "1.3.6.1.5.5.7.1.1"
  /// noRevAvail: of this certificate no status is told (RFC 9608 §2).
  public static let noRevocationAvailable = "2.5.29.56"
  /// validityAssured-ST: so short that it is not revoked (ETSI EN 319 412-1 clause 5.2).
  public static let validityAssured = "0.4.0.194121.2.1"

  // MARK: Values in extensions

  /// A policy of a CA that issues under any (RFC 5280 §4.2.1.4).
  public static let anyPolicy = "2.5.29.32.0"
  /// id-ad-ocsp and id-ad-caIssuers (RFC 5280 §4.2.2.1).
  public static let ocspAccess = "1.3.6.1.5.5.7.48.1"
  public static let caIssuersAccess = "1.3.6.1.5.5.7.48.2"
  /// The certificate signs answers about others (RFC 6960 §4.2.2.2).
  public static let ocspSigning = "1.3.6.1.5.5.7.3.9"
  /// id-pkix-ocsp-nocheck: of the answerer's own certificate no status is asked (RFC 6960 §4.2.2.2.1).
  public static let ocspNoCheck = "1.3.6.1.5.5.7.48.1.5"

  // MARK: Qualified certificate statements (RFC 3739 §3.2.6.1, ETSI EN 319 412-5 clause 4)

  /// qcStatement-2: how names are meant.
  public static let nameSemantics = "1.3.6.1.5.5.7.11.2"
  /// QcLimitValue: the largest transaction that it may be used for.
  public static let qualifiedLimit = "0.4.0.1862.1.2"
  /// QcRetentionPeriod: for how long the provider keeps what it was issued on.
  public static let qualifiedRetention = "0.4.0.1862.1.3"
  /// QcPDS: where the provider's disclosure statements are.
  public static let qualifiedDisclosure = "0.4.0.1862.1.5"
  /// QcIdentMethod: how the subject was identified.
  public static let qualifiedIdentification = "0.4.0.1862.1.8"

  // MARK: Semantics of names (ETSI EN 319 412-1 clause 5.1)

  public static let semanticsNatural = "0.4.0.194121.1.1"
  public static let semanticsLegal = "0.4.0.194121.1.2"
  public static let semanticsNaturalOfEIDAS = "0.4.0.194121.1.3"
  public static let semanticsLegalOfEIDAS = "0.4.0.194121.1.4"

  // MARK: Certificate policies

  /// QCP-n, QCP-l, and both with a qualified device (ETSI EN 319 411-2 clause 5.3).
  public static let qualifiedNatural = qualifiedPolicies + "0"
  public static let qualifiedLegal = qualifiedPolicies + "1"
  public static let qualifiedNaturalInDevice = qualifiedPolicies + "2"
  public static let qualifiedLegalInDevice = qualifiedPolicies + "3"
  /// The beginning of NCP, NCP+ and LCP (ETSI EN 319 411-1 clause 5.3).
  public static let normalizedPolicies = "0.4.0.2042.1."
  /// The number under which RFC 5612 lets examples stand: no certificate that claims anything has a policy there.
  public static let exampleEnterprise = "1.3.6.1.4.1.32473"
}
