internal import Octets
public import Vocabulary
public import WireJSON

/// `credentials/authorize` (CSC v1 §11.6, v2 §11.8).
public struct AuthorizeRequest: Sendable {
  public let credentialID: String
  public let numSignatures: Int
  /// Raw octets in request order; nil if the request names none.
  public let digests: [[UInt8]]?
  /// Nil if there are no digests.
  public let hashAlgorithm: HashAlgorithm?
  /// Values that the caller presents, by authentication object. v1's `PIN` is the object of this name.
  public let factors: [(id: String, value: String?)]
  /// v1's `OTP`: the object depends on the credential.
  public let oneTimeCode: String?
  /// For the user.
  public let description: String?
  /// Whether any authentication data was sent at all.
  public let presentsFactors: Bool

  public init(_ fields: Fields, _ version: CSCVersion) throws {
    credentialID = try fields.string("credentialID")
    let count = try fields.integer("numSignatures")
    let digests = try fields.optionalDigests(version)
    let authData = try Self.authData(fields)
    let pin = try Self.code("PIN", fields)
    let oneTimeCode = try Self.code("OTP", fields)
    description = try fields.transactionDescription()
    guard count >= 1 else { throw CSCError.numSignaturesTooLow }
    numSignatures = Int(count)
    self.digests = digests
    hashAlgorithm = try digests.map { try Self.hashAlgorithm(of: $0, fields, version) }
    factors = (pin.map { [("PIN", $0)] } ?? []) + (authData ?? [])
    self.oneTimeCode = oneTimeCode
    presentsFactors = authData != nil || pin != nil || oneTimeCode != nil
  }

  /// More authentication objects than any credential asks for (a limit of this service).
  static let maximumFactors = 32

  /// v2's `authData`: an array of `{id, value?}`, each id once.
  private static func authData(_ fields: Fields) throws -> [(id: String, value: String?)]? {
    guard let entries = try fields.optionalArray("authData") else { return nil }
    guard entries.count <= maximumFactors else { throw CSCError.invalidParameter("authData") }
    var seen: Set<OctetText> = []
    return try entries.map { entry in
      guard let entry = entry.object, case let fields = Fields(entry),
        let id = entry["id"]?.string, seen.insert(OctetText(id)).inserted
      else { throw CSCError.invalidParameter("authData") }
      do { return (id, try fields.optionalString("value")) } catch {
        throw CSCError.invalidParameter("authData")
      }
    }
  }

  /// v1's `PIN` or `OTP`. An empty text is what some clients send for "none".
  private static func code(_ name: String, _ fields: Fields) throws -> String? {
    guard let value = try fields.optionalString(name), !value.isEmpty else { return nil }
    return value
  }

  /// v2 requires the OID with `hashes`; with v1's `hash` it can only follow from the length.
  static func hashAlgorithm(
    of digests: [[UInt8]], _ fields: Fields, _ version: CSCVersion
  ) throws -> HashAlgorithm {
    guard let first = digests.first else { throw CSCError.emptyHashes(version) }
    let oid = try fields.value(["hashAlgorithmOID", "hashAlgo"])
    if oid == nil, version == .v2, try fields.value(["hashes"]) != nil {
      throw CSCError.missingString("hashAlgorithmOID")
    }
    let hash: HashAlgorithm
    if let oid {
      guard let named = oid.string.flatMap(HashAlgorithm.init(oid:)) else {
        throw CSCError.invalidParameter(version.hashAlgorithmName)
      }
      hash = named
    } else {
      guard let fitting = HashAlgorithm(digestLength: first.count) else { throw CSCError.digestLength }
      hash = fitting
    }
    guard digests.allSatisfy({ $0.count == hash.digestLength }) else { throw CSCError.digestLength }
    return hash
  }
}
