import Foundation

/// A server that reads the beginning of a request and closes the connection; or takes none at all.
final class ClosingServer: Sendable {
  struct Failed: Error {}

  private let socket: Int32
  private let port: UInt16
  /// Connections that fill the line of a deaf one.
  private let fillers: [Int32]

  var url: String { "http://127.0.0.1:\(port)/" }

  init(isDeaf: Bool = false) throws {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 && listen(socket, isDeaf ? 0 : 5) == 0
          && getsockname(socket, address, &length) == 0
      }
    }
    guard isListening else { throw Failed() }
    self.socket = socket
    port = UInt16(bigEndian: address.sin_port)
    guard !isDeaf else {
      fillers = (0..<4).map { _ in Self.connection(to: &address) }
      return
    }
    fillers = []
    Thread {
      while case let peer = accept(socket, nil, nil), peer >= 0 {
        var octets = [UInt8](repeating: 0, count: 1000)
        _ = read(peer, &octets, octets.count)
        _ = Foundation.close(peer)
      }
    }.start()
  }

  func close() {
    // Wakes the thread.
    _ = shutdown(socket, Int32(SHUT_RDWR))
    for socket in fillers + [socket] { _ = Foundation.close(socket) }
  }

  private static func connection(to address: inout sockaddr_in) -> Int32 {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return socket
  }
}
