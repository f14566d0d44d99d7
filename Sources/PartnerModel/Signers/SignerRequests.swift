public import Vocabulary
public import WireJSON

/// Where a signer is reached.
public struct ContactChange: Equatable, Sendable {
  public let email: Change<String>
  /// E.164.
  public let phone: Change<String>

  public static let none = ContactChange(email: .unchanged, phone: .unchanged)

  static let members = ["email", "phone"]

  init(email: Change<String>, phone: Change<String>) {
    self.email = email
    self.phone = phone
  }

  init(_ fields: inout StrictFields) {
    email = fields.change("email", .email)
    phone = fields.change("phone", .phone)
  }
}

/// `POST /signers`.
public struct SignerCreation: Equatable, Sendable {
  public let kind: SubjectKind
  public let externalID: String?
  /// RFC 5646.
  public let locale: String
  public let email: String?
  /// E.164.
  public let phone: String?
  /// Of an organisation alone.
  public let representative: SignerID?

  /// - Throws: `member-unknown`, `body-invalid`.
  public init(_ body: JSONObject) throws(Problem) {
    var fields = try StrictFields(body, known: ["kind", "externalId", "locale", "contact", "representativeId"])
    let kind = fields.required("kind", SubjectKind.self)
    externalID = fields.text("externalId", .externalID)
    let locale = fields.required("locale", .language)
    let contact = try fields.object("contact", known: ContactChange.members) { fields in
      (fields.text("email", .email), fields.text("phone", .phone))
    }
    (email, phone) = (contact?.0, contact?.1)
    representative = fields.text("representativeId", .id).map { SignerID($0) }
    if kind == .person, fields.hasValue("representativeId") {
      fields.refuse("representativeId", "It is for organisations alone.")
    }
    try fields.check()
    guard let kind, let locale else { throw Problem(.bodyInvalid) }
    (self.kind, self.locale) = (kind, locale)
  }
}

/// `PATCH /signers/{id}`: a merge patch (RFC 7396) of what a partner may change by itself.
public struct SignerPatch: Equatable, Sendable {
  public let externalID: Change<String>
  /// RFC 5646; nil if it stays.
  public let locale: String?
  public let contact: ContactChange

  /// Members that name a person or an organisation. Only an identity proofing gives them.
  private static let proofed = [
    "names", "dateOfBirth", "placeOfBirth", "nationality", "personalIdentifier", "organisation",
  ]

  /// - Throws: `identity-is-proofed`, `member-unknown`, `body-invalid`.
  public init(_ body: JSONObject) throws(Problem) {
    let named = Self.proofed.filter { body[$0] != nil }
    guard named.isEmpty else {
      throw Problem(
        .identityIsProofed, "These members come from an identity proofing.",
        faults: named.map { RequestFault(.body(JSONPointer.root.member($0)), "It cannot be changed here.") })
    }
    var fields = try StrictFields(body, known: ["contact", "locale", "externalId"])
    externalID = fields.change("externalId", .externalID)
    locale = fields.has("locale") ? fields.required("locale", .language) : nil
    if fields.has("contact") {
      // Null removes all of it.
      contact =
        try fields.object("contact", known: ContactChange.members) { ContactChange(&$0) }
        ?? ContactChange(email: .removal, phone: .removal)
    } else {
      contact = .none
    }
    try fields.check()
  }
}

/// `GET /signers`.
public struct SignerQuery: Sendable {
  public let list: ListQuery
  public var externalID: String? { list.filters["externalId"] }
  public var state: SignerState? { list.filters["state"].flatMap(SignerState.init(rawValue:)) }

  /// Name of the list, for its cursors.
  public static let name = "signers"

  private static let state = TextRule("one of \(SignerState.allCases.map(\.rawValue).joined(separator: ", "))") {
    SignerState(rawValue: $0) != nil
  }

  /// - Parameter pairs: nil if it is no such text.
  /// - Throws: `query-invalid`.
  public init(_ pairs: QueryPairs?) throws(Problem) {
    list = try ListQuery(pairs, filters: ["externalId": .externalID, "state": Self.state])
  }
}
