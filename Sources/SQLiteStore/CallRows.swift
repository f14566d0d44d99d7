internal import Foundation
internal import GRDB
internal import RecordedCalls
internal import SoleControl
internal import Vocabulary

extension Snapshot: CallReading {}
extension Transaction: CallWriting {}

extension CallReading where Self: SQLiteReader {
  func call(_ name: CallKey) throws -> RecordedCall? {
    try one(tables.enrolment.call, "client = ? AND name = ?", [name.client.rawValue, Self.data(name.digest)]).map {
      let signer: String? = $0["signer"]
      return RecordedCall(
        call: IncomingCall(name: name, fingerprint: Self.bytes($0["fingerprint"])), answer: Self.bytes($0["answer"]),
        expires: $0["expires"], signer: signer.map { SignerID($0) })
    }
  }
}

extension CallWriting where Self: SQLiteWriter {
  func put(_ call: RecordedCall) throws {
    let name = call.call.name
    try insert(
      tables.enrolment.call,
      [
        name.client.rawValue, Self.data(name.digest), Self.data(call.call.fingerprint), Self.data(call.answer),
        call.expires, call.signer?.rawValue,
      ], or: .replace)
  }

  /// Rows that one call removes: other callers wait meanwhile.
  private static var cleared: Int { 200 }

  func removeCalls(expiredBefore time: UnixTime) throws {
    try remove(
      tables.enrolment.call,
      "(client, name) IN (SELECT client, name FROM recorded_call WHERE expires < ? ORDER BY expires LIMIT ?)",
      [min(time, horizon), Self.cleared])
  }

  func forgetCalls(about signer: SignerID) throws {
    try remove(tables.enrolment.call, "signer = ?", [signer.rawValue])
  }
}
