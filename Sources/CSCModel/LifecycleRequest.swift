internal import Octets
internal import Vocabulary
public import WireJSON

/// A client's request to the authorization server with the scopes `credential-creation` and
/// `credential-deletion`, by single parameters or by a rich request (CSC v2 §8.2.2).
///
/// By scope alone it may leave open which certificate policy, or which credential: then the person is asked.
public struct LifecycleRequest: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case creation(certificatePolicy: String?, subject: SubjectData)
    case deletion(credentialID: String?)
  }

  public private(set) var kind: Kind
  /// Type of the rich request; nil for single parameters.
  public let type: String?
  /// `acr_values` of a rich request to create: how the person is to be authenticated, any of these. Empty: as the
  /// service does.
  public private(set) var acrValues: [String] = []
  /// Whether the person chose what the request left open.
  public private(set) var isChosen = false

  public static let creationType = "https://cloudsignatureconsortium.org/2025/credential-creation"
  public static let deletionType = "https://cloudsignatureconsortium.org/2025/credential-deletion"
  /// Types of a rich request; the short ones mean the same.
  public static let creationTypes = [creationType, "credential-creation"]
  public static let deletionTypes = [deletionType, "credential-deletion"]

  public var isCreation: Bool { if case .creation = kind { true } else { false } }

  /// Whether the person has to be asked which policy, or which credential.
  public var isOpen: Bool {
    switch kind {
    case .creation(let policy, _): policy == nil
    case .deletion(let id): id == nil
    }
  }

  /// The request with what the person chose.
  ///
  /// - Parameter choice: a certificate policy, or a credential's id.
  public func choosing(_ choice: String) -> LifecycleRequest {
    var request = self
    request.isChosen = true
    switch kind {
    case .creation(_, let subject): request.kind = .creation(certificatePolicy: choice, subject: subject)
    case .deletion: request.kind = .deletion(credentialID: choice)
    }
    return request
  }

  /// Reads single parameters.
  ///
  /// - Throws: `CSCError`, whose text is for the redirect's `error_description`.
  public init(isCreation: Bool, parameters: (String) -> String?) throws {
    var object = JSONObject()
    for name in ["certificatePolicy", "credentialID"] { object[name] = parameters(name).map(JSONValue.string) }
    try self.init(isCreation: isCreation, Fields(object), type: nil)
  }

  /// Reads `authorization_details`: an array of one object.
  ///
  /// - Returns: nil if its type is not one of these two, whatever else it is.
  public init?(details text: String) throws {
    guard let entries = try? JSONValue.parse(Array(text.utf8), limits: .richRequest).array,
      let found = entries.first(where: { Self.isOurs($0.object?["type"]?.string) })?.object,
      let type = found["type"]?.string
    else { return nil }
    guard entries.count == 1 else { throw CSCError.invalidAuthorizationDetails }
    let isCreation = Self.creationTypes.containsSame(as: type)
    do {
      // As the method has them, or directly.
      let nested = try Fields(found).value(["credentialCreationRequest"])
      guard nested == nil || (isCreation && nested?.object != nil) else { throw CSCError.invalidAuthorizationDetails }
      try self.init(isCreation: isCreation, Fields(nested?.object ?? found), type: type)
      if isCreation { acrValues = try Self.levels(found) }
    } catch is FieldError { throw CSCError.invalidAuthorizationDetails }
  }

  /// Values of one request, and octets of each (limits of this service).
  private static let mostLevels = 16
  private static let longestLevel = 255

  private static func levels(_ object: JSONObject) throws -> [String] {
    guard let value = try Fields(object).value(["acr_values"]) else { return [] }
    guard let values = value.array, values.count <= mostLevels, case let texts = values.compactMap(\.string),
      texts.count == values.count, texts.allSatisfy({ 1...longestLevel ~= $0.utf8.count })
    else { throw CSCError.invalidAuthorizationDetails }
    return texts
  }

  private static func isOurs(_ type: String?) -> Bool {
    type.map { (creationTypes + deletionTypes).containsSame(as: $0) } ?? false
  }

  /// - Parameter type: a rich request names what it is about (CSC v2 §8.2.2, tables of the types).
  private init(isCreation: Bool, _ fields: Fields, type: String?) throws {
    self.type = type
    guard isCreation else {
      kind = .deletion(credentialID: try Self.named("credentialID", fields, isRequired: type != nil))
      return
    }
    let policy = try Self.named("certificatePolicy", fields, isRequired: type != nil)
    guard policy.map(OID.isWellFormed) ?? true else { throw CSCError.invalidParameter("certificatePolicy") }
    kind = .creation(certificatePolicy: policy, subject: try SubjectData(fields))
  }

  private static func named(_ name: String, _ fields: Fields, isRequired: Bool) throws -> String? {
    do {
      if !isRequired, try fields.value([name]) == nil { return nil }
      return try fields.string(name)
    } catch { throw CSCError.field(error) }
  }

  /// The request with those of the contexts in `acr_values` that are reached, for the token answer: it says what was
  /// granted.
  public func reaching(_ levels: [String]) -> LifecycleRequest {
    var request = self
    request.acrValues = acrValues.filter(levels.contains)
    return request
  }

  /// The one value of what is asked for, however it was spelt.
  public var json: JSONValue {
    var object = members
    object["isCreation"] = .bool(isCreation)
    if isChosen { object["isChosen"] = true }
    if !acrValues.isEmpty { object["acr_values"] = levels }
    return .object(object)
  }

  /// Reads `json` back.
  public init?(json: JSONValue) {
    guard let object = json.object, let isCreation = object["isCreation"]?.bool,
      let read = try? Self(isCreation: isCreation, Fields(object), type: object["type"]?.string)
    else { return nil }
    self = read
    isChosen = object["isChosen"]?.bool ?? false
    guard let levels = try? Self.levels(object) else { return nil }
    acrValues = levels
  }

  private var levels: JSONValue { .array(acrValues.map(JSONValue.string)) }

  private var members: JSONObject {
    var object = JSONObject()
    object["type"] = type.map(JSONValue.string)
    switch kind {
    case .creation(let policy, let subject):
      object["certificatePolicy"] = policy.map(JSONValue.string)
      object["subjectData"] = subject.json
    case .deletion(let id): object["credentialID"] = id.map(JSONValue.string)
    }
    return object
  }

  /// `authorization_details` of the token answer (RFC 9396 §7), with the members of the request (CSC v2 §8.2.2). Nil if
  /// the client knows all of it: it named everything, by single parameters.
  public var granted: JSONValue? {
    guard type != nil || isChosen else { return nil }
    var object = members
    let name = JSONValue.string(type ?? (isCreation ? Self.creationType : Self.deletionType))
    object["type"] = isCreation ? nil : name
    guard isCreation else { return [.object(object)] }
    var entry = JSONObject([("type", name), ("credentialCreationRequest", .object(object))])
    if !acrValues.isEmpty { entry["acr_values"] = levels }
    return [.object(entry)]
  }
}
