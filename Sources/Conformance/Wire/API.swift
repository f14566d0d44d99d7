import Vocabulary
internal import WireJSON

/// The CSC methods of one version at one base.
final class API {
  let version: CSCVersion
  /// Ends in `/csc/v1` or `/csc/v2`.
  let base: String
  let wire: Wire
  /// The service access token that calls carry unless told otherwise.
  var token: String?
  /// False if the API is opened by other means than tokens (`authType` external, TLS).
  var needsToken = true

  init(version: CSCVersion, base: String, wire: Wire) {
    self.version = version
    self.base = base
    self.wire = wire
  }

  enum Authorization {
    case service
    case bearer(String)
    case none
    /// The header's whole value.
    case header(String)
  }

  func call(
    _ method: String, _ body: JSONValue = [:], _ authorization: Authorization = .service
  ) async throws -> Exchange {
    if case .service = authorization, token == nil, needsToken {
      throw Finding.missing("--token is not given, and neither --username nor --client-id opens the service")
    }
    let header: String? =
      switch authorization {
      case .service: token.map { "Bearer \($0)" }
      case .bearer(let token): "Bearer \(token)"
      case .none: nil
      case .header(let value): value
      }
    return try await wire.post("\(base)/\(method)", method, json: body, authorization: header)
  }

  // MARK: Names of this version

  /// The member that carries digests.
  var hashes: String { version == .v1 ? "hash" : "hashes" }
  /// The member that carries a hash OID next to them.
  var hashAlgorithm: String { version == .v1 ? "hashAlgo" : "hashAlgorithmOID" }

  /// Every CSC method that the version knows, but for `info` and the OAuth 2.0 endpoints.
  var knownMethods: [String] {
    let both = [
      "auth/login", "auth/revoke", "credentials/list", "credentials/info", "credentials/authorize",
      "credentials/extendTransaction", "credentials/sendOTP", "signatures/signHash", "signatures/timestamp",
    ]
    switch version {
    case .v1: return both
    case .v2:
      return both + [
        "credentials/authorizeCheck", "credentials/getChallenge", "signatures/signDoc", "signatures/signPolling",
      ]
    }
  }

  /// Methods that only the other version knows.
  var foreignMethods: [String] {
    version == .v1
      ? ["credentials/authorizeCheck", "credentials/getChallenge", "signatures/signDoc", "signatures/signPolling"] : []
  }
}

/// Rows that many tables share.
enum Row {
  static let malformedHeader =
    "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
  static let malformedHeaderCapitals = malformedHeader.replacing("a required", with: "a REQUIRED")

  static func missing(_ name: String, type: String = "string") -> String {
    "Missing (or invalid type) \(type) parameter \(name)"
  }
  static func invalid(_ name: String) -> String { "Invalid parameter \(name)" }
}
