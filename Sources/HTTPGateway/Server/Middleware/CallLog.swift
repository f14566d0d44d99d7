internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// The line of log of one call. It holds no part of the request: the call's name is one of ours.
///
/// `@unchecked`: used by the one task that answers the call.
final class CallLog: @unchecked Sendable {
  /// The name of calls that are refused before it is known what they ask for.
  static let refused = "refused"

  private let start = ContinuousClock.now
  /// Id of the line.
  let id = String(UInt64.random(in: .min ... .max), radix: 36)
  /// The endpoint or the method, never text that the client sent. Nil: the call has no line, and its answer no id.
  var name: String?
  var partner: String?
  /// The error of the answer, in words of ours.
  var refusal: String?
  /// Reason for a `server_error`. Never text that the client sent: see `ErrorText`.
  var detail: String?

  /// Writes the line and gives the answer the id under which it stands.
  func end(_ response: inout Response, _ logger: Logger) {
    guard let name else { return }
    response.headers[.requestID] = id
    let level: Logger.Level = detail == nil ? .info : .error
    guard logger.logLevel <= level else { return }
    let taken = (ContinuousClock.now - start).components
    var metadata: Logger.Metadata = [
      "request": "\(id)", "method": "\(name)", "status": "\(response.status.code)",
      "ms": "\(taken.seconds * 1000 + taken.attoseconds / 1_000_000_000_000_000)",
    ]
    if let partner { metadata["partner"] = "\(partner)" }
    if let refusal { metadata["error"] = "\(refusal)" }
    if let detail { metadata["detail"] = "\(detail)" }
    logger.log(level: level, "call", metadata: metadata)
  }
}

/// Writes one line of log per call that has a name. It is the outermost middleware, so that the line tells the status
/// that is sent.
struct CallLogging: RouterMiddleware {
  let logger: Logger

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    context.call.end(&response, logger)
    return response
  }
}

/// Gives the calls of a route their name in the log.
struct CallName: RouterMiddleware {
  private let name: String

  init(_ name: String) { self.name = name }

  func handle(
    _ request: Request, context: GatewayContext, next: (Request, GatewayContext) async throws -> Response
  ) async throws -> Response {
    context.call.name = name
    return try await next(request, context)
  }
}
