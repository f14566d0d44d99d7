internal import CCurl
internal import Foundation

/// The thread that drives all calls of one client.
///
/// `@unchecked`: what callers and the thread share is guarded by `lock`.
final class TransferLoop: @unchecked Sendable {
  static let isInitialised: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Only the thread calls functions on it, except for the wake-up, which may come from anywhere.
  private let multi: UnsafeMutableRawPointer
  private let lock = NSLock()
  // Guarded by `lock`.
  private var added: [Transfer] = []
  private var cancelled: Set<ObjectIdentifier> = []
  private var isStopped = false
  /// Whether libcurl's handle has gone; waking it then would touch freed memory.
  private var hasEnded = false

  init() {
    precondition(Self.isInitialised, "libcurl can be initialised")
    precondition(CurlAbilities.found.lacking == [], "libcurl lacks \(CurlAbilities.found.lacking)")
    guard let multi = curl_multi_init() else { preconditionFailure("libcurl has memory") }
    self.multi = multi
    let thread = Thread { [self] in run() }
    thread.name = "curl"
    thread.start()
  }

  func stop() {
    lock.lock()
    isStopped = true
    wake()
    lock.unlock()
  }

  /// - Returns: false if the thread takes no more.
  func add(_ transfer: Transfer) -> Bool {
    lock.lock()
    defer { lock.unlock() }
    guard !isStopped else { return false }
    added.append(transfer)
    wake()
    return true
  }

  func cancel(_ name: ObjectIdentifier) {
    lock.lock()
    cancelled.insert(name)
    wake()
    lock.unlock()
  }

  func forget(_ name: ObjectIdentifier) {
    lock.lock()
    cancelled.remove(name)
    lock.unlock()
  }

  /// To be called with the lock held.
  private func wake() { if !hasEnded { curl_multi_wakeup(multi) } }

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
        // A transfer that is not driven would never be answered.
        guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
          transfer.finish(.failure(.unreachable))
          continue
        }
        running[transfer.handle] = transfer
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
