import AuditLog
import Foundation
import HTTPGateway
import Logging
import OpenSSLPKI
import ServiceLifecycle
import SoleControl
import Synchronization
import TransparencyLog

/// Puts what is recorded in the audit log into its tree, while the service runs.
struct LogKeeper: ServiceLifecycle.Service {
  /// Between two looks for entries.
  private static let pause = Duration.milliseconds(250)
  /// After an outage of the store or of the device.
  private static let pauseAfterFailure = Duration.seconds(2)

  private let store: any SequencingStore
  private let environment: Sequencer.Environment
  private let file: CheckpointFile
  private let logger: Logger
  private let first: Sequencer
  private let health: LogHealth

  /// Takes over the log, before anything is signed.
  ///
  /// - Throws: `SequencingFault` if the database does not lead to a checkpoint that the log has had.
  init(
    _ config: Config, store: any SequencingStore, signer: DeviceLogSigner, health: LogHealth,
    milliseconds: @escaping @Sendable () -> Int64, logger: Logger
  ) async throws {
    self.store = store
    self.health = health
    self.logger = logger
    file = CheckpointFile(path: config.log.checkpointFile)
    environment = try Self.environment(config, signer, milliseconds: milliseconds)
    first = try await Sequencer(store, environment, known: try file.read())
  }

  static func key(_ config: Config, _ signer: DeviceLogSigner) throws -> NoteKey {
    try NoteKey(name: config.log.origin, kind: .ecdsaP256, publicKey: signer.publicKey)
  }

  static func environment(
    _ config: Config, _ signer: DeviceLogSigner, milliseconds: @escaping @Sendable () -> Int64
  ) throws -> Sequencer.Environment {
    Sequencer.Environment(
      origin: config.log.origin, key: try key(config, signer), sign: { try await signer.sign($0) },
      milliseconds: milliseconds)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var sequencer: Sequencer? = first
      var newest = await first.checkpoint
      var kept: [UInt8]?
      var isOutage = false
      while !Task.isCancelled {
        if health.reason != nil {
          // Nothing more is signed of a log that a witness knows otherwise. To return would end the process.
          while (try? await Task.sleep(for: .seconds(3600))) != nil {}
          return
        }
        do {
          let working: Sequencer
          if let sequencer {
            working = sequencer
          } else {
            // With what this process has signed: a tree that contradicts it is never signed.
            working = try await Sequencer(store, environment, known: try file.read() + (newest.map { [$0] } ?? []))
          }
          sequencer = nil
          let isLeft = try await working.step() == Sequencer.mostEntries
          sequencer = working
          newest = await working.checkpoint
          if let newest, newest != kept, keep(newest) { kept = newest }
          if isOutage { logger.notice("the audit log is put into its tree again") }
          if isOutage { health.outages.end(.tree) }
          isOutage = false
          if !isLeft { try? await Task.sleep(for: Self.pause) }
        } catch SequencingFault.overtaken {
          logger.info("another process sequences the audit log")
          try? await Task.sleep(for: Self.pauseAfterFailure)
        } catch let fault where Self.isEdit(fault) {
          health.stop(fault)
          logger.critical(
            "the audit log was edited; its tree has stopped, and with it the service is not ready",
            metadata: ["reason": "\(fault)"])
          // To return would end the process.
          while (try? await Task.sleep(for: .seconds(3600))) != nil {}
          return
        } catch {
          if !isOutage, !Task.isCancelled {
            logger.error("the audit log cannot be put into its tree; it waits", metadata: ["reason": "\(error)"])
            health.outages.begin(.tree, "\(error)")
          }
          isOutage = true
          try? await Task.sleep(for: Self.pauseAfterFailure)
        }
      }
      // Entries up to here are in the tree when the service ends.
      if health.reason == nil, let sequencer, (try? await sequencer.step()) != nil,
        let checkpoint = await sequencer.checkpoint
      {
        _ = keep(checkpoint)
      }
    }
  }

  /// Keeps a checkpoint outside the database. A failure is told once, and stops nothing: the next one is written again.
  private func keep(_ checkpoint: [UInt8]) -> Bool {
    do {
      try file.write(checkpoint)
      health.outages.end(.checkpointFile)
      if health.endsFailure() { logger.notice("the audit log's checkpoint is kept again") }
      return true
    } catch {
      health.outages.begin(.checkpointFile, Self.words(error))
      if health.beginsFailure() {
        logger.error(
          "the audit log's checkpoint cannot be kept outside the database",
          metadata: ["file": "\(file.path)", "reason": "\(error)"])
      }
      return false
    }
  }

  /// Reason of the system, if it gave one.
  private static func words(_ error: any Error) -> String {
    let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    return inner.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(inner.code))) : "\(error)"
  }

  /// Whether an error says that somebody else wrote the database.
  private static func isEdit(_ error: any Error) -> Bool {
    if case StoreError.edited = error { true } else { error is SequencingFault || error as? StoreError == .corrupt }
  }
}

/// Whether the log's tree goes on, and is the one that its witnesses know.
final class LogHealth: Sendable {
  let outages: OutageBook
  private let fault = Mutex<(any Error)?>(nil)
  private let fails = Mutex(false)
  private let forks = Mutex<Set<String>>([])

  init(outages: OutageBook) { self.outages = outages }

  /// - Returns: whether writing the checkpoint's file failed for the first time.
  func beginsFailure() -> Bool {
    fails.withLock { isFailing in
      defer { isFailing = true }; return !isFailing
    }
  }

  /// - Returns: whether it failed before.
  func endsFailure() -> Bool {
    fails.withLock { isFailing in
      defer { isFailing = false }; return isFailing
    }
  }

  /// Whether this witness's fork is told of for the first time.
  func isNew(fork witness: String) -> Bool { forks.withLock { $0.insert(witness).inserted } }

  /// Keeps the first reason.
  func stop(_ reason: any Error) { fault.withLock { $0 = $0 ?? reason } }

  /// The reason for which it stopped, in words; nil while it has not.
  var reason: String? { fault.withLock { $0.map { ($0 as? ForkedLog)?.reason ?? "\($0)" } } }

  /// Whether it stopped because a witness has seen another log.
  var isForked: Bool { fault.withLock { $0 is ForkedLog } }

  /// - Throws: the reason for which it stopped.
  func check() throws { if let fault = fault.withLock({ $0 }) { throw fault } }
}

/// The newest checkpoint, outside the database.
struct CheckpointFile {
  let path: String

  /// The checkpoint, if there is one. A file that is no note counts as none: a power failure may leave it empty, and
  /// who can spoil it can remove it as well.
  func read() throws -> [[UInt8]] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let octets = [UInt8](try file.read(upToCount: SignedNote.longest + 1) ?? Data())
    return (try? SignedNote(octets)) == nil ? [] : [octets]
  }

  /// Replaces the checkpoint, unless there is one that is as large: several gateways may have the same file.
  func write(_ checkpoint: [UInt8]) throws {
    if let kept = try read().first, let size = Self.size(kept), let new = Self.size(checkpoint), size >= new { return }
    try Data(checkpoint).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func size(_ checkpoint: [UInt8]) -> UInt64? {
    (try? SignedNote(checkpoint)).flatMap { try? Checkpoint(text: $0.text) }?.head.size
  }

  /// Keeps the file under another name, which it returns.
  func moveAway(at time: Int64) throws -> String {
    let other = "\(path).lost-\(time)"
    try FileManager.default.moveItem(atPath: path, toPath: other)
    return other
  }
}
