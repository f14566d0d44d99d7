import AuditLog
import SoleControl

extension Service {
  /// Has the log go on from a database that was put back to an older copy knowingly. The log says so, and the
  /// checkpoint to which the database does not lead is kept under another name. A gateway that serves the database
  /// has to stop first.
  ///
  /// - Throws: `InstanceLock.Taken` while one does.
  /// - Returns: the size of the tree of that checkpoint, and where it is kept now; nil if the database leads to it.
  package func acceptRestoredDatabase() async throws -> (lost: UInt64, kept: String)? {
    _ = try InstanceLock(database: config.database, instance: config.instance)
    let file = CheckpointFile(path: config.log.checkpointFile)
    let time = milliseconds()
    let environment = try LogKeeper.environment(config, logSigner, milliseconds: { time })
    do {
      _ = try await Sequencer(store.log, environment, known: try file.read())
      return nil
    } catch SequencingFault.behind(let size) {
      try await soleControl.signing.acceptRestoredDatabase(lost: size)
      return (size, try file.moveAway(at: time))
    }
  }
}
