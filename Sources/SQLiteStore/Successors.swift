internal import Foundation
internal import GRDB
internal import SoleControl

extension Snapshot {
  func successor(of activation: ActivationDigest) throws -> Successor? {
    try one(
      "SELECT activation, request, sealed FROM successor WHERE extended = ?", [Self.data(activation.bytes)]
    ).map {
      Successor(
        extended: activation, activation: ActivationDigest(Self.bytes($0[0])), request: Self.bytes($0[1]),
        sealed: Self.bytes($0[2]))
    }
  }
}

extension Transaction {
  func add(_ successor: Successor) throws {
    try execute("UPDATE activation SET replaced = 1 WHERE digest = ?", [Self.data(successor.extended.bytes)])
    try execute(
      "INSERT INTO successor (extended, activation, request, sealed) VALUES (?, ?, ?, ?)",
      [
        Self.data(successor.extended.bytes), Self.data(successor.activation.bytes), Self.data(successor.request),
        Self.data(successor.sealed),
      ])
  }
}
