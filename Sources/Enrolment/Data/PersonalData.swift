internal import Octets
internal import WireJSON

/// Personal data of a signer, which the store has only encrypted.
public struct PersonalData: Equatable, Sendable {
  /// The partner's own name for the signer.
  public var externalID: String?
  public var email: String?
  /// E.164.
  public var phone: String?

  public init(externalID: String? = nil, email: String? = nil, phone: String? = nil) {
    self.externalID = externalID
    self.email = email
    self.phone = phone
  }

  /// Octet for octet: texts that look the same may be others.
  public static func == (left: PersonalData, right: PersonalData) -> Bool {
    zip(left.texts, right.texts).allSatisfy { one, other in
      guard let one, let other else { return one == nil && other == nil }
      return one.isSame(as: other)
    }
  }

  private var texts: [String?] { [externalID, email, phone] }

  func canonical() -> [UInt8] {
    let members = [("externalId", externalID), ("email", email), ("phone", phone)].compactMap { name, value in
      value.map { (name, JSONValue.string($0)) }
    }
    return JSONValue.object(JSONObject(members)).canonical()
  }

  init?(canonical text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object else { return nil }
    self.init(
      externalID: object["externalId"]?.string, email: object["email"]?.string, phone: object["phone"]?.string)
  }
}
