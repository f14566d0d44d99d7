internal import Vocabulary

/// Rules for profiles: every certificate of a profile that keeps them can keep the rules of `Lint`.
public struct ProfileRules {
  private let profile: CertificateProfile
  private var broken: [String] = []

  /// - Returns: the rules that a profile breaks, in words for who wrote it. Empty for one that contradicts neither
  ///   itself nor a clause.
  public static func contradictions(in profile: CertificateProfile) -> [String] {
    var rules = ProfileRules(profile: profile)
    rules.policies()
    rules.claims()
    rules.names()
    rules.identifiers()
    rules.extensions()
    rules.short()
    rules.limits()
    return rules.broken
  }

  private init(profile: CertificateProfile) { self.profile = profile }

  private mutating func require(_ isKept: Bool, _ rule: String) {
    if !isKept { broken.append(rule) }
  }

  /// EN 319 411-2 GEN-6.6.1-03, -04; EN 319 412-2 QCS-5.2-2.
  private mutating func policies() {
    let isOwn = profile.policies.first?.hasPrefix(".") ?? false
    require(isOwn, "the first policy is the provider's own")
    require(Set(profile.policies).count == profile.policies.count, "no policy stands twice")
    let qualified = profile.policies.filter { $0.hasPrefix(OID.qualifiedPolicies) }
    let expected = claimedPolicy.map { [$0] } ?? []
    require(qualified == expected, "the policy of EN 319 411-2 is the one for what is claimed, and the only one")
    let isNormalized = profile.policies.contains { $0.hasPrefix(OID.normalizedPolicies) }
    require(!isNormalized || !profile.isQualified, "policies of EN 319 411-1 are for what is not qualified")
    let areOwn = profile.policies.allSatisfy { $0.hasPrefix(".") }
    require(areOwn || !profile.isTest, "a certificate for trying out has only the provider's own policies")
  }

  private var claimedPolicy: String? {
    guard profile.isQualified else { return nil }
    switch (profile.kind, profile.isInDevice) {
    case (.person, false): return OID.qualifiedNatural
    case (.person, true): return OID.qualifiedNaturalInDevice
    case (.organisation, false): return OID.qualifiedLegal
    case (.organisation, true): return OID.qualifiedLegalInDevice
    }
  }

  /// EN 319 412-5 clause 4.2.
  private mutating func claims() {
    let statements = profile.statements
    require(!profile.isInDevice || profile.isQualified, "QcSSCD is for qualified certificates")
    let isClaiming = profile.isQualified || statements.hasIdentification
    require(!profile.isTest || !isClaiming, "a certificate for trying out claims nothing")
    require(statements.type == nil || statements.type == profile.kind, "QcType goes with the kind of subject")
    require(!profile.isQualified || statements.type != nil, "a qualified certificate has QcType")
    require(!profile.isQualified || statements.hasDisclosures, "a qualified certificate has QcPDS")
    let prefix = profile.isTest ? "TEST " : ""
    require(
      profile.subject.prefix == prefix, "names begin with \"TEST \" in certificates for trying out, and only there")
  }

  /// EN 319 412-2 NAT-4.2.4-1, 412-3 LEG-4.2.1-2.
  private mutating func names() {
    let subject = profile.subject
    let all = subject.required + subject.optional
    let isPerson = profile.kind == .person
    let needed: Set<NameAttributeType> =
      isPerson
      ? [.country, .serialNumber, .commonName] : [.country, .organization, .organizationIdentifier, .commonName]
    let possible = isPerson ? needed.union([.surname, .givenName]) : needed
    require(Set(all).count == all.count, "no attribute of the name stands twice")
    require(possible.isSuperset(of: all), "the name has only attributes of its kind")
    require(needed.isSubset(of: subject.required), "attributes that every name has are required")
    // EN 319 412-2 NAT-4.2.4-10, -11: each is there if it is known.
    let isNamed = all.contains(.surname) && all.contains(.givenName)
    require(!isPerson || isNamed, "surname and given name of a person have their places")
    require(isPerson || !subject.allowsPseudonym, "an organisation has no pseudonym")
    let known = CommonNameTemplate.places.map { "{\($0.rawValue)}" }
    let hasKnownPlaces = subject.commonName.named.allSatisfy { known.contains(String($0)) }
    require(!subject.commonName.text.isEmpty && hasKnownPlaces, "the template of commonName has known places")
  }

  /// EN 319 412-1 NAT-5.1.3-02, LEG-5.1.4-02: an identifier is built by the semantics that are declared.
  private mutating func identifiers() {
    let isPerson = profile.kind == .person
    let semantics = profile.statements.semantics
    let isOfKind = semantics.map { $0.isOfPersons == isPerson } ?? true
    require(isOfKind, "the semantics of identifiers go with the kind of subject")
    require(isPerson == (profile.subject.serialNumber != nil), "a person has a serialNumber, an organisation has none")
    let isProven = profile.subject.serialNumber == .proof || !isPerson
    require((semantics != nil) == isProven, "semantics are for identifiers that were proven")
    let authorities = profile.statements.nameAuthorities
    require(semantics != nil || authorities.isEmpty, "authorities for names go with semantics")
    let areAddresses = authorities.allSatisfy { WebAddress.isWhole($0, "http://", "https://") }
    require(areAddresses, "authorities for names are named by addresses")
  }

  private mutating func extensions() {
    let list = profile.extensions
    require(list == ProfileExtension.allCases.filter(list.contains), "extensions stand once each, in their order")
    require(ProfileExtension.always.isSubset(of: list), "extensions that every certificate has are there")
    // EN 319 412-2 GEN-4.3.11-1.
    require(list.contains(.cRLDistributionPoints) == profile.status.hasList, "crldp goes with a revocation list")
    require(list.contains(.qualifiedStatements) == profile.hasStatements, "qc goes with statements")
    // EN 319 412-2 GEN-4.3.11-2A, RFC 9608.
    let hasStatus = profile.status.hasOCSP || profile.status.hasList
    require(list.contains(.noRevocationAvailable) != hasStatus, "norevavail is for certificates without status")
    require(hasStatus || profile.isShort, "only short-term certificates go without status")
  }

  /// EN 319 411-1 GEN-6.6.1-03 to -05.
  private mutating func short() {
    let isAssured = profile.extensions.contains(.validityAssured)
    require(isAssured == profile.isShort, "valassured is for short-term certificates, and for all of them")
    require(
      !profile.isShort || profile.validity.longest.seconds <= 86_400, "a short-term certificate lasts a day at most")
    require(!profile.isShort || !profile.status.hasList, "a short-term certificate is on no list")
  }

  private mutating func limits() {
    let validity = profile.validity
    require(validity.usual.isAtMost(validity.longest), "the default validity is not longer than the longest")
    require(validity.backdate.seconds <= 600, "a certificate begins ten minutes before its time at most")
    let areKnown = profile.keyTypes.allSatisfy(SubjectPublicKey.types.contains)
    require(!profile.keyTypes.isEmpty && areKnown, "keys are P-256, P-384, or RSA of 3072 or 4096 bits")
    require(Set(profile.keyTypes).count == profile.keyTypes.count, "no type of key stands twice")
    let statements = profile.statements
    // EN 319 412-5 clauses 4.3.2 and 4.3.3.
    require((1...100).contains(statements.retentionYears ?? 1), "what was proven is kept for 1 to 100 years")
    let isCurrency = statements.limit.map { limit in
      limit.currency.utf8.count == 3 && limit.currency.utf8.allSatisfy((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains)
    }
    require(isCurrency ?? true, "a currency has three capital letters")
  }
}
