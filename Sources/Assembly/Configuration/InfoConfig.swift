import CSCModel
internal import Vocabulary

extension Config {
  package struct Info {
    /// Name and description of the service in `info`, at most 255 characters each.
    var name, description: String
    /// Country of the service: ISO 3166-1 alpha-2, in capital letters.
    var region: String
    /// Language of name and description: an RFC 5646 tag. Default: en.
    var language: String
    /// Base URL under which clients reach the service: https, without a trailing slash. Also the issuer of the
    /// authorization server.
    package var publicURL: String
    /// Name and description in further languages, by RFC 5646 tag.
    var translations: [String: (name: String, description: String)]
    /// Value of `info.specs`, by version (`v1`, `v2`). Default: the value that today's clients insist on.
    var specs: [CSCVersion: String]
    /// How `info` of v2 names the authorization server: at most one of these three. It can only be the gateway's own,
    /// as tokens of others are not accepted.
    /// - `oauth2`: its base, `publicURL` or that with `/csc/v2`. Default: `publicURL`.
    /// - `oauth2Issuer`: its issuer, `publicURL`; clients read the metadata (RFC 8414), so `publicURL` must have no
    ///   path. Clients that know only `oauth2` find nothing then.
    /// - `oauth2Servers`: a list of 1 to 8 entries, in each `baseUri` (as `oauth2`) or `issuerIdentifier` (as
    ///   `oauth2Issuer`); `authType`, a list of `oauth2code`, `oauth2client` (default: both), which all entries
    ///   together must name; and `label`, for people, at most 255 characters (default: none).
    var servers: AnnouncedServers?
    /// `methods`: names of the methods that are offered, in both versions, such as `credentials/list`: for clients that
    /// read no names but theirs. All others answer 501. Default: all whose part is there.
    /// - Without `signatures/signPolling` nothing is signed asynchronously.
    /// - Without `credentials/authorizeCheck` no one is asked out of band.
    /// - Without `auth/login` there is no `basic` in `authType`.
    var methods: Set<Method>?
  }
}

extension Config.Info {
  init(_ reader: ConfigReader) throws {
    name = try reader.string("name", longest: 255)
    description = try reader.string("description", longest: 255)
    region = try reader.string("region")
    guard region.wholeMatch(of: /[A-Z][A-Z]/) != nil else {
      throw reader.error("region", "must be a country code (ISO 3166-1) such as AT")
    }
    language = try reader.string("language", default: "en")
    guard language.wholeMatch(of: /[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*/) != nil else {
      throw reader.error("language", "must be a language tag (RFC 5646) such as en or de-AT")
    }
    publicURL = try reader.url("publicURL", allowsPlainHTTP: reader.notes.isExcused, isBase: true)
    translations = [:]
    if let languages = try reader.optional("translations") {
      for tag in languages.names {
        let texts = try languages.object(tag)
        translations[tag] = (
          try texts.string("name", longest: 255), try texts.string("description", longest: 255)
        )
        try texts.finish()
      }
    }
    specs = [:]
    if let versions = try reader.optional("specs") {
      for version in CSCVersion.allCases { specs[version] = try versions.optionalString(version.rawValue) }
      try versions.finish()
    }
    servers = try Self.servers(reader, of: publicURL)
    methods = try Self.methods(reader)
    try reader.finish()
  }

  private static let serverMembers = ["oauth2", "oauth2Issuer", "oauth2Servers"]

  private static func servers(_ reader: ConfigReader, of publicURL: String) throws -> AnnouncedServers? {
    let named = serverMembers.filter(reader.names.contains)
    guard named.count <= 1 else {
      let others = named.dropFirst().map { "\"\($0)\"" }.joined(separator: " and ")
      throw reader.error(named[0], "and \(others) are both there: info has exactly one of them")
    }
    let own = OwnServer(publicURL: publicURL)
    if let base = try reader.optionalString("oauth2") {
      return .base(try own.base(base, reader, "oauth2"))
    }
    if let issuer = try reader.optionalString("oauth2Issuer") {
      return .issuer(try own.issuer(issuer, reader, "oauth2Issuer"))
    }
    guard reader.names.contains("oauth2Servers") else { return nil }
    let entries = try reader.list("oauth2Servers")
    guard 1...8 ~= entries.count else { throw reader.error("oauth2Servers", "must list 1 to 8 servers") }
    let servers = try entries.map { try AnnouncedServer($0, own) }
    guard Set(servers.flatMap(\.authTypes)).count == AnnouncedServer.mechanisms.count else {
      throw reader.error("oauth2Servers", "must name each of \(AnnouncedServer.mechanisms) in some \"authType\"")
    }
    return .list(servers)
  }

  private static func methods(_ reader: ConfigReader) throws -> Set<Method>? {
    guard let names = try reader.optionalStrings("methods") else { return nil }
    for name in names where Method(rawValue: name) == nil {
      throw reader.error("methods", "names none of our methods: \(name); known are \(Method.allCases.map(\.rawValue))")
    }
    let methods = Set(names.compactMap(Method.init(rawValue:)))
    guard methods.count == names.count else { throw reader.error("methods", "names a method twice") }
    guard !methods.subtracting([.info]).isEmpty else { throw reader.error("methods", "must list at least one method") }
    return methods
  }

  /// Checks `methods` against the parts of the service.
  ///
  /// - Parameter reader: of the whole file.
  func check(_ reader: ConfigReader, parts: (timestamps: Bool, issuer: Bool)) throws {
    let needed: [(Method, member: String, isThere: Bool)] = [
      (.timestamp, "tsa", parts.timestamps), (.credentialsCreate, "issuer", parts.issuer),
      (.credentialsDelete, "issuer", parts.issuer),
    ]
    for (method, member, isThere) in needed where methods?.contains(method) == true && !isThere {
      throw reader.error("info", "has \(method.rawValue) in \"methods\", and \"\(member)\" is missing")
    }
  }
}

/// The gateway's authorization server, as the operator may name it.
private struct OwnServer {
  let publicURL: String

