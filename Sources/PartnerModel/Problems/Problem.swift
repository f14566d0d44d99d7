public import WireJSON

/// An answer that says no: problem details (RFC 9457) with what the caller can do about it.
///
/// It carries nothing that the request said but names of members, and no personal data.
public struct Problem: Error, Equatable, Sendable {
  public let type: ProblemType
  /// Explanation of this occurrence (RFC 9457 §3.1.4).
  public let detail: String
  /// Seconds after which the request may be repeated; nil if that is not known.
  public let retryAfter: Int64?
  /// Members of the body, or parameters of the query, that are wrong.
  public let faults: [RequestFault]

  public init(_ type: ProblemType, _ detail: String? = nil, retryAfter: Int64? = nil, faults: [RequestFault] = []) {
    self.type = type
    self.detail = detail ?? "\(type.title)."
    self.retryAfter = retryAfter
    self.faults = faults
  }

  /// The members of the answer.
  ///
  /// - Parameters:
  ///   - status: of the answer, which repeats it (RFC 9457 §3.1.2).
  ///   - instance: id of the request.
  public func json(status: Int, instance: String) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("type", .string(type.path)), ("title", .string(type.title)),
      ("status", .integer(Int64(status))), ("detail", .string(detail)), ("instance", .string(instance)),
      ("action", .string(type.action)), ("retryable", .bool(type.isRetryable)),
    ]
    if let retryAfter { members.append(("retryAfter", .integer(retryAfter))) }
    if !faults.isEmpty { members.append(("errors", .array(faults.map(\.json)))) }
    return .object(JSONObject(members))
  }
}

/// One thing that is wrong with a request.
public struct RequestFault: Equatable, Sendable {
  public enum Place: Equatable, Sendable {
    /// A member of the body.
    case body(JSONPointer)
    /// A parameter of the query.
    case query(String)
  }

  /// Faults that an answer tells of; a request may have as many as it has members.
  static let most = 20

  public let place: Place
  public let detail: String

  public init(_ place: Place, _ detail: String) {
    self.place = place
    self.detail = detail
  }

  var json: JSONValue {
    switch place {
    case .body(let pointer): ["pointer": .string(pointer.text), "detail": .string(detail)]
    case .query(let name): ["parameter": .string(name), "detail": .string(detail)]
    }
  }
}
