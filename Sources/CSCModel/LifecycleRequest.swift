internal import Octets
internal import Vocabulary
public import WireJSON

/// A client's request to the authorization server with the scopes `credential-creation` and
/// `credential-deletion`, by single parameters or by a rich request (CSC v2 §8.2.2).
public struct LifecycleRequest: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case creation(certificatePolicy: String, subject: SubjectData)
    case deletion(credentialID: String)
  }

  public let kind: Kind
  /// Type of the rich request; nil for single parameters.
  public let type: String?

  public static let creationType = "https://cloudsignatureconsortium.org/2025/credential-creation"
  public static let deletionType = "https://cloudsignatureconsortium.org/2025/credential-deletion"
  /// Types of a rich request; the short ones mean the same.
  public static let creationTypes = [creationType, "credential-creation"]
  public static let deletionTypes = [deletionType, "credential-deletion"]

  public var isCreation: Bool { if case .creation = kind { true } else { false } }

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
    } catch is FieldError { throw CSCError.invalidAuthorizationDetails }
  }

  private static func isOurs(_ type: String?) -> Bool {
    type.map { (creationTypes + deletionTypes).containsSame(as: $0) } ?? false
  }

  private init(isCreation: Bool, _ fields: Fields, type: String?) throws {
    self.type = type
    guard isCreation else {
      do { kind = .deletion(credentialID: try fields.string("credentialID")) } catch { throw CSCError.field(error) }
      return
    }
    let policy: String
    do { policy = try fields.string("certificatePolicy") } catch { throw CSCError.field(error) }
    guard OID.isWellFormed(policy) else { throw CSCError.invalidParameter("certificatePolicy") }
    kind = .creation(certificatePolicy: policy, subject: try SubjectData(fields))
  }

  /// The one value of what is asked for, however it was spelt.
  public var json: JSONValue { .object(members) }

  /// Reads `json` back.
  public init?(json: JSONValue) {
    guard let object = json.object else { return nil }
    let isCreation = object["certificatePolicy"] != nil
    guard let read = try? Self(isCreation: isCreation, Fields(object), type: object["type"]?.string) else {
      return nil
    }
    self = read
  }

  private var members: JSONObject {
    var object = JSONObject()
    object["type"] = type.map(JSONValue.string)
    switch kind {
    case .creation(let policy, let subject):
      object["certificatePolicy"] = .string(policy)
      object["subjectData"] = subject.json
    case .deletion(let id): object["credentialID"] = .string(id)
    }
    return object
  }

  /// `authorization_details` of the token answer (RFC 9396 §7), with the members of the request (CSC v2 §8.2.2).
  public var granted: JSONValue {
    guard isCreation else { return [.object(members)] }
    var (object, request) = (JSONObject(), members)
    object["type"] = request["type"]
    request["type"] = nil
    object["credentialCreationRequest"] = .object(request)
    return [.object(object)]
  }
}
