internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension JobState {
  /// The columns `state`, `failure` and `expires`.
  fileprivate var columns: (state: Int, failure: String?, expires: UnixMilliseconds?) {
    switch self {
    case .open: (0, nil, nil)
    case .completed(let expires): (1, nil, expires)
    case .failed(let failure, let expires): (2, failure.rawValue, expires)
    }
  }

  fileprivate init(_ row: StoredRow) throws {
    let (number, failure, expires): (Int, String?, UnixMilliseconds?) = (row["state"], row["failure"], row["expires"])
    switch (number, failure.flatMap(JobFailure.init(rawValue:)), expires) {
    case (0, nil, nil): self = .open
    case (1, nil, let expires?): self = .completed(expires: expires)
    case (2, let failure?, let expires?): self = .failed(failure, expires: expires)
    default: throw StoreError.corrupt
    }
  }
}

extension JobReading where Self: SQLiteReader {
  func job(_ id: JobID) throws -> StoredJob? {
    try one(tables.ledger.job, "id = ?", [id.rawValue]).map(Self.job)
  }

  func job(of operation: String) throws -> StoredJob? {
    try one(
      tables.ledger.job, "operation = ? ORDER BY expires IS NULL DESC, expires DESC, id DESC LIMIT 1", [operation]
    ).map(Self.job)
  }

  func openJobs(instance: String) throws -> [StoredJob] {
    try fitting(tables.ledger.job, "instance = ? AND state = 0 ORDER BY id", [instance]).map(Self.job)
  }

  private static func job(_ row: StoredRow) throws -> StoredJob {
    StoredJob(
      id: JobID(row["id"]), operation: row["operation"], instance: row["instance"],
      row: ProtectedRow(text: bytes(row["text"]), mac: bytes(row["mac"])), state: try JobState(row))
  }
}

extension JobWriting where Self: SQLiteWriter {
  func add(_ job: StoredJob) throws {
    let (state, failure, expires) = job.state.columns
    try insert(
      tables.ledger.job,
      [
        job.id.rawValue, job.operation, job.instance, Self.data(job.row.text), Self.data(job.row.mac), state, failure,
        expires,
      ])
  }

  func end(_ job: JobID, as newState: JobState) throws {
    let (state, failure, expires) = newState.columns
    guard newState != .open, let row = try one(tables.ledger.job, "id = ? AND state = 0", [job.rawValue]) else {
      throw StoreError.corrupt
    }
    try change(tables.ledger.job, row, ["state": state, "failure": failure, "expires": expires])
  }

  func removeJobs(expiredBy time: UnixMilliseconds) throws -> Int {
    try remove(tables.ledger.job, "expires <= ?", [horizon < .max / 1000 ? min(time, horizon * 1000) : time])
  }
}