  func base(_ text: String, _ reader: ConfigReader, _ name: String) throws -> String {
    let bases = [publicURL, publicURL + "/csc/v2"]
    guard bases.contains(text) else {
      throw reader.error(name, "must be one of \(bases): tokens of other servers are not accepted: \(text)")
    }
    return text
  }

  func issuer(_ text: String, _ reader: ConfigReader, _ name: String) throws -> String {
    guard text == publicURL else {
      throw reader.error(name, "must be \(publicURL): tokens of other servers are not accepted: \(text)")
    }
    // RFC 8414 §3.1: the path of the metadata comes before that of the issuer.
    guard publicURL.split(separator: "/").count == 2 else {
      throw reader.error(
        name, "needs a \"publicURL\" without a path: clients look for the metadata where this service has none")
    }
    return text
  }
}

extension AnnouncedServer {
  fileprivate static let mechanisms = ["oauth2code", "oauth2client"]

  fileprivate init(_ reader: ConfigReader, _ own: OwnServer) throws {
    let label = try reader.optionalString("label")
    guard label.map({ $0.count <= 255 }) ?? true else { throw reader.error("label", "is longer than 255 characters") }
    let authTypes = try reader.optionalStrings("authType") ?? Self.mechanisms
    guard !authTypes.isEmpty, Set(authTypes).count == authTypes.count, authTypes.allSatisfy(Self.mechanisms.contains)
    else { throw reader.error("authType", "must list one or more of \(Self.mechanisms)") }
    let base = try reader.optionalString("baseUri")
    let issuer = try reader.optionalString("issuerIdentifier")
    let address: Address
    switch (base, issuer) {
    case (let base?, nil): address = .base(try own.base(base, reader, "baseUri"))
    case (nil, let issuer?): address = .issuer(try own.issuer(issuer, reader, "issuerIdentifier"))
    case (nil, nil): throw reader.error("baseUri", "and \"issuerIdentifier\" are both missing: one of them is needed")
    case (_?, _?): throw reader.error("baseUri", "and \"issuerIdentifier\" are both there: one of them is allowed")
    }
    self.init(label: label, address: address, authTypes: authTypes)
    try reader.finish()
  }
}
