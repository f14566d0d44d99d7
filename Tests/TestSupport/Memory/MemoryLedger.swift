import SoleControl
import Vocabulary

/// SADs and what they were used for.
extension MemoryTransaction {
  func activation(_ digest: ActivationDigest) throws -> Activation? {
    uses(.shared) { keys(to: digest, $0) }
    return state.activations[digest]
  }

  func slots(_ activation: ActivationDigest) throws -> [SlotState] {
    uses(.shared) { keys(to: activation, $0) }
    return state.slots[activation]?.map(\.state) ?? []
  }

  func operation(_ activation: ActivationDigest, requestDigest: [UInt8]) throws -> SigningOperation? {
    uses(.shared) { [.request(activation, requestDigest, $0)] }
    return state.operations.values
      .filter { $0.activation == activation && $0.requestDigest == requestDigest && $0.state != .released }
      .min { $0.state.rawValue < $1.state.rawValue }
  }

  func operation(id: String) throws -> SigningOperation? {
    uses(.shared) { keys(toOperation: id, $0) }
    return state.operations[id]
  }

  func add(_ activation: Activation, slots: Int) throws {
    guard state.activations.updateValue(activation, forKey: activation.digest) == nil else { throw StoreError.corrupt }
    state.slots[activation.digest] = Array(
      repeating: MemoryState.Slot(state: .authorized), count: slots)
  }

  func reserve(_ slots: [Int], for operation: SigningOperation) throws {
    uses(.exclusive) { keys(to: operation.activation, $0) }
    state.operations[operation.id] = operation
    for slot in slots {
      state.slots[operation.activation]?[slot] = MemoryState.Slot(state: .reserved, operation: operation.id)
    }
  }

  func complete(_ operation: SigningOperation, signatures: [[UInt8]]) throws {
    try settle(operation, .completed, .consumed, signatures)
  }

  func release(_ operation: SigningOperation) throws {
    uses(.exclusive) { keys(to: operation.activation, $0) }
    try settle(operation, .released, .released, [])
  }

  private func settle(
    _ operation: SigningOperation, _ newState: SigningOperation.State, _ slot: SlotState, _ signatures: [[UInt8]]
  ) throws {
    uses(.exclusive) { keys(toOperation: operation.id, $0) }
    guard state.operations[operation.id]?.state == .reserved else { throw StoreError.corrupt }
    state.operations[operation.id] = operation.with(newState, signatures)
    state.slots[operation.activation] = state.slots[operation.activation]?.map {
      $0.state == .reserved && $0.operation == operation.id
        ? MemoryState.Slot(state: slot, operation: operation.id) : $0
    }
  }

  func revoke(_ activation: ActivationDigest) throws {
    uses(.exclusive) { keys(to: activation, $0) }
    guard let old = state.activations[activation] else { return }
    state.activations[activation] = Activation(
      digest: old.digest, binding: old.binding, expires: old.expires, isRevoked: true, isReplaced: old.isReplaced)
  }

  func markUnknown(instance: String) throws -> [SigningOperation] {
    uses(.exclusive) { [.operations(instance: instance, $0)] }
    let ofJobs = try Set(openJobs(instance: instance).map(\.operation))
    let found = state.operations.values
      .filter { $0.instance == instance && $0.state == .reserved && !ofJobs.contains($0.id) }
      .sorted { $0.id < $1.id }
    for operation in found { state.operations[operation.id] = operation.with(.unknown, []) }
    return found
  }

  func successor(of activation: ActivationDigest) throws -> Successor? {
    uses(.shared) { keys(to: activation, $0) }
    return state.successors[activation]
  }

  func add(_ successor: Successor) throws {
    uses(.exclusive) { keys(to: successor.extended, $0) }
    guard state.successors.updateValue(successor, forKey: successor.extended) == nil else { throw StoreError.corrupt }
    guard let old = state.activations[successor.extended] else { return }
    state.activations[old.digest] = Activation(
      digest: old.digest, binding: old.binding, expires: old.expires, isRevoked: old.isRevoked, isReplaced: true)
  }
}

extension SigningOperation {
  fileprivate func with(_ state: State, _ signatures: [[UInt8]]) -> SigningOperation {
    SigningOperation(
      id: id, activation: activation, requestDigest: requestDigest, instance: instance, state: state, work: work,
      signatures: signatures)
  }
}
