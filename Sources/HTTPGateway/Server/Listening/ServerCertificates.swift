internal import Foundation
public import Logging
internal import NIOSSL
public import ServiceLifecycle
internal import Synchronization

/// The certificates and keys of the TLS listeners, which can be renewed while they are served. Connections that are
/// open stay as they are.
///
/// Renewed files are found at intervals, and at once by `reload`. A pair that does not fit, or cannot be read, leaves
/// the old one in its place.
public final class ServerCertificates: Service {
  /// PEM files.
  struct Files: Hashable {
    let certificate, privateKey: String
  }

  /// Results of `stat` for a pair of files; nil for one that is not there.
  private typealias Stamp = [FileStamp?]

  private struct FileStamp: Equatable {
    let device, inode, size: Int?
    let changed: Date?
  }

  struct Identity: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
  }

  private struct State {
    var identities: [Files: Identity] = [:]
    /// Of the files as they were read last, whether with success or not.
    var stamps: [Files: Stamp] = [:]
    /// Of files that could not be used and have not been told of.
    var failing: [Files: Stamp] = [:]
  }

  private let state = Mutex(State())
  private let logger: Logger
  private let interval: Duration

  /// Reads the files of the listeners that have TLS.
  ///
  /// - Parameter interval: between looks at the files.
  /// - Throws: the fault of the files.
  public init(_ listeners: [Gateway.Listener], logger: Logger, interval: Duration = .seconds(5)) throws {
    self.logger = logger
    self.interval = interval
    for tls in listeners.compactMap(\.tls) {
      let files = Files(certificate: tls.certificate, privateKey: tls.privateKey)
      let stamp = Self.stamp(files)
      let identity = try Self.read(files)
      state.withLock {
        $0.identities[files] = identity
        $0.stamps[files] = stamp
      }
    }
  }

  /// The identity that a listener with these files shows now.
  func identity(_ files: Files) -> Identity? { state.withLock { $0.identities[files] } }

  /// Reads all files again, whether they have changed or not.
  ///
  /// - Throws: the fault of the first pair that cannot be used; the others are renewed.
  public func reload() throws {
    var failure: (any Error)?
    for files in state.withLock({ Array($0.identities.keys) }) {
      do { try renew(files, Self.stamp(files)) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }

  /// Looks for renewed files until the service ends.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: self.interval) } catch { return }
        self.look()
      }
    }
  }

  /// A certificate is often there before its key: what does not fit is told if it has not changed by the next time.
  func look() {
    for files in state.withLock({ Array($0.identities.keys) }) {
      let stamp = Self.stamp(files)
      let (known, failing) = state.withLock { ($0.stamps[files], $0.failing[files]) }
      guard stamp != known || failing != nil else { continue }
      do {
        try renew(files, stamp)
        logger.notice("a renewed TLS certificate is served", metadata: ["file": "\(files.certificate)"])
      } catch {
        let isTold = failing == stamp
        state.withLock {
          $0.stamps[files] = stamp
          $0.failing[files] = isTold ? nil : stamp
        }
        guard isTold else { continue }
        logger.error(
          "a renewed TLS certificate cannot be used; the old one stays",
          metadata: ["file": "\(files.certificate)", "reason": "\(error)"])
      }
    }
  }

  private func renew(_ files: Files, _ stamp: Stamp) throws {
    let identity = try Self.read(files)
    state.withLock {
      $0.identities[files] = identity
      $0.stamps[files] = stamp
      $0.failing[files] = nil
    }
  }

  /// Certificate and key that belong together.
  private static func read(_ files: Files) throws -> Identity {
    let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
    let key = try NIOSSLPrivateKey(file: files.privateKey, format: .pem)
    // A context takes them only if they fit.
    _ = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    return Identity(chain: chain, key: key)
  }

  private static func stamp(_ files: Files) -> Stamp {
    [files.certificate, files.privateKey].map { path in
      // Of the file itself: names are often links to it, which stay as they are.
      let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard let facts = try? FileManager.default.attributesOfItem(atPath: file) else { return nil }
      return FileStamp(
        device: facts[.systemNumber] as? Int, inode: facts[.systemFileNumber] as? Int, size: facts[.size] as? Int,
        changed: facts[.modificationDate] as? Date)
    }
  }
}
