internal import Foundation
internal import GRDB
internal import SoleControl

extension LedgerReading where Self: SQLiteReader {
  func successor(of activation: ActivationDigest) throws -> Successor? {
    try one(tables.ledger.successor, "extended = ?", [Self.data(activation.bytes)]).map {
      Successor(
        extended: activation, activation: ActivationDigest(Self.bytes($0["activation"])),
        request: Self.bytes($0["request"]), sealed: Self.bytes($0["sealed"]))
    }
  }
}

extension LedgerWriting where Self: SQLiteWriter {
  func add(_ successor: Successor) throws {
    if let row = try one(tables.ledger.activation, "digest = ?", [Self.data(successor.extended.bytes)]) {
      try change(tables.ledger.activation, row, ["replaced": true])
    }
    try insert(
      tables.ledger.successor,
      [
        Self.data(successor.extended.bytes), Self.data(successor.activation.bytes), Self.data(successor.request),
        Self.data(successor.sealed),
      ])
  }
}
