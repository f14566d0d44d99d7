internal import Vocabulary
public import WireJSON

extension CertificateProfile {
  /// The profile as `init(_:)` reads it.
  public var json: JSONValue {
    .object(
      JSONObject([
        ("name", .string(name)), ("version", .integer(version)), ("kind", .string(kind.rawValue)),
        ("qualified", .bool(isQualified)), ("device", .bool(isInDevice)), ("short", .bool(isShort)),
        ("test", .bool(isTest)), ("policies", Self.list(policies)), ("keyTypes", Self.list(keyTypes.map(\.name))),
        ("validity", validity.json), ("subject", subject.json),
        ("extensions", Self.list(extensions.map(\.rawValue))), ("status", status.json),
        ("statements", statements.json),
      ]))
  }

  fileprivate static func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
  fileprivate static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}

extension CertificateProfile.Validity {
  fileprivate var json: JSONValue {
    .object(
      JSONObject([
        ("default", .string(usual.text)), ("longest", .string(longest.text)), ("backdate", .string(backdate.text)),
      ]))
  }
}

extension CertificateProfile.Subject {
  fileprivate var json: JSONValue {
    .object(
      JSONObject([
        ("required", CertificateProfile.list(required.map(\.rawValue))),
        ("optional", CertificateProfile.list(optional.map(\.rawValue))), ("pseudonym", .bool(allowsPseudonym)),
        ("serialNumber", CertificateProfile.text(serialNumber?.rawValue)),
        ("commonName", .string(commonName.text)), ("prefix", .string(prefix)),
      ]))
  }
}

extension CertificateProfile.Status {
  fileprivate var json: JSONValue { .object(JSONObject([("ocsp", .bool(hasOCSP)), ("crl", .bool(hasList))])) }
}

extension CertificateProfile.Statements {
  fileprivate var json: JSONValue {
    let type = Self.types.first { $0.kind == self.type }?.name
    let years = retentionYears.map { JSONValue.integer(Int64($0)) } ?? .null
    return .object(
      JSONObject([
        ("type", CertificateProfile.text(type)), ("pds", .bool(hasDisclosures)), ("retentionYears", years),
        ("limit", limit?.json ?? .null), ("semantics", CertificateProfile.text(semantics?.rawValue)),
        ("nameAuthorities", CertificateProfile.list(nameAuthorities)), ("identMethod", .bool(hasIdentification)),
      ]))
  }
}

extension MonetaryLimit {
  fileprivate var json: JSONValue {
    .object(
      JSONObject([
        ("currency", .string(currency)), ("amount", .integer(Int64(amount))), ("exponent", .integer(Int64(exponent))),
      ]))
  }
}
