import Octets
public import Vocabulary
import WireJSON

extension Fields {
  /// Digests as raw octets, in request order, duplicates kept. Both versions' member names are read in
  /// both versions, because clients mix them.
  ///
  /// Under both names they must be the same octets, not the same text.
  ///
  /// - Returns: nil if the member is absent.
  func optionalDigests(_ version: CSCVersion) throws -> [[UInt8]]? {
    let values = [try value(["hash"]), try value(["hashes"])].compactMap(\.self)
    guard let first = values.first else { return nil }
    if let other = values.last, other != first {
      guard let digests = try? Self.digests(first, version), digests == (try? Self.digests(other, version)) else {
        throw CSCError.invalidParameter(version.digestsName)
      }
    }
    return try Self.digests(first, version)
  }

  /// As `optionalDigests`, for methods that require the member.
  func digests(_ version: CSCVersion) throws -> [[UInt8]] {
    guard let digests = try optionalDigests(version) else {
      throw CSCError.field(.missingOrInvalidType(type: "array", name: version.digestsName))
    }
    guard !digests.isEmpty else { throw CSCError.emptyHashes(version) }
    return digests
  }

  private static func digests(_ value: JSONValue, _ version: CSCVersion) throws -> [[UInt8]] {
    guard let elements = value.array else {
      throw CSCError.field(.missingOrInvalidType(type: "array", name: version.digestsName))
    }
    guard elements.count <= SignHashRequest.maximumHashes else { throw CSCError.tooManySignatures }
    return try elements.map { element in
      guard let text = element.string else { throw CSCError.hashNotBase64 }
      return try digest(text)
    }
  }

  /// One digest. Its length is not looked at.
  static func digest(_ text: String) throws -> [UInt8] {
    guard let digest = Base64.decode(text) else {
      // A text of the base64 alphabet that only has an impossible length is a digest of a wrong length.
      throw text.utf8.allSatisfy(isBase64Character) ? CSCError.digestLength : CSCError.hashNotBase64
    }
    return digest
  }

  private static func isBase64Character(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension CSCVersion {
  /// The name by which this version's errors call the hash OID of `signHash`.
  var hashAlgorithmName: String { self == .v1 ? "hashAlgo" : "hashAlgorithmOID" }
  /// The name of the digests member in this version.
  public var digestsName: String { self == .v1 ? "hash" : "hashes" }
}

extension HashAlgorithm {
  /// The algorithm of a digest whose OID was not sent (CSC v1 `credentials/authorize` has no member for it).
  init?(digestLength: Int) {
    guard let match = Self.allCases.first(where: { $0.digestLength == digestLength }) else { return nil }
    self = match
  }
}
