internal import Foundation
internal import NIOCore
internal import ServiceLifecycle

/// Reason why a listener does not start, in words for an operator.
struct CannotListen: Error, CustomStringConvertible {
  let description: String
}

/// A listener whose address is named when it cannot be taken. The network's own error says neither which it is nor what
/// to do.
struct NamedListener: Service {
  let listener: Gateway.Listener
  let inner: any Service

  func run() async throws {
    do { try await inner.run() } catch let error as IOError
      where [EADDRINUSE, EACCES, EADDRNOTAVAIL].contains(error.errnoCode)
    {
      let reason = String(cString: strerror(error.errnoCode))
      throw CannotListen(
        description:
          "cannot listen on \(listener.host):\(listener.port) (\(reason)); stop what listens there, or choose another port"
      )
    }
  }
}
