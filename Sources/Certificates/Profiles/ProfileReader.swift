internal import Vocabulary
public import WireJSON

extension CertificateProfile {
  /// Octets of the longest profile.
  static let limits = JSONLimits(size: 1 << 16, depth: 4, values: 500)

  /// Reads a profile as JSON: every member is there, no other one, no value unknown, no rule of `ProfileRules` broken.
  public init(parsing text: [UInt8]) throws(ProfileFault) {
    let value: JSONValue
    do { value = try JSONValue.parse(text, limits: Self.limits, extremeValues: .refused) } catch {
      throw ProfileFault(pointer: "", reason: "is no JSON that can be taken")
    }
    try self.init(value)
  }

  public init(_ value: JSONValue) throws(ProfileFault) {
    let members = try StrictMembers(
      value, at: "", "name", "version", "kind", "qualified", "device", "short", "test", "policies", "keyTypes",
      "validity", "subject", "extensions", "status", "statements")
    name = try members.known("name") { Self.isName($0) ? $0 : nil }
    version = try members.number("version", 1...1_000_000)
    kind = try members.known("kind", SubjectKind.init(rawValue:))
    isQualified = try members.flag("qualified")
    isInDevice = try members.flag("device")
    isShort = try members.flag("short")
    isTest = try members.flag("test")
    policies = try members.list("policies") { Self.isPolicy($0) ? $0 : nil }
    keyTypes = try members.list("keyTypes", KeyType.init(parsing:))
    validity = try Validity(members)
    subject = try Subject(members)
    extensions = try members.list("extensions", ProfileExtension.init(rawValue:))
    status = try Status(members)
    statements = try Statements(members)
    if let rule = ProfileRules.contradictions(in: self).first {
      throw ProfileFault(pointer: "", reason: "breaks a rule: \(rule)")
    }
  }

  /// Small letters, digits and hyphens: it stands in addresses and file names.
  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-")
      }
  }

  private static func isPolicy(_ text: String) -> Bool {
    text.utf8.count <= 64
      && DERWriter.content(ofObjectIdentifier: text.hasPrefix(".") ? "2.999" + text : text) != nil
  }
}

extension CertificateProfile.Validity {
  fileprivate init(_ profile: StrictMembers) throws(ProfileFault) {
    let members = try StrictMembers(
      profile.value("validity"), at: profile.path("validity"), "default", "longest", "backdate")
    usual = try members.known("default") { ValidityPeriod($0) }
    longest = try members.known("longest") { ValidityPeriod($0) }
    backdate = try members.known("backdate") { ValidityPeriod($0) }
  }
}

extension CertificateProfile.Subject {
  fileprivate init(_ profile: StrictMembers) throws(ProfileFault) {
    let members = try StrictMembers(
      profile.value("subject"), at: profile.path("subject"), "required", "optional", "pseudonym", "serialNumber",
      "commonName", "prefix")
    required = try members.list("required", NameAttributeType.init(rawValue:))
    optional = try members.list("optional", NameAttributeType.init(rawValue:))
    allowsPseudonym = try members.flag("pseudonym")
    serialNumber = try members.knownOrNull("serialNumber", CertificateProfile.SerialNumber.init(rawValue:))
    commonName = CommonNameTemplate(try members.text("commonName"))
    prefix = try members.text("prefix")
  }
}

extension CertificateProfile.Status {
  fileprivate init(_ profile: StrictMembers) throws(ProfileFault) {
    let members = try StrictMembers(profile.value("status"), at: profile.path("status"), "ocsp", "crl")
    hasOCSP = try members.flag("ocsp")
    hasList = try members.flag("crl")
  }
}

extension CertificateProfile.Statements {
  fileprivate init(_ profile: StrictMembers) throws(ProfileFault) {
    let members = try StrictMembers(
      profile.value("statements"), at: profile.path("statements"), "type", "pds", "retentionYears", "limit",
      "semantics", "nameAuthorities", "identMethod")
    type = try members.knownOrNull("type") { text in Self.types.first { $0.name == text }?.kind }
    hasDisclosures = try members.flag("pds")
    retentionYears = try members.isNull("retentionYears") ? nil : Int(members.number("retentionYears", 1...100))
    limit = try members.isNull("limit") ? nil : MonetaryLimit(members)
    semantics = try members.knownOrNull("semantics", IdentifierScheme.init(rawValue:))
    nameAuthorities = try members.list("nameAuthorities") { $0 }
    hasIdentification = try members.flag("identMethod")
  }

  static let types: [(name: String, kind: SubjectKind)] = [("esign", .person), ("eseal", .organisation)]
}

extension MonetaryLimit {
  fileprivate init(_ statements: StrictMembers) throws(ProfileFault) {
    let members = try StrictMembers(
      statements.value("limit"), at: statements.path("limit"), "currency", "amount", "exponent")
    self.init(
      currency: try members.text("currency"), amount: UInt64(try members.number("amount", 0...1_000_000_000)),
      exponent: UInt64(try members.number("exponent", 0...12)))
  }
}
