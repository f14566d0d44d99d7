internal import CCurl
internal import Foundation

/// Octets over TCP and the beginning of what comes back: for protocols that libcurl does not speak, such as
/// handshakes that no library will begin any more.
public enum RawExchange {
  /// - Parameters:
  ///   - limit: octets of an answer that are enough.
  ///   - timeout: for the connection, and again for each wait.
  /// - Returns: the octets that came until the peer closed, enough had come, or the time was up.
  public static func perform(
    host: String, port: Int, sending octets: [UInt8], limit: Int = 4096, timeout: Duration = .seconds(5)
  ) async throws(HTTPClientError) -> [UInt8] {
    let result: Result<[UInt8], HTTPClientError> = await withCheckedContinuation { continuation in
      // Blocks, so it has a thread of its own.
      let thread = Thread { continuation.resume(returning: exchange(host, port, octets, limit, timeout)) }
      thread.name = "raw exchange"
      thread.start()
    }
    return try result.get()
  }

  private static func exchange(
    _ host: String, _ port: Int, _ octets: [UInt8], _ limit: Int, _ timeout: Duration
  ) -> Result<[UInt8], HTTPClientError> {
    guard TransferLoop.isInitialised, let handle = curl_easy_init() else { return .failure(.unreachable) }
    defer { curl_easy_cleanup(handle) }
    let name = host.contains(":") ? "[\(host)]" : host
    let codes = [
      ccurl_set_string(handle, CURLOPT_URL, "http://\(name):\(port)/"), ccurl_set_long(handle, CURLOPT_CONNECT_ONLY, 1),
      ccurl_set_string(handle, CURLOPT_PROXY, ""), ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout.milliseconds),
    ]
    guard codes.allSatisfy({ $0 == CURLE_OK }) else { return .failure(.badAddress) }
    switch curl_easy_perform(handle) {
    case CURLE_OK: break
    case CURLE_OPERATION_TIMEDOUT: return .failure(.timedOut)
    case CURLE_URL_MALFORMAT: return .failure(.badAddress)
    default: return .failure(.unreachable)
    }
    var socket: curl_socket_t = -1
    guard ccurl_get_socket(handle, &socket) == CURLE_OK else { return .failure(.unreachable) }
    guard send(octets, handle, socket, timeout) else { return .success([]) }
    return .success(receive(handle, socket, limit, timeout))
  }

  private static func send(
    _ octets: [UInt8], _ handle: UnsafeMutableRawPointer, _ socket: curl_socket_t, _ timeout: Duration
  ) -> Bool {
    var rest = octets[...]
    while !rest.isEmpty {
      var sent = 0
      let code = rest.withUnsafeBytes { curl_easy_send(handle, $0.baseAddress, $0.count, &sent) }
      switch code {
      case CURLE_OK: rest = rest.dropFirst(sent)
      case CURLE_AGAIN: guard wait(socket, POLLOUT, timeout) else { return false }
      default: return false
      }
    }
    return true
  }

  private static func receive(
    _ handle: UnsafeMutableRawPointer, _ socket: curl_socket_t, _ limit: Int, _ timeout: Duration
  ) -> [UInt8] {
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: limit)
    while answer.count < limit {
      var received = 0
      switch curl_easy_recv(handle, &buffer, buffer.count, &received) {
      case CURLE_OK where received > 0: answer += buffer[..<received]
      // More may follow what has come, but a beginning is all that was promised.
      case CURLE_AGAIN where answer.isEmpty: guard wait(socket, POLLIN, timeout) else { return answer }
      default: return answer
      }
    }
    return answer
  }

  private static func wait(_ socket: curl_socket_t, _ events: Int32, _ timeout: Duration) -> Bool {
    var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
    return poll(&descriptor, 1, Int32(timeout.milliseconds)) > 0
  }
}
