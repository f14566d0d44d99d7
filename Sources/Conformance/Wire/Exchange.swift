internal import Octets
internal import WireJSON

/// A request as it may be shown, and its answer.
struct Exchange: Sendable {
  /// Method, address and body, without secrets.
  let request: String
  let answer: HTTPAnswer
  let masking: Masking

  /// Of an answer's JSON: the documents of signDoc are large, the rest is not.
  static let limits = JSONLimits(size: 64 << 20, depth: 32, values: 200_000)

  /// The answer's JSON object, if it is one.
  let json: JSONObject?

  init(request: String, answer: HTTPAnswer, masking: Masking) {
    self.request = request
    self.answer = answer
    self.masking = masking
    json = (try? JSONValue.parse(answer.body, limits: Self.limits))?.object
  }

  var status: Int { answer.status }

  var isJSON: Bool {
    let type = answer.header("Content-Type")?.lowercased().prefix { $0 != ";" && $0 != " " }
    return type == "application/json"
  }

  /// `error` of an error answer.
  var error: String? { json?["error"]?.string }
  var errorDescription: String? { json?["error_description"]?.string }

  /// The answer as it may be shown.
  var received: String {
    var text = "\(status) \(masking.text(answer.body))"
    if let location = answer.header("Location") { text += " Location: \(masking.text(address: location))" }
    return text
  }

  func failure(_ expected: String, received: String? = nil) -> Finding {
    .failed(Evidence(request: request, expected: expected, received: received ?? self.received))
  }
}

// MARK: What must have come

extension Exchange {
  /// Fails unless the condition holds.
  ///
  /// - Parameter received: text that is shown instead of the whole answer.
  func require(_ condition: Bool, _ expected: String, received: String? = nil) throws {
    guard condition else { throw failure(expected, received: received) }
  }

  /// 200 and a JSON object.
  @discardableResult
  func succeeded() throws -> JSONObject {
    guard status == 200, let json else { throw failure("200 and a JSON object") }
    return json
  }

  func isEmpty204() throws {
    try require(status == 204 && answer.body.isEmpty, "204 and an empty body")
  }

  /// The error of a row of an error table.
  func refused(_ code: String, _ texts: String..., status statuses: [Int] = [400]) throws {
    try require(
      statuses.contains(status) && error == code && texts.contains(errorDescription ?? ""),
      "\(statuses.map(String.init).joined(separator: " or ")) · \(code) · "
        + texts.map { "\"\($0)\"" }.joined(separator: " or "))
  }

  /// An error whose code is fixed and whose text is not.
  func refused(code: String, status statuses: [Int] = [400]) throws {
    try require(
      statuses.contains(status) && error == code,
      "\(statuses.map(String.init).joined(separator: " or ")) · \(code)")
  }

  /// 400 with an error that the texts do not fix.
  func refused() throws {
    try require(status == 400 && error != nil, "400 and a JSON object with error")
  }

  func unauthorized() throws { try require(status == 401 && error != nil, "401 and a JSON object with error") }

  func string(_ path: String...) throws -> String {
    guard let value = json?.at(path)?.string else {
      throw failure("a string \(path.joined(separator: "."))")
    }
    return value
  }

  func strings(_ path: String...) throws -> [String] {
    let values = json?.at(path)?.array
    guard let values, case let texts = values.compactMap(\.string), texts.count == values.count else {
      throw failure("an array of strings \(path.joined(separator: "."))")
    }
    return texts
  }

  /// Octets of the base64 texts in an array.
  func octets(_ path: String...) throws -> [[UInt8]] {
    guard let values = json?.at(path)?.array, case let texts = values.compactMap(\.string), texts.count == values.count
    else { throw failure("an array of strings \(path.joined(separator: "."))") }
    return try texts.map { text in
      guard let octets = Base64.decodeExact(text) else {
        throw failure("standard base64 in \(path.joined(separator: "."))")
      }
      return octets
    }
  }
}

extension JSONObject {
  func at(_ path: [String]) -> JSONValue? {
    var value: JSONValue? = .object(self)
    for name in path { value = value?.object?[name] }
    return value == .null ? nil : value
  }

  func at(_ path: String...) -> JSONValue? { at(path) }
}

extension JSONValue {
  /// A number of seconds, of either kind; see `Seconds`.
  var seconds: Double? {
    switch self {
    case .integer(let value): Seconds.finite(Double(value))
    case .real(let value): Seconds.finite(value)
    default: nil
    }
  }

  /// An object with some members replaced or added.
  func with(_ changes: KeyValuePairs<String, JSONValue>) -> JSONValue {
    var object = object ?? JSONObject()
    for (name, value) in changes { object[name] = value }
    return .object(object)
  }

  func without(_ names: String...) -> JSONValue {
    var object = object ?? JSONObject()
    for name in names { object[name] = nil }
    return .object(object)
  }
}
