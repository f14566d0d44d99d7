internal import CCurl
internal import Foundation

/// Why a call got no usable answer. Holds nothing that was sent or received.
public enum HTTPClientError: Error, Equatable, Sendable {
  /// The address cannot be used: no URL, or a scheme that is not allowed.
  case badAddress
  /// The host's addresses are not public ones.
  case forbiddenAddress
  /// No connection, or it broke.
  case unreachable
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
/// there is none.
///
/// `@unchecked`: what callers and the thread share is guarded by `lock`.
public final class HTTPClient: @unchecked Sendable {
  public struct Settings: Sendable {
    /// Plain HTTP, for a provider on the same machine in tests and in the sandbox.
    public var allowsPlainHTTP = false
    /// Connect to public addresses only (`PublicAddress`), for URLs that somebody outside chose. Checked for the very
    /// address of each connection, so what its name resolves to at another moment does not matter.
    public var publicAddressesOnly = false
    /// PEM file of trusted roots; nil for those of the system.
    public var trustAnchors: String?
    public var connectTimeout = Duration.seconds(5)
    public var timeout = Duration.seconds(15)
    /// Octets of an answer's body, and of its headers.
    public var largestBody = 1 << 20
    /// No TLS version but 1.2, to see whether a server still has it.
    public var onlyTLS12 = false

    public init() {}
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

  static let isInitialised: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let settings: Settings
  /// Only the thread calls functions on it, except for the wake-up, which may come from anywhere.
  private let multi: UnsafeMutableRawPointer
  private let lock = NSLock()
  // Guarded by `lock`.
  private var added: [Transfer] = []
  private var cancelled: Set<ObjectIdentifier> = []
  private var isStopped = false
  /// Whether libcurl's handle has gone; waking it then would touch freed memory.
  private var hasEnded = false

  public init(_ settings: Settings = Settings()) {
    precondition(Self.isInitialised, "libcurl can be initialised")
    guard let multi = curl_multi_init() else { preconditionFailure("libcurl has memory") }
    self.settings = settings
    self.multi = multi
    let thread = Thread { [self] in run() }
    thread.name = "curl"
    thread.start()
  }

  /// Ends the thread; calls under way fail as stopped.
  public func stop() {
    lock.lock()
    isStopped = true
    wake()
    lock.unlock()
  }

  /// To be called with the lock held.
  private func wake() { if !hasEnded { curl_multi_wakeup(multi) } }

  /// Names a call from before it begins.
  private final class Ticket: Sendable {}

  public func perform(_ request: Request) async throws(HTTPClientError) -> Response {
    let ticket = Ticket()
    let name = ObjectIdentifier(ticket)
    let result: Result<Response, HTTPClientError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard let transfer = Transfer(request, settings, name: name, continuation) else {
          continuation.resume(returning: .failure(.badAddress))
          return
        }
        lock.lock()
        let stopped = isStopped
        if !stopped {
          added.append(transfer)
          wake()
        }
        lock.unlock()
        if stopped { transfer.finish(.failure(.stopped)) }
      }
    } onCancel: {
      lock.lock()
      cancelled.insert(name)
      wake()
      lock.unlock()
    }
    // The name may be another call's later.
    withExtendedLifetime(ticket) {
      lock.lock()
      cancelled.remove(name)
      lock.unlock()
    }
    return try result.get()
  }

  // MARK: The thread

  private func run() {
    var running: [UnsafeMutableRawPointer: Transfer] = [:]
    while true {
      lock.lock()
      let new = added
      added = []
      let stop = isStopped
      let unwanted = cancelled
      lock.unlock()
      for transfer in new {
        running[transfer.handle] = transfer
        curl_multi_add_handle(multi, transfer.handle)
      }
      if stop { break }
      for transfer in running.values where unwanted.contains(transfer.name) {
        running[transfer.handle] = nil
        curl_multi_remove_handle(multi, transfer.handle)
        transfer.finish(.failure(.stopped))
      }
      var active: Int32 = 0
      curl_multi_perform(multi, &active)
      finishDone(&running)
      curl_multi_poll(multi, nil, 0, 10_000, nil)
    }
    for transfer in running.values {
      curl_multi_remove_handle(multi, transfer.handle)
      transfer.finish(.failure(.stopped))
    }
    lock.lock()
    hasEnded = true
    lock.unlock()
    curl_multi_cleanup(multi)
  }

  private func finishDone(_ running: inout [UnsafeMutableRawPointer: Transfer]) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let transfer = running.removeValue(forKey: handle)
      else { continue }
      let code = ccurl_result(message)
      curl_multi_remove_handle(multi, handle)
      transfer.finish(code)
    }
  }
}
