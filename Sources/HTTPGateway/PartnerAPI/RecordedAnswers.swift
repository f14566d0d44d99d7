internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets
internal import PartnerModel
internal import RecordedCalls
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// An answer that a call gets again when it comes again.
struct RecordedAnswer: Equatable, Sendable {
  let status: HTTPResponse.Status
  let location: String
  let tag: String
  let body: JSONValue

  fileprivate var octets: [UInt8] {
    let object: JSONValue = [
      "status": .integer(Int64(status.code)), "location": .string(location), "tag": .string(tag), "body": body,
    ]
    return object.compact()
  }

  fileprivate init?(octets: [UInt8]) {
    guard let object = try? JSONValue.parse(octets, limits: .own).object, let status = object["status"]?.integer,
      let location = object["location"]?.string, let tag = object["tag"]?.string, let body = object["body"]
    else { return nil }
    self.init(
      status: HTTPResponse.Status(code: Int(status)), location: location, tag: tag, body: body)
  }

  init(status: HTTPResponse.Status, location: String, tag: String, body: JSONValue) {
    self.status = status
    self.location = location
    self.tag = tag
    self.body = body
  }

  /// - Parameter isRepeated: whether the call had its effect before.
  func response(isRepeated: Bool) -> Response {
    var response = Response(json: body, status: status)
    response.headers[.location] = location
    response.headers[.eTag] = tag
    if isRepeated { response.headers[.idempotentReplayed] = "true" }
    return response
  }
}

/// Encrypts the answers that are recorded: with a secret of the service and the client's own key, so that neither who
/// reads the store nor who guesses a key reads an answer.
struct RecordedAnswers: Sendable {
  static let saltLength = 16

  let secret: [UInt8]

  /// Octets for the store.
  ///
  /// - Parameter salt: 16 random octets, for this answer alone.
  func seal(_ answer: RecordedAnswer, _ name: CallKey, _ key: IdempotencyKey, salt: [UInt8]) throws -> [UInt8] {
    try salt + box(name, key, salt).seal(answer.octets)
  }

  /// - Throws: `StoreError.corrupt` for what is no answer of this call.
  func open(_ octets: [UInt8], _ name: CallKey, _ key: IdempotencyKey) throws -> RecordedAnswer {
    let salt = Array(octets.prefix(Self.saltLength))
    guard let text = try? box(name, key, salt).open(Array(octets.dropFirst(Self.saltLength))),
      let answer = RecordedAnswer(octets: text)
    else { throw StoreError.corrupt }
    return answer
  }

  private func box(_ name: CallKey, _ key: IdempotencyKey, _ salt: [UInt8]) -> SealedBox {
    // Parts of a fixed length first.
    SealedBox(secret: secret + salt + name.digest + Array(key.text.utf8), purpose: "recorded answer")
  }
}

extension HTTPField.Name {
  static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
  static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed")!
}
