internal import Octets
import Vocabulary
internal import WireJSON

/// Sends requests of one version and remembers what every answer shows.
final class Wire {
  let version: CSCVersion
  let http: any HTTPPort
  private(set) var masking: Masking
  private(set) var observations = Observations()
  /// Members that the answers of v2 had or lacked.
  private(set) var members = MemberLedger()
  /// Error answers since a check began.
  private(set) var refusals: [Observed] = []

  init(version: CSCVersion, http: any HTTPPort, masking: Masking) {
    self.version = version
    self.http = http
    self.masking = masking
  }

  /// A call of the CSC API.
  func post(_ url: String, _ method: String, json body: JSONValue, authorization: String?) async throws -> Exchange {
    var headers = [(name: "Content-Type", value: "application/json"), (name: "Accept", value: "application/json")]
    if let authorization { headers.append(("Authorization", authorization)) }
    let request = HTTPRequest(method: "POST", url: url, headers: headers, body: body.compact())
    var shown = "POST \(url) \(masking.text(body))"
    if let authorization { shown += " Authorization: \(Self.shown(authorization))" }
    let exchange = try await send(request, shown: shown, isObserved: true)
    note(Observed(method, request: body.object ?? JSONObject(), exchange))
    return exchange
  }

  /// A call of an OAuth 2.0 endpoint for programs.
  func post(
    _ url: String, _ method: String, form: Form.Fields, authorization: String?
  ) async throws -> Exchange {
    var headers = [
      (name: "Content-Type", value: "application/x-www-form-urlencoded"), (name: "Accept", value: "application/json"),
    ]
    if let authorization { headers.append(("Authorization", authorization)) }
    let request = HTTPRequest(method: "POST", url: url, headers: headers, body: Array(Form.encode(form).utf8))
    var shown = "POST \(url) \(masking.text(form))"
    if let authorization { shown += " Authorization: \(Self.shown(authorization))" }
    let exchange = try await send(request, shown: shown, isObserved: true)
    note(Observed(method, request: form.object, exchange))
    return exchange
  }

  func beginCheck() { refusals = [] }

  /// Remembers an answer of a method, also one that came as a redirect.
  func note(_ seen: Observed) {
    if version == .v2 { members.add(seen) }
    if seen.answer["error"] != nil { refusals.append(seen) }
  }

  func get(_ url: String) async throws -> Exchange {
    try await send(
      HTTPRequest(method: "GET", url: url, headers: [], body: nil), shown: "GET \(masking.text(address: url))",
      isObserved: false)
  }

  func send(_ request: HTTPRequest, shown: String, isObserved: Bool) async throws -> Exchange {
    let answer: HTTPAnswer
    do { answer = try await http.send(request) } catch {
      throw Finding.failed(Evidence(request: shown, expected: "an answer", received: error.description))
    }
    let exchange = Exchange(request: shown, answer: answer, masking: masking)
    if isObserved { observations.add(exchange) }
    return exchange
  }

  /// The scheme, and of other schemes than the usual ones everything: those are sent by tests of bad headers.
  private static func shown(_ authorization: String) -> String {
    let scheme = authorization.prefix { $0 != " " }
    return scheme == "Bearer" || scheme == "Basic" ? "\(scheme) •••" : authorization
  }
}

/// Properties that every answer must have, whatever was asked.
struct Observations {
  private(set) var successes = 0, errors = 0, base64Values = 0
  /// Statuses of errors that came.
  private(set) var errorStatuses: Set<Int> = []
  /// Evidence of each broken rule, the first one found.
  private(set) var badSuccess, badError, undescribedError, badBase64, oldHTTP: Finding?

  mutating func add(_ exchange: Exchange) {
    if !exchange.answer.version.isEmpty, exchange.answer.version < "1.1", oldHTTP == nil {
      oldHTTP = exchange.failure("HTTP/1.1 or higher", received: "HTTP/\(exchange.answer.version)")
    }
    let type = exchange.answer.header("Content-Type") ?? "no Content-Type"
    switch exchange.status {
    case 200..<300 where !exchange.answer.body.isEmpty:
      successes += 1
      if !exchange.isJSON || exchange.json == nil, badSuccess == nil {
        badSuccess = exchange.failure("a JSON object as application/json", received: "\(exchange.received) (\(type))")
      }
      if let json = exchange.json { check(.object(json), in: exchange) }
    case 400...:
      errors += 1
      errorStatuses.insert(exchange.status)
      if !exchange.isJSON || exchange.error == nil, badError == nil {
        badError = exchange.failure(
          "a JSON object with a string error, as application/json", received: "\(exchange.received) (\(type))")
      }
      if exchange.errorDescription == nil, undescribedError == nil {
        undescribedError = exchange.failure("error_description")
      }
    default: break
    }
  }

  private static let base64Members: Set<String> = [
    "certificates", "signatures", "DocumentWithSignature", "SignatureObject", "ocsp", "crl", "timestamp",
  ]

  private mutating func check(_ value: JSONValue, under name: String = "", in exchange: Exchange) {
    switch value {
    case .object(let object): for member in object.members { check(member.value, under: member.name, in: exchange) }
    case .array(let values): for value in values { check(value, under: name, in: exchange) }
    case .string(let text) where Self.base64Members.contains(name):
      base64Values += 1
      if Base64.decodeExact(text) == nil, badBase64 == nil {
        badBase64 = exchange.failure("standard base64 with padding in \(name)", received: text.limited(to: 60))
      }
    default: break
    }
  }
}
