internal import HTTPTypes
internal import Hummingbird
internal import Vocabulary

/// The page that shows the service's operators how it is. It reads, and changes nothing.
public struct OperatorPage: Sendable {
  private let door: OperatorDoor
  private let figures: @Sendable () async -> OperatorFigures

  /// - Parameters:
  ///   - token: the password for browsers, and the bearer token for others. Nil: there is none.
  ///   - certificates: SHA-256 of the certificates of clients that see it.
  ///   - figures: asked for every showing, so it must be cheap.
  public init(token: String?, certificates: [[UInt8]], figures: @escaping @Sendable () async -> OperatorFigures) {
    door = OperatorDoor(token: token, certificates: certificates)
    self.figures = figures
  }

  func answer(
    _ request: Request, _ context: GatewayContext, _ pages: Pages, now: UnixTime
  ) async throws -> Response {
    context.call.name = "operator"
    let wish = FormText.pairs((request.uri.query ?? "").utf8)?.first { $0.name == "lang" }?.value
    let language = pages.language(request, wish)
    let answer = door.answer(
      header: request.headers[.authorization], certificate: await context.clientCertificate(),
      from: context.origin.address, at: now)
    switch answer {
    case .open: return pages.operators(await figures(), in: language)
    case .closed:
      context.call.refusal = "invalid_token"
      var response = pages.error(
        ErrorView(kind: .operatorsOnly, requestID: context.call.id), of: nil, in: language)
      if door.takesTokens {
        response.headers[.wwwAuthenticate] = #"Basic realm="Countersign operator", charset="UTF-8""#
      } else {
        response.status = .forbidden
      }
      return response
    case .wait(let seconds):
      context.call.refusal = "too_many_tries"
      var response = pages.error(
        ErrorView(kind: .tooManyTries, requestID: context.call.id), of: nil, in: language)
      response.headers[.retryAfter] = "\(seconds)"
      return response
    }
  }
}
