internal import Octets
internal import WireJSON

/// `subjectData`: the certificate's subject as the caller wants it. Which members there are is the provider's to say
/// (CSC v2 §11.4); these are the claims of OpenID Connect (Core §5.1), and the names of RFC 5280 and of RFC 4514.
/// Others that a certificate could carry are refused: no one here could vouch for them.
public struct SubjectData: Sendable, Equatable {
  public var commonName, givenName, surname, country: String?

  private static let names = (
    commonName: ["name", "commonName", "common_name", "CN"], givenName: ["given_name", "givenName", "GN"],
    surname: ["family_name", "familyName", "surname", "SN"], country: ["country", "countryName", "country_name", "C"]
  )
  private static let address = "address"

  /// Claims of OpenID Connect that no certificate of ours carries, so that they promise nothing.
  private static let ignored = ["birthdate", "gender"]

  /// All names of everything (a limit of this service).
  private static let mostMembers = 64

  /// Reads the member `subjectData`; without it, nothing is claimed.
  init(_ fields: Fields) throws {
    do {
      guard let value = try fields.value(["subjectData", "subject_data"]) else { return }
      let object = try Self.object(value)
      let known =
        Self.names.commonName + Self.names.givenName + Self.names.surname + Self.names.country + Self.ignored
        + [Self.address]
      guard object.members.allSatisfy({ known.containsSame(as: $0.name) || $0.value == .null }) else {
        throw Self.refused
      }
      let members = Fields(object)
      commonName = try Self.text(members, Self.names.commonName)
      givenName = try Self.text(members, Self.names.givenName)
      surname = try Self.text(members, Self.names.surname)
      // Of an address (OpenID Connect Core §5.1.1) a certificate has the country.
      let address = try members.value([Self.address]).map { try Self.object($0) }
      let countries = [
        try Self.text(members, Self.names.country),
        try address.flatMap { try Self.text(Fields($0), Self.names.country) },
      ].compactMap(\.self)
      guard Set(countries.map { Array($0.utf8) }).count <= 1 else { throw Self.refused }
      country = countries.first
    } catch is FieldError { throw Self.refused }
  }

  private static let refused = CSCError.invalidParameter("subjectData")

  private static func object(_ value: JSONValue) throws -> JSONObject {
    guard let object = value.object, object.members.count <= mostMembers else { throw refused }
    return object
  }

  private static func text(_ members: Fields, _ names: [String]) throws -> String? {
    guard let value = try members.value(names) else { return nil }
    guard let text = value.string else { throw refused }
    return text
  }

  /// As OpenID Connect names the claims.
  var json: JSONValue {
    var object = JSONObject()
    for (name, text) in [("name", commonName), ("given_name", givenName), ("family_name", surname)] {
      object[name] = text.map(JSONValue.string)
    }
    object[Self.address] = country.map { ["country": .string($0)] }
    return .object(object)
  }
}
