public import Vocabulary
public import WireJSON

/// The answer of `info` about the service (CSC v1 §11.1, v2 §11.1).
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
  /// All mechanisms of service authorization; `basic` only counts where `auth/login` is offered.
  public var authTypes: [String]
  /// Issuer of the authorization server, without a slash at the end; nil if there is none.
  public var authorizationServer: String?
  /// How v2 names it. Nil: by its base.
  public var servers: AnnouncedServers?
  /// Methods that are offered; nil: all whose part is there. `info` always is.
  public var methods: Set<Method>?
  /// `specs` by version.
  public var specs = Dictionary(uniqueKeysWithValues: CSCVersion.allCases.map { ($0, $0.specs) })
  /// Name and description in further languages, by RFC 5646 tag.
  public var translations: [String: (name: String, description: String)] = [:]

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

  /// The same in the language that is wished for, if it is there: of the tag itself, else of its primary language
  /// (RFC 4647 §3.4). `lang` tells which it became.
  public func localized(_ wish: String?) -> ServiceInfo {
    guard let wish = wish?.lowercased(), wish != language.lowercased() else { return self }
    let primary = String(wish.prefix { $0 != "-" })
    let found =
      translations.first { $0.key.lowercased() == wish } ?? translations.first { $0.key.lowercased() == primary }
    guard let (tag, texts) = found else { return self }
    var copy = self
    copy.language = tag
    copy.name = texts.name
    copy.description = texts.description
    return copy
  }

  /// Whether the operator offers a method.
  public func offers(_ method: Method) -> Bool { method == .info || methods?.contains(method) ?? true }

  /// - Parameters:
  ///   - documents: formats that signDoc can make.
  ///   - isAvailable: whether the service has what a method needs.
  public func json(
    _ version: CSCVersion, documents: DocumentSupport = .none, isAvailable: (Method) -> Bool
  ) -> JSONValue {
    var answer = JSONObject([
      ("specs", .string(specs[version] ?? version.specs)), ("name", .string(name)), ("logo", .string(logo)),
      ("region", .string(region)), ("lang", .string(language)), ("description", .string(description)),
      (
        "authType",
        .array(authTypes.filter { $0 != "basic" || isAvailable(.authLogin) }.map(JSONValue.string))
      ),
      ("methods", .array(Method.announced(in: version, isAvailable: isAvailable).map(JSONValue.string))),
    ])
    if version == .v1, let authorizationServer {
      // v1's clients append `oauth2/authorize`, v2's `/oauth2/authorize`; each gets the endpoints of its version.
      answer["oauth2"] = .string(authorizationServer + "/csc/v1/")
    }
    if version == .v2 {
      let servers = servers ?? authorizationServer.map(AnnouncedServers.base)
      for (name, value) in servers?.members ?? [] { answer[name] = value }
      // Without polling there is no way to the result.
      answer["asynchronousOperationMode"] = .bool(isAvailable(.signPolling))
      answer["signAlgorithms"] = [
        "algos": .array(WireSignAlgorithm.allCases.map { .string($0.oid) }), "algoParams": [],
      ]
      for (name, value) in documents.members { answer[name] = value }
      answer["supportedHashTypes"] = documents.formats.isEmpty ? ["dtbsr"] : ["dtbsr", "sdr"]
    }
    return .object(answer)
  }
}
