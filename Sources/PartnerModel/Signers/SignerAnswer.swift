public import Vocabulary
public import WireJSON

/// A signer as answers show it.
public struct SignerAnswer: Sendable {
  public struct Contact: Sendable {
    public let email, phone: String?

    public init(email: String?, phone: String?) {
      self.email = email
      self.phone = phone
    }
  }

  public let id: SignerID
  public let kind: SubjectKind
  public let state: SignerState
  public let externalID: String?
  public let locale: String
  public let representative: SignerID?
  public let created: UnixTime
  /// Nil if the token's scopes do not show it.
  public let contact: Contact?

  public init(
    id: SignerID, kind: SubjectKind, state: SignerState, externalID: String?, locale: String,
    representative: SignerID?, created: UnixTime, contact: Contact?
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.externalID = externalID
    self.locale = locale
    self.representative = representative
    self.created = created
    self.contact = contact
  }

  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(id.rawValue)), ("kind", .string(kind.rawValue)), ("state", .string(state.rawValue)),
    ]
    if let externalID { members.append(("externalId", .string(externalID))) }
    members.append(("locale", .string(locale)))
    if let representative { members.append(("representativeId", .string(representative.rawValue))) }
    members.append(("createdAt", .string(TimeText.text(created))))
    if let contact {
      let parts = [("email", contact.email), ("phone", contact.phone)].compactMap { name, value in
        value.map { (name, JSONValue.string($0)) }
      }
      members.append(("contact", .object(JSONObject(parts))))
    }
    return .object(JSONObject(members))
  }
}
