/// Reason why a call got no usable answer. Holds nothing that was sent or received.
public enum HTTPClientError: Error, Equatable, Sendable {
  /// The address cannot be used: no URL, or a scheme that is not allowed.
  case badAddress
  /// A header or the method holds what would end its line or is no text (RFC 9110 §5.5, §9.1), so that somebody's value
  /// could become another header or request.
  case badHeader
  /// The host's addresses are not public ones.
  case forbiddenAddress
  /// No connection, also not in time; nothing was sent.
  case unreachable
  /// The connection broke before the answer was whole; the server may have the request.
  case lost
  /// The certificate is not trusted or does not name the host.
  case untrusted
  case timedOut
  /// The answer exceeds the size limit.
  case tooLarge
  /// The client was stopped, or the caller's task cancelled.
  case stopped
}

/// HTTP through libcurl's multi interface: one thread drives any number of slow calls.
///
/// Peers are verified, redirects are not followed (a provider that redirects could send our credentials
/// elsewhere), and time and size are limited. Proxies of the environment are ignored: a route is configured or
/// there is none. The thread ends with the client.
public final class HTTPClient: Sendable {
  public struct Settings: Sendable, Hashable {
    /// Plain HTTP, for a provider on the same machine in tests and in the sandbox.
    public var allowsPlainHTTP = false
    /// Connect to public addresses only (`PublicAddress`), for URLs that somebody outside chose. Checked for the very
    /// address of each connection, so what its name resolves to at another moment does not matter.
    public var publicAddressesOnly = false
    /// PEM file of the only trusted roots; nil for those of the system.
    public var trustAnchors: String?
    /// Folder of the system's roots; nil for the one that libcurl was built with. For tests.
    var systemAnchors: String?
    /// Certificate and key that the client shows to servers that ask for a certificate (mutual TLS).
    public var identity: Identity?
    public var connectTimeout = Duration.seconds(5)
    public var timeout = Duration.seconds(15)
    /// Octets of an answer's body, and of its headers.
    public var largestBody = 1 << 20
    /// No TLS version but 1.2, to see whether a server still has it.
    public var onlyTLS12 = false

    public init() {}
  }

  /// A certificate of the client, in files.
  public struct Identity: Sendable, Hashable {
    /// PEM file: the certificate and, after it, those above it.
    public var certificate: String
    /// PEM file, unencrypted. Secret.
    public var privateKey: String

    public init(certificate: String, privateKey: String) {
      self.certificate = certificate
      self.privateKey = privateKey
    }
  }

  public struct Request: Sendable {
    public var url: String
    /// Sent as it is.
    public var body: [UInt8]?
    public var headers: [String]
    /// Nil for POST with a body and GET without.
    public var method: String?

    public init(url: String, body: [UInt8]? = nil, headers: [String] = [], method: String? = nil) {
      self.url = url
      self.body = body
      self.headers = headers
      self.method = method
    }
  }

  public struct Response: Sendable {
    public var status: Int
    /// HTTP's version, as "1.1" or "2".
    public var version: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    /// The first header of that name in any case.
    public func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
  }

  private let settings: Settings
  private let loop = TransferLoop()

  public init(_ settings: Settings = Settings()) { self.settings = settings }

  deinit { loop.stop() }

  /// Ends the thread; calls under way fail as stopped.
  public func stop() { loop.stop() }

  /// Names a call from before it begins.
  private final class Ticket: Sendable {}

  public func perform(_ request: Request) async throws(HTTPClientError) -> Response {
    guard RequestHead.isSendable(request) else { throw .badHeader }
    let ticket = Ticket()
    let name = ObjectIdentifier(ticket)
    let result: Result<Response, HTTPClientError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard let transfer = Transfer(request, settings, name: name, continuation) else {
          continuation.resume(returning: .failure(.badAddress))
          return
        }
        if !loop.add(transfer) { transfer.finish(.failure(.stopped)) }
      }
    } onCancel: {
      loop.cancel(name)
    }
    // The name may be another call's later.
    withExtendedLifetime(ticket) { loop.forget(name) }
    return try result.get()
  }
}
