/// Texts of the operator's page in one language. Braces stand for values.
public struct OperatorTexts: Sendable {
  public let title, asOf, well, faults, fault, hasStopped, isForked, isLate, unreadable, log, entries, inTree: String
  public let lag, checkpoint, checkpointOf, noCheckpoint, tree, treeGrows, treeWaits, treeStopped, treeForked: String
  public let checkpointFile, fileFails, witnesses, witness, noWitnesses, witnessSize, witnessTime: String
  public let witnessState, witnessCosigns, witnessNew, activity, lastHours, lastDays, signed, refused, failed,
    signedChart: String
  public let refusedChart, mostInHour, mostInDay, chartDetail, asTable, hour, day, activityNote, countedSince,
    isCounting: String
  public let outages, noOutages, part, began, ended, isOn, reason, reading, writing, rows, device, clock: String
  public let stamps, provider, holds, lockedFactors, heldNames, heldSigners, heldClients, heldAddresses: String
  public let orMore, module, token, sessions, waiting, liveKeys, ofMost, process, service, instance: String
  public let started, startedAt, built, languageLink: String
  /// Before the last three digits of a number.
  public let thousands: String

  public static func of(_ language: Language) -> OperatorTexts {
    switch language {
    case .english: .english
    case .german: .german
    }
  }
}
