import Foundation
import HTTPTypes
public import Hummingbird
import NIOCore
import Octets
import Synchronization
import WireJSON

/// Requests of tests to the service over HTTP, and its answers: one line of JSON each, for
/// Tests/python/openapi/check.py. Nothing is kept unless the environment variable names a folder.
public enum Exchanges {
  /// Of these a line has "masked". Headers of requests are not kept at all.
  private static let secrets: Set = [
    "PIN", "OTP", "SAD", "value", "password", "token", "refresh_token", "code", "code_verifier", "client_secret",
    "client_assertion", "account_token", "auth_req_id", "csrf", "transaction",
  ]
  /// Longer requests are not kept.
  private static let longest = 1 << 20

  /// A handle that one line at a time goes through.
  private final class File: Sendable {
    let handle: Mutex<FileHandle>
    init(_ handle: FileHandle) { self.handle = Mutex(handle) }
  }

  private static let file: File? = {
    guard let folder = ProcessInfo.processInfo.environment["COUNTERSIGN_EXCHANGES"], !folder.isEmpty else { return nil }
    let url = URL(fileURLWithPath: folder).appendingPathComponent("swift-\(UUID().uuidString).jsonl")
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data().write(to: url)
      return File(try FileHandle(forWritingTo: url))
    } catch { preconditionFailure("COUNTERSIGN_EXCHANGES cannot be written to: \(error)") }
  }()

  public static var isRecording: Bool { file != nil }

  /// - Parameters:
  ///   - target: path and query.
  ///   - body: of the request.
  ///   - headers: of the answer; nil if the client does not tell them.
  public static func record(
    method: String, target: String, contentType: String?, body: [UInt8], status: Int,
    headers: [(name: String, value: String)]?, answer: [UInt8]
  ) throws {
    guard let file else { return }
    let path = String(target.prefix { $0 != "?" })
    let query = target.dropFirst(path.count + 1)
    var line = JSONObject([
      ("method", .string(method)), ("path", .string(path)), ("status", .integer(Int64(status))),
      ("version", path.contains("/v1/") ? "v1" : "v2"),
    ])
    if method == "GET" {
      line["request"] = form(String(query))
    } else if body.isEmpty {
      line["request"] = .null
    } else if body.count <= longest {
      let text = String(decoding: body, as: UTF8.self)
      let isForm = contentType?.hasPrefix("application/x-www-form-urlencoded") == true
      line["request"] =
        isForm
        ? form(text)
        : (try? JSONValue.parse(body, limits: .own, extremeValues: .ignorable)).map(masked) ?? .string("no strict JSON")
    }
    line["headers"] = headers.map { headers in
      let values = Dictionary(grouping: headers, by: \.name).mapValues { $0.map(\.value).joined(separator: ", ") }
      return .object(JSONObject(values.map { ($0, .string($1)) }))
    }
    line["body"] =
      String(validating: answer, as: UTF8.self).map(JSONValue.string)
      ?? ["base64": .string(Data(answer).base64EncodedString())]
    try file.handle.withLock { try $0.write(contentsOf: JSONValue.object(line).compact() + [UInt8(ascii: "\n")]) }
  }

  private static func masked(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): .array(elements.map(masked))
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { member in
            let isSecret = secrets.contains(member.name) && member.value.string != nil
            return (member.name, isSecret ? "masked" : masked(member.value))
          }))
    default: value
    }
  }

  private static func form(_ text: String) -> JSONValue {
    var form = JSONObject()
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        String(decoding: PercentText.decode($0.utf8, plus: UInt8(ascii: " ")) ?? [], as: UTF8.self)
      }
      let name = parts.first ?? ""
      form[name] = .string(secrets.contains(name) ? "masked" : parts.count > 1 ? parts[1] : "")
    }
    return .object(form)
  }
}

/// Answers as `inner` does, and records it.
public struct RecordingResponder<Inner: HTTPResponder>: HTTPResponder {
  private static var longest: Int { 100 << 20 }
  private let inner: Inner

  public init(_ inner: Inner) { self.inner = inner }

  public func respond(to request: Request, context: Inner.Context) async throws -> Response {
    guard Exchanges.isRecording else { return try await inner.respond(to: request, context: context) }
    var request = request
    let body = try await request.collectBody(upTo: Self.longest)
    let response = try await inner.respond(to: request, context: context)
    let collected = CollectingWriter()
    try await response.body.write(collected)
    try Exchanges.record(
      method: request.method.rawValue, target: request.head.path ?? "", contentType: request.headers[.contentType],
      body: Array(body.readableBytesView), status: response.status.code,
      headers: response.headers.map { (name: $0.name.canonicalName, value: $0.value) }, answer: collected.octets)
    return Response(
      status: response.status, headers: response.headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: collected.octets)))
  }
}

/// Keeps what is written. Used by one task.
private final class CollectingWriter: ResponseBodyWriter {
  var octets: [UInt8] = []

  func write(_ buffer: ByteBuffer) { octets += buffer.readableBytesView }
  func finish(_ trailingHeaders: HTTPFields?) {}
}
