import Synchronization

/// Clients by their settings: a client has a thread, so callers whose peers are trusted alike share one. Bounded: the
/// client that was used least recently goes first, and ends with the last call that it makes.
public final class HTTPClients: Sendable {
  private struct Contents {
    var clients: [HTTPClient.Settings: (client: HTTPClient, used: UInt64)] = [:]
    /// Counts the uses.
    var time: UInt64 = 0
  }

  private let contents = Mutex(Contents())
  private let capacity: Int

  /// - Parameter capacity: clients that are kept; at least 1.
  public init(capacity: Int) { self.capacity = max(1, capacity) }

  public func client(_ settings: HTTPClient.Settings) -> HTTPClient {
    let (client, gone) = contents.withLock { contents -> (HTTPClient, gone: HTTPClient?) in
      contents.time += 1
      if let found = contents.clients[settings]?.client {
        contents.clients[settings]?.used = contents.time
        return (found, nil)
      }
      var gone: HTTPClient?
      if contents.clients.count >= capacity,
        let oldest = contents.clients.min(by: { $0.value.used < $1.value.used })
      {
        gone = contents.clients.removeValue(forKey: oldest.key)?.client
      }
      let client = HTTPClient(settings)
      contents.clients[settings] = (client, contents.time)
      return (client, gone)
    }
    // Its thread is stopped outside of the lock.
    _ = gone
    return client
  }
}
