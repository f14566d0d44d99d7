public import Contracts
import Crypto

/// An operator with a key of their own.
public struct TestOperator: Sendable {
  public let id: String
  public let key: OperatorKey
  private let privateKey: P256.Signing.PrivateKey

  public init(_ id: String) throws {
    self.id = id
    privateKey = P256.Signing.PrivateKey()
    guard let key = OperatorKey(Array(privateKey.publicKey.derRepresentation)) else { throw NoKey() }
    self.key = key
  }

  private struct NoKey: Error {}

  public func sign(_ statement: ContractStatement) throws -> OperatorProof {
    let signature = try privateKey.signature(for: statement.octets)
    return OperatorProof(key: key, statement: statement, signature: Array(signature.derRepresentation))
  }

  /// Has a service carry out an act.
  @discardableResult
  public func does(
    _ act: ContractAct, at service: ContractService, changeID: String = "00"
  ) async throws -> ContractService.Outcome {
    try await service.perform(act, sign(service.statement(of: act)), changeID: changeID)
  }

  @discardableResult
  public func decides(_ change: String, approves: Bool = true, at service: ContractService) async throws -> Change {
    try await service.decide(change, approves: approves, sign(service.statement(ofDecision: approves, on: change)))
  }
}
