import Octets
public import Vocabulary
public import WireJSON

/// `signatures/signHash` (CSC v1 §11.9, v2 §11.13).
public struct SignHashRequest: Sendable {
  /// More digests in one call are refused (a limit of this service).
  public static let maximumHashes = 1000

  public let credentialID: String
  /// Nil if the bearer is a SAD itself and the body names none.
  public let sad: String?
  /// Raw octets, in request order.
  public let digests: [[UInt8]]
  /// By `signAlgo`, `signAlgoParams` and the hash OID together.
  public let algorithm: SignatureAlgorithm
  public let mode: OperationMode

  /// Checks presence and types first, then values, so that one fault gets its own row of the table.
  ///
  /// - Parameter needsSAD: false if the bearer is a token of scope `credential` (CSC v2 §11.13).
  public init(_ fields: Fields, _ version: CSCVersion, needsSAD: Bool = true) throws {
    credentialID = try fields.string("credentialID")
    sad = try needsSAD || fields.value(["SAD"]) != nil ? fields.string("SAD") : nil
    let digests = try fields.digests(version)
    let signAlgo = try fields.string("signAlgo")
    do { _ = try fields.optionalString("clientData", "client_data") } catch { throw CSCError.field(error) }
    mode = try OperationMode(fields, version)
    let algorithm = try Self.algorithm(signAlgo, fields, version)
    guard digests.allSatisfy({ $0.count == algorithm.hash.digestLength }) else { throw CSCError.digestLength }
    self.digests = digests
    self.algorithm = algorithm
  }

  static func algorithm(_ oid: String, _ fields: Fields, _ version: CSCVersion) throws -> SignatureAlgorithm {
    guard let signAlgo = WireSignAlgorithm(oid: oid) else { throw CSCError.invalidParameter("signAlgo") }
    let hashOID = try fields.value([version.hashAlgorithmName, "hashAlgo", "hashAlgorithmOID"])
    let algorithm = try Self.algorithm(signAlgo, hashOID, fields, version)
    if let hashOID { try check(hashOID, against: algorithm, version) }
    return algorithm
  }

  /// A hash OID is ignored where something else fixes the hash. CSC v2 §11.13 also has a row for one that names
  /// another hash; of v1, which has none, only PSS must agree.
  private static func check(_ oid: JSONValue, against algorithm: SignatureAlgorithm, _ version: CSCVersion) throws {
    let named = oid.string.flatMap(HashAlgorithm.init(oid:))
    guard named != algorithm.hash else { return }
    guard version == .v1 || named == nil else { throw CSCError.hashContradictsAlgorithm }
    if case .rsaPSS = algorithm { throw CSCError.invalidParameter(version.hashAlgorithmName) }
  }

  private static func algorithm(
    _ signAlgo: WireSignAlgorithm, _ hashOID: JSONValue?, _ fields: Fields, _ version: CSCVersion
  ) throws -> SignatureAlgorithm {
    switch signAlgo {
    case .sha256WithRSAEncryption: return .rsaPKCS1(.sha256)
    case .sha384WithRSAEncryption: return .rsaPKCS1(.sha384)
    case .sha512WithRSAEncryption: return .rsaPKCS1(.sha512)
    case .ecdsaWithSHA256: return .ecdsa(.sha256)
    case .ecdsaWithSHA384: return .ecdsa(.sha384)
    case .ecdsaWithSHA512: return .ecdsa(.sha512)
    case .rsaEncryption: return .rsaPKCS1(try requiredHash(hashOID, version))
    case .rsassaPSS:
      let der = try fields.string("signAlgoParams", "sign_algo_params")
      guard let bytes = Base64.decode(der), let parameters = PSSParameters(der: bytes) else {
        throw CSCError.invalidParameter("signAlgoParams")
      }
      return .rsaPSS(
        hash: parameters.hash, maskGenerationHash: parameters.maskGenerationHash, saltLength: parameters.saltLength)
    }
  }

  /// The hash OID, which is ignored wherever `signAlgo` fixes the hash.
  private static func requiredHash(_ oid: JSONValue?, _ version: CSCVersion) throws -> HashAlgorithm {
    let name = version.hashAlgorithmName
    guard let oid = oid?.string else { throw CSCError.missingString(name) }
    guard let hash = HashAlgorithm(oid: oid) else { throw CSCError.invalidParameter(name) }
    return hash
  }
}
