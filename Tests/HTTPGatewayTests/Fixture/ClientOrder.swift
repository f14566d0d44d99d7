import AuditLog
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// A credential that a trusted client orders for a customer.
struct ClientOrder {
  static let scope = "credential-creation"
  static let policy = TestIssuance.policies.explicit

  let stand: RowStand

  func order(
    _ form: [String: String], client: String = "registrar", path: String = "/oauth2/token"
  ) async throws -> GatewayFixture.Answer {
    let known = ["client_id": client, "client_secret": OAuthFixture.secret, "grant_type": "client_credentials"]
    return try await stand.form(path, known.merging(form) { $1 })
  }

  func right(_ user: String = "alice") -> [String: String] {
    ["scope": ClientOrder.scope, "certificatePolicy": ClientOrder.policy, "userID": user]
  }

  /// - Parameters:
  ///   - request: members of `credentialCreationRequest`.
  ///   - more: further members of the entry, after a comma.
  func rich(_ request: String, _ more: String = "") -> [String: String] {
    [
      "userID": "bob",
      "authorization_details": #"[{"type":"credential-creation","credentialCreationRequest":{\#(request)}\#(more)}]"#,
    ]
  }

  func create(
    _ token: String, subject: JSONValue? = nil, policy: String = ClientOrder.policy
  ) async throws -> GatewayFixture.Answer {
    var request = JSONObject([("certificatePolicy", .string(policy))])
    request["subjectData"] = subject
    return try await stand.call(
      "credentials/create",
      ["credentialCreationRequest": .object(request), "credentialInfo": true, "certInfo": true], token: token)
  }

  /// The token of an order.
  func ordered(_ user: String = "alice") async throws -> String {
    let issued = try await order(right(user))
    return try #require(issued["access_token"]?.string, "\(issued.row)")
  }

  /// The entries of the audit log.
  func log() async throws -> [String] {
    let found = Mutex<[String]>([])
    _ = try await SQLiteLogFile.readAudit(path: stand.fixture.path) { entry, _ in
      found.withLock { $0.append(String(decoding: entry.text, as: UTF8.self)) }
    }
    return found.withLock { $0 }
  }
}
