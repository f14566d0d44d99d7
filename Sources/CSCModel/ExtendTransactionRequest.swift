public import Vocabulary
public import WireJSON

/// `credentials/extendTransaction` (CSC v1 §11.7, v2 §11.11).
public struct ExtendTransactionRequest: Sendable {
  public let credentialID: String
  public let sad: String
  /// Raw octets in request order; nil if the request names none.
  public let digests: [[UInt8]]?
  /// Nil if there are no digests.
  public let hashAlgorithm: HashAlgorithm?

  public init(_ fields: Fields, _ version: CSCVersion) throws {
    credentialID = try fields.string("credentialID")
    sad = try fields.string("SAD")
    digests = try fields.optionalDigests(version)
    hashAlgorithm = try digests.map { try AuthorizeRequest.hashAlgorithm(of: $0, fields, version) }
  }
}
