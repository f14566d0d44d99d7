internal import BlockingWork
internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import OAuth
internal import Octets
internal import WireJSON

/// Reads bodies within the limits of their kind.
struct BodyReader: Sendable {
  /// Octets of a request body.
  static let largestBody = 1 << 20
  /// Octets of the body of signDoc, which carries documents.
  static let largestDocumentBody = 64 << 20
  /// Octets of a body that needs no token, and of forms of people.
  static let largestSmallBody = 16 << 10
  /// Octets of a form that says what is to be signed: 1,000 digests in a rich request take about 100 KiB.
  static let largestForm = 512 << 10
  /// Parameters by which such a form says it.
  private static let largeParameters: Set<String> = ["authorization_details", "hash", "hashes", "clientData"]
  /// Octets of a body beyond which it is read on threads of its own. Those up to here take less than handing them over.
  private static let mostReadInline = 32 << 10

  /// For large bodies.
  private let threads = ThreadPool.documents(waitingLine: 100)

  /// Runs `body`, which reads so many octets, where it keeps no other call waiting: Swift's own threads are as many as
  /// cores, and also answer whether the gateway lives.
  func reading<Output: Sendable>(
    _ octets: Int, _ body: @escaping @Sendable () throws -> Output
  ) async throws -> Output {
    guard octets > Self.mostReadInline else { return try body() }
    return try await threads.run(body)
  }

  /// Octets of a body, which may be sent without its length. What a sender announces takes nothing of the budget, what
  /// has arrived does.
  ///
  /// - Throws: `bodyTooLarge`, `temporarilyUnavailable`
  private func octets(of request: Request, atMost limit: Int) async throws -> [UInt8] {
    let length = request.headers[.contentLength].flatMap(Int.init) ?? 0
    guard length <= limit else { throw CSCError.bodyTooLarge }
    var octets: [UInt8] = []
    octets.reserveCapacity(min(length, Self.largestSmallBody))
    var parts = request.body.makeAsyncIterator()
    while let part = try await Self.next(&parts) {
      let total = octets.count + part.readableBytes
      guard total <= limit else { throw CSCError.bodyTooLarge }
      try Hold.current?.take(part.readableBytes)
      octets.append(contentsOf: part.readableBytesView)
    }
    return octets
  }

  /// A body that breaks off is the client's doing, and no failure of ours.
  private static func next(_ parts: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
    do { return try await parts.next() } catch { throw CSCError.malformedRequest }
  }

  /// The octets of a small body that is neither JSON nor a form.
  ///
  /// - Throws: `bodyTooLarge`, `temporarilyUnavailable`, `unsupportedCoding`
  func smallBody(_ request: Request) async throws -> [UInt8] {
    try request.checkCoding()
    return try await octets(of: request, atMost: Self.largestSmallBody)
  }

  // MARK: JSON

  /// The members of the JSON object of a small request without a bearer token. An empty body counts as `{}`.
  func fields(_ request: Request) async throws -> Fields {
    try await fields(octets(of: request, atMost: Self.largestSmallBody), .beforeToken)
  }

  /// Runs `body` with the members of the request's JSON object.
  func withFields(
    of request: Request, for method: CSCModel.Method, _ body: (Fields) async throws -> Response
  ) async throws -> Response {
    let octets = try await octets(of: request, atMost: method == .signDoc ? Self.largestDocumentBody : Self.largestBody)
    let count = octets.count
    // The answer has an account of its own.
    defer { Hold.current?.give(count) }
    return try await body(fields(octets, method == .signDoc ? .documents : .call))
  }

  private func fields(_ octets: [UInt8], _ limits: JSONLimits) async throws -> Fields {
    try await reading(octets.count) {
      guard !octets.isEmpty else { return Fields(JSONObject()) }
      do {
        guard let object = try JSONValue.parse(octets, limits: limits).object else { throw CSCError.malformedRequest }
        return Fields(object)
      } catch is JSONParseError {
        throw CSCError.malformedRequest
      }
    }
  }

  /// The language that a call of `info` asks for: `lang` in its body, or in the query of a GET. Anything else in either
  /// decides nothing.
  func language(_ request: Request) async throws -> String? {
    if request.method == .get {
      return FormText.pairs((request.uri.query ?? "").utf8)?.first { $0.name == "lang" }?.value
    }
    let octets = try await octets(of: request, atMost: Self.largestSmallBody)
    return try? await fields(octets, .beforeToken).optionalString("lang")
  }

  // MARK: Forms

  /// The parameters of a form; those of the query only where the request has no body.
  ///
  /// - Parameter mayBeLarge: whether it may say what is to be signed.
  func parameters(_ request: Request, mayBeLarge: Bool = false) async throws -> OAuth.Parameters {
    if request.method == .get { return try Self.parameters(Array((request.uri.query ?? "").utf8), isLarge: false) }
    // RFC 6749 §3.2. Said, because the parameters would only be missing.
    if request.headers[.contentType]?.loweringASCII().startsWithOctets(of: "application/json") == true {
      throw OAuthError.invalidRequest("Send the parameters as application/x-www-form-urlencoded, not as JSON")
    }
    let octets: [UInt8]
    do {
      octets = try await self.octets(of: request, atMost: mayBeLarge ? Self.largestForm : Self.largestSmallBody)
    } catch let error as CSCError where error == .bodyTooLarge {
      throw Self.formTooLarge
    }
    let isLarge = octets.count > Self.largestSmallBody
    return try await reading(octets.count) { try Self.parameters(octets, isLarge: isLarge) }
  }

  /// The parameters of the query of a request with a body.
  func query(_ request: Request) throws -> OAuth.Parameters {
    guard let pairs = FormText.pairs((request.uri.query ?? "").utf8) else { throw OAuthError.repeatedParameter }
    return OAuth.Parameters(pairs)
  }

  private static let formTooLarge = OAuthError.invalidRequest("The request body is too large")

  private static func parameters(_ text: [UInt8], isLarge: Bool) throws -> OAuth.Parameters {
    guard let pairs = FormText.pairs(text) else { throw OAuthError.repeatedParameter }
    guard !isLarge || pairs.contains(where: { largeParameters.contains($0.name) }) else { throw formTooLarge }
    return OAuth.Parameters(pairs)
  }
}
