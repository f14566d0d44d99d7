public import WireJSON

/// What `info` tells about the service (CSC v1 §11.1, v2 §11.1).
public struct ServiceInfo: Sendable {
  /// At most 255 characters.
  public var name: String
  /// URI of a JPEG or PNG of at most 256×256 pixels.
  public var logo: String
  /// ISO 3166-1 alpha-2.
  public var region: String
  /// RFC 5646; the language of `name` and `description`.
  public var language: String
  /// At most 255 characters.
  public var description: String
  public var authTypes: [String]
  /// Issuer of the authorization server, without a slash at the end; nil if there is none.
  public var authorizationServer: String?

  public init(
    name: String, logo: String, region: String, language: String, description: String, authTypes: [String],
    authorizationServer: String?
  ) {
    self.name = name
    self.logo = logo
    self.region = region
    self.language = language
    self.description = description
    self.authTypes = authTypes
    self.authorizationServer = authorizationServer
  }

  public func json(_ version: APIVersion) -> JSONValue {
    var answer = JSONObject([
      ("specs", .string(version.specs)), ("name", .string(name)), ("logo", .string(logo)),
      ("region", .string(region)), ("lang", .string(language)), ("description", .string(description)),
      ("authType", .array(authTypes.map(JSONValue.string))),
      ("methods", .array(Method.announced(in: version).map(JSONValue.string))),
    ])
    if let authorizationServer {
      // v1's clients append `oauth2/authorize`, v2's `/oauth2/authorize`; each gets the endpoints of its version.
      answer["oauth2"] = .string(authorizationServer + (version == .v1 ? "/csc/v1/" : ""))
    }
    if version == .v2 {
      if authorizationServer != nil { answer["supportsRar"] = true }
      answer["asynchronousOperationMode"] = false
      answer["validationInfo"] = false
      answer["signAlgorithms"] = [
        "algos": .array(WireSignAlgorithm.allCases.map { .string($0.rawValue) }), "algoParams": [],
      ]
      // Always present, even if empty: strict clients refuse an answer without them.
      answer["signature_formats"] = ["formats": [], "envelope_properties": []]
      answer["conformance_levels"] = []
      answer["supportedHashTypes"] = ["dtbsr"]
    }
    return .object(answer)
  }
}
