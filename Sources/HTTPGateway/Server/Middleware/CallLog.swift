internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// One line of log per call. It holds no part of the request: the method's name is one of ours.
///
/// `@unchecked`: used by the one task that answers the call.
final class CallLog: @unchecked Sendable {
  private let method: String
  private let logger: Logger
  private let start = ContinuousClock.now
  /// Under which the line stands.
  let id = String(UInt64.random(in: .min ... .max), radix: 36)
  var partner: String?
  /// What the answer says is wrong with the call, in words of ours.
  var refusal: String?
  /// Why the answer is `server_error`. Never what the client sent: see `ErrorText`.
  var detail: String?

  /// - Parameter method: never what the client sent.
  init(method: String, logger: Logger) {
    self.method = method
    self.logger = logger
  }

  /// Writes the line and gives the answer the id under which it stands.
  func end(_ response: inout Response) {
    response.headers[.requestID] = id
    let level: Logger.Level = detail == nil ? .info : .error
    guard logger.logLevel <= level else { return }
    let taken = (ContinuousClock.now - start).components
    var metadata: Logger.Metadata = [
      "request": "\(id)", "method": "\(method)", "status": "\(response.status.code)",
      "ms": "\(taken.seconds * 1000 + taken.attoseconds / 1_000_000_000_000_000)",
    ]
    if let partner { metadata["partner"] = "\(partner)" }
    if let refusal { metadata["error"] = "\(refusal)" }
    if let detail { metadata["detail"] = "\(detail)" }
    logger.log(level: level, "call", metadata: metadata)
  }
}
