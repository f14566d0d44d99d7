import SoleControl
import Testing
import TestSupport

extension StoreConformance {
  func successors() async throws {
    let store = try makeStore()
    @Sendable func name(_ number: UInt8) -> ActivationDigest {
      ActivationDigest([UInt8](repeating: number, count: 32))
    }
    @Sendable func successor(_ old: UInt8, _ new: UInt8) -> Successor {
      Successor(extended: name(old), activation: name(new), request: [old], sealed: [new, 0])
    }
    #expect(try await store.read { try $0.successor(of: name(1)) } == nil)
    try await store.write { transaction in
      try transaction.add(Activation(digest: name(1), binding: [7], expires: 5), slots: 1)
      try transaction.add(successor(1, 2))
    }
    #expect(
      try await store.read { try $0.activation(name(1)) }
        == Activation(digest: name(1), binding: [7], expires: 5, isReplaced: true))
    try await store.write { try $0.add(successor(2, 3)) }
    #expect(try await store.read { try $0.successor(of: name(1)) } == successor(1, 2))
    #expect(try await store.read { try $0.successor(of: name(2)) } == successor(2, 3))
    await #expect(throws: (any Error).self) { try await store.write { try $0.add(successor(1, 9)) } }
    #expect(try await store.read { try $0.successor(of: name(1)) } == successor(1, 2))
  }
}
