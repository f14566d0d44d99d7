/// The kind of subject that a certificate is about.
public enum SubjectKind: String, Sendable, CaseIterable {
  /// Signs (eIDAS article 3 (9)).
  case person
  /// Seals (eIDAS article 3 (24)).
  case organisation
}

/// The name of a subject, or of an authority, with its attributes in our order. Every part was checked when it was
/// made.
public struct SubjectName: Sendable, Equatable {
  public let kind: SubjectKind
  public let attributes: [NameAttribute]

  /// The Name as DER.
  public var der: [UInt8] { attributes.der }

  /// How a person is called (EN 319 412-2 NAT-4.2.4-1, -4): by the formal name, of which one part may not exist, or by
  /// a pseudonym alone.
  public enum Called: Sendable, Equatable {
    case formally(surname: String?, givenName: String?)
    case pseudonym(String)
  }

  /// A natural person (EN 319 412-2 clause 4.2.4).
  ///
  /// - Parameters:
  ///   - country: of which the other attributes are to be understood; not a nationality (NAT-4.2.4-3).
  ///   - commonName: how it is presented (NAT-4.2.4-15 to -17).
  public static func person(
    country: String, _ called: Called, identifier: PersonIdentifier, commonName: String
  ) throws(NameFault) -> SubjectName {
    guard CountryCodes.contains(country) else { throw .country }
    guard identifier.isWellFormed else { throw .identifier }
    var attributes = [try attribute(.country, country)]
    switch called {
    case .formally(nil, nil): throw .nameless
    case .formally(let surname, let givenName):
      if let surname { attributes.append(try attribute(.surname, surname)) }
      if let givenName { attributes.append(try attribute(.givenName, givenName)) }
    case .pseudonym(let pseudonym): attributes.append(try attribute(.pseudonym, pseudonym))
    }
    attributes.append(try attribute(.serialNumber, identifier.text))
    attributes.append(try attribute(.commonName, commonName))
    return SubjectName(kind: .person, attributes: attributes)
  }

  /// A legal person (EN 319 412-3 clause 4.2.1), also as issuer (EN 319 412-2 clause 4.2.3.1).
  ///
  /// - Parameters:
  ///   - country: where it is established (LEG-4.2.1-4).
  ///   - name: as it is registered, in full (LEG-4.2.1-5).
  ///   - identifier: as the scheme says; differs from the name (LEG-4.2.1-6).
  ///   - commonName: by which it is known (LEG-4.2.1-8), or under which an authority issues.
  public static func organisation(
    country: String, name: String, identifier: String, scheme: IdentifierScheme = .legal, commonName: String
  ) throws(NameFault) -> SubjectName {
    guard CountryCodes.contains(country) else { throw .country }
    guard !scheme.isOfPersons, scheme.allows(identifier) else { throw .identifier }
    let attributes = [
      try attribute(.country, country), try attribute(.organization, name),
      try attribute(.organizationIdentifier, identifier), try attribute(.commonName, commonName),
    ]
    guard attributes[1].value != attributes[2].value else { throw .identifierIsName }
    return SubjectName(kind: .organisation, attributes: attributes)
  }

  private static func attribute(_ type: NameAttributeType, _ value: String) throws(NameFault) -> NameAttribute {
    NameAttribute(type, try NameText(value, of: type))
  }
}
