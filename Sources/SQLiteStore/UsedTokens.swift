internal import Foundation
internal import GRDB
internal import SoleControl
internal import Vocabulary

extension FactorReading where Self: SQLiteReader {
  func isUsed(_ digest: [UInt8]) throws -> Bool {
    try one(tables.factors.usedTokens, "digest = ?", [Self.data(digest)]) != nil
  }
}

extension FactorWriting where Self: SQLiteWriter {
  func use(once digest: [UInt8], until time: UnixTime) throws -> Bool {
    guard try !isUsed(digest) else { return false }
    try insert(tables.factors.usedTokens, [Self.data(digest), time])
    return true
  }

  func removeUsed(until time: UnixTime) throws {
    try remove(tables.factors.usedTokens, "expires <= ?", [min(time, horizon)])
  }
}
