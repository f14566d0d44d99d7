package import SoleControl
public import Vocabulary
import WireJSON

/// The signer's identity, as the partner or an identity check established it. Certificates name no other.
///
/// The stored row carries a MAC made in the device: an editor of the store cannot get a certificate in another name.
public struct CertificateSubject: Sendable, Equatable {
  public let signer: SignerID
  public let partner: PartnerID
  public let commonName, givenName, surname: String
  /// ISO 3166-1 alpha-2.
  public let country: String

  public init(
    signer: SignerID, partner: PartnerID, commonName: String, givenName: String, surname: String, country: String
  ) {
    self.signer = signer
    self.partner = partner
    self.commonName = commonName
    self.givenName = givenName
    self.surname = surname
    self.country = country
  }

  public func canonical() -> [UInt8] {
    let object: JSONValue = [
      "signer": .string(signer.rawValue), "partner": .string(partner.rawValue), "commonName": .string(commonName),
      "givenName": .string(givenName), "surname": .string(surname), "country": .string(country),
    ]
    return object.canonical()
  }

  /// Nil if it is not what `canonical()` writes.
  public init?(canonical text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object, let signer = object["signer"]?.string,
      let partner = object["partner"]?.string, let commonName = object["commonName"]?.string,
      let givenName = object["givenName"]?.string, let surname = object["surname"]?.string,
      let country = object["country"]?.string
    else { return nil }
    self.init(
      signer: SignerID(signer), partner: PartnerID(partner), commonName: commonName, givenName: givenName,
      surname: surname, country: country)
  }

  /// Whether nothing that is claimed says otherwise. Composed and decomposed letters are the same (Unicode canonical
  /// equivalence, as Swift compares): which of them a partner's system sends is an accident, and the certificate gets
  /// the registered spelling.
  func agrees(with claim: SubjectClaim) -> Bool {
    [
      (claim.commonName, commonName), (claim.givenName, givenName), (claim.surname, surname), (claim.country, country),
    ].allSatisfy { claimed, known in claimed.map { $0 == known } ?? true }
  }
}

/// A caller's claims about the subject of a certificate; nil for those that it leaves open.
public struct SubjectClaim: Sendable, Equatable {
  public var commonName, givenName, surname, country: String?

  public init(
    commonName: String? = nil, givenName: String? = nil, surname: String? = nil, country: String? = nil
  ) {
    self.commonName = commonName
    self.givenName = givenName
    self.surname = surname
    self.country = country
  }
}

extension SubjectClaim {
  private var parts: [(String, WritableKeyPath<SubjectClaim, String?>)] {
    [("commonName", \.commonName), ("givenName", \.givenName), ("surname", \.surname), ("country", \.country)]
  }

  var json: JSONValue {
    .object(JSONObject(parts.compactMap { name, part in self[keyPath: part].map { (name, .string($0)) } }))
  }

  /// Reads `json` back.
  init(json object: JSONObject) {
    self.init()
    for (name, part) in parts { self[keyPath: part] = object[name]?.string }
  }

  /// Both claims in one; nil if they contradict each other.
  func joined(with other: SubjectClaim) -> SubjectClaim? {
    var joined = self
    for (_, part) in parts {
      guard let value = other[keyPath: part] else { continue }
      guard joined[keyPath: part].map({ $0 == value }) ?? true else { return nil }
      joined[keyPath: part] = joined[keyPath: part] ?? value
    }
    return joined
  }

  /// The subject that it names; nil if it leaves something open, or a name is not fit for a certificate: 1 to 64
  /// characters (RFC 5280 appendix A.1, `ub-common-name`) that can be seen, and a country of two capital letters.
  func subject(of signer: SignerID, at partner: PartnerID) -> CertificateSubject? {
    guard let commonName, let givenName, let surname, let country,
      [commonName, givenName, surname].allSatisfy(Self.isName), country.utf8.count == 2,
      country.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else { return nil }
    return CertificateSubject(
      signer: signer, partner: partner, commonName: commonName, givenName: givenName, surname: surname, country: country
    )
  }

  private static let longestName = 64

  private static func isName(_ text: String) -> Bool {
    let letters = text.unicodeScalars
    guard 1...longestName ~= letters.prefix(longestName + 1).count, letters.first != " ", letters.last != " " else {
      return false
    }
    return letters.allSatisfy { letter in
      switch letter.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
      default: true
      }
    }
  }
}

extension CertificateSubject: DeviceProtected { package static var macKey: MACKey { .subject } }
