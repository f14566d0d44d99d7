public import Vocabulary
public import WireJSON

/// `signatures/timestamp` (CSC v1 §11.10, v2 §11.16). Both versions call the members `hash` and `hashAlgo`.
public struct TimestampRequest: Sendable, Equatable {
  /// Hexadecimal digits of a nonce; longer ones are refused (a limit of this service).
  public static let longestNonce = 1024

  /// Raw octets.
  public let digest: [UInt8]
  public let hash: HashAlgorithm
  /// An unsigned number, big endian.
  public let nonce: [UInt8]?

  public init(_ fields: Fields) throws {
    let text = try fields.string("hash")
    guard !text.isEmpty else { throw CSCError.emptyHash }
    hash = try Self.hash(fields)
    digest = try Fields.digest(text)
    guard digest.count == hash.digestLength else { throw CSCError.digestLength }
    nonce = try fields.value(["nonce"]).map { value in
      guard let octets = value.string.flatMap(Self.number) else { throw CSCError.invalidParameter("nonce") }
      return octets
    }
  }

  private static func hash(_ fields: Fields) throws -> HashAlgorithm {
    guard let value = try fields.value(["hashAlgo", "hashAlgorithmOID"]) else {
      throw CSCError.missingString("hashAlgo")
    }
    guard let hash = value.string.flatMap(HashAlgorithm.init(oid:)) else {
      throw CSCError.invalidParameter("hashAlgo")
    }
    return hash
  }

  /// A number in hexadecimal text of either case. Its number of digits need not be even.
  private static func number(_ text: String) -> [UInt8]? {
    guard !text.isEmpty, text.utf8.count <= longestNonce else { return nil }
    var digits = text.utf8.count.isMultiple(of: 2) ? [] : [UInt8(0)]
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(octet - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(octet - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digits.append(octet - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
