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

/// `subjectData`: the certificate's subject as the caller wants it. Which members there are is the provider's to say
/// (CSC v2 §11.4); these are the names of RFC 5280, of RFC 4514 and of OpenID Connect. Others that a certificate could
/// carry are refused: no one here could vouch for them.
public struct SubjectData: Sendable, Equatable {
  public var commonName, givenName, surname, country: String?

  private static let names = (
    commonName: ["commonName", "common_name", "CN", "name"], givenName: ["givenName", "given_name", "GN"],
    surname: ["surname", "familyName", "family_name", "SN"], country: ["country", "countryName", "country_name", "C"]
  )

  /// Claims of OpenID Connect that no certificate of ours carries, so that they promise nothing.
  private static let ignored = ["birthdate", "gender"]

  /// All names of everything (a limit of this service).
  private static let mostMembers = 64

  /// Reads the member `subjectData`; without it, nothing is claimed.
  init(_ fields: Fields) throws {
    guard let value = try fields.value(["subjectData", "subject_data"]) else { return }
    guard let object = value.object else { throw CSCError.invalidParameter("subjectData") }
    guard object.members.count <= Self.mostMembers else { throw CSCError.invalidParameter("subjectData") }
    let known = Self.names.commonName + Self.names.givenName + Self.names.surname + Self.names.country + Self.ignored
    let refused = CSCError.invalidParameter("subjectData")
    guard object.members.allSatisfy({ known.containsSame(as: $0.name) || $0.value == .null }) else { throw refused }
    func text(_ names: [String]) throws -> String? {
      do {
        guard let value = try Fields(object).value(names) else { return nil }
        guard let text = value.string else { throw refused }
        return text
      } catch is FieldError { throw refused }
    }
    commonName = try text(Self.names.commonName)
    givenName = try text(Self.names.givenName)
    surname = try text(Self.names.surname)
    country = try text(Self.names.country)
  }

  var json: JSONValue {
    var object = JSONObject()
    let texts = [
      ("commonName", commonName), ("givenName", givenName), ("surname", surname), ("country", country),
    ]
    for (name, text) in texts { object[name] = text.map(JSONValue.string) }
    return .object(object)
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
