import Certificates

/// Made-up people and organisations, with identifiers that no one has.
struct SampleSubject {
  let names: ProvenNames
  let subject: SubjectName

  private static let people = [
    ("AT", "Alice Maria", "Mustermann-Müller"), ("DE", "Bob", "Beispiel"), ("FR", "Chloé", "L'Exemple"),
    ("ES", "José Ángel", "Núñez Ejemplo"), ("PL", "Łucja", "Przykładowa"), ("CZ", "Dařina", "Příkladová"),
    ("GR", "Ελένη", "Παραδείγματος"), ("BG", "Иван", "Примеров"), ("IE", "Aoife", "Ní Shampla"),
    ("FI", "Äijö", "Esimerkki"),
  ]
  private static let organisations = [
    ("AT", "Beispiel Handels GmbH"), ("DE", "Müller & Söhne, Beispiel AG"), ("FR", "Société d'Exemple S.A."),
    ("PL", "Przykład Sp. z o.o."), ("GR", "Παράδειγμα Α.Ε."),
  ]

  init(_ profile: CertificateProfile, number: Int) throws {
    let digits = String(String(1_000_000 + number).dropFirst())
    let identifier: PersonIdentifier
    switch profile.kind {
    case .person:
      let (country, given, surname) = Self.people[number % Self.people.count]
      if profile.subject.serialNumber == .opaque {
        identifier = PersonIdentifier(random: (0..<16).map { _ in .random(in: .min ... .max) })
      } else {
        let type = ["PNO", "IDC", "PAS", "TIN"][number % 4]
        identifier = .proven("\(type)\(country)-TEST\(digits)", .natural)
      }
      names = ProvenNames(country: country, surname: surname, givenName: given, identifier: identifier.text)
    case .organisation:
      let (country, name) = Self.organisations[number % Self.organisations.count]
      let type = ["NTR", "VAT"][number % 2]
      names = ProvenNames(
        country: country, organization: name, identifier: "\(type)\(country)-TEST\(digits)")
      identifier = .opaque("")
    }
    let proven = names
    let common = profile.subject.commonName.filled { type in
      switch type {
      case .surname: proven.surname
      case .givenName: proven.givenName
      case .organization: proven.organization
      default: nil
      }
    }
    switch profile.kind {
    case .person:
      subject = try .person(
        country: names.country, .formally(surname: names.surname, givenName: names.givenName), identifier: identifier,
        commonName: profile.subject.prefix + common)
    case .organisation:
      subject = try .organisation(
        country: names.country, name: names.organization ?? "", identifier: names.identifier,
        commonName: profile.subject.prefix + common)
    }
  }
}
