internal import Octets
internal import Vocabulary
public import WireJSON

/// `credentials/create` (CSC v2 §11.4).
public struct CredentialsCreateRequest: Sendable {
  /// OID, dotted decimal.
  public let certificatePolicy: String
  public let subject: SubjectData
  /// Detail of the answer about the new credential.
  public let detail: CredentialDetailWanted

  public init(_ fields: Fields) throws {
    let names = ["credentialCreationRequest", "credential_creation_request"]
    guard let object = (try? fields.value(names))?.object else { throw CSCError.missingCreationRequest }
    let request = Fields(object)
    certificatePolicy = try request.string("certificatePolicy", "certificate_policy")
    guard OID.isWellFormed(certificatePolicy) else { throw CSCError.invalidParameter("certificatePolicy") }
    subject = try SubjectData(request)
    detail = try Self.detail(fields)
    // The person chooses the factors, on the page.
    guard try fields.value(["authData"]).map({ $0 == [] }) ?? true else { throw CSCError.invalidQuoted("authData") }
    _ = try fields.optionalString("clientData", "client_data")
  }

  /// Nothing, unless `credentialInfo` asks for it.
  private static func detail(_ fields: Fields) throws -> CredentialDetailWanted {
    guard try fields.optionalBool("credentialInfo") ?? false else { return .nothing }
    do { return try CredentialDetailWanted(fields) } catch let error as CSCError
      where error == .invalidParameter("certificates")
    {
      throw CSCError.invalidQuoted("certificates")
    } catch FieldError.invalid("certInfo") {
      throw CSCError.invalidQuoted("certInfo")
    }
  }
}

extension OID {
  static func isWellFormed(_ text: String) -> Bool {
    guard text.utf8.count <= 255 else { return false }
    let arcs = text.parts(separatedBy: UInt8(ascii: "."))
    return arcs.count >= 2
      && arcs.allSatisfy { arc in
        !arc.isEmpty && arc.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
          && (arc.utf8.count == 1 || arc.utf8.first != UInt8(ascii: "0"))
      }
  }
}
