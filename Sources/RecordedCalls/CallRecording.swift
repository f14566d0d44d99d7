public import Vocabulary

/// Outcome of a call that can come twice.
public enum CallOutcome<Value: Sendable>: Sendable {
  /// It had its effect now, and this answer was recorded.
  case done(Value, answer: [UInt8])
  /// It had it before, when this answer was recorded.
  case repeated([UInt8])
}

extension CallOutcome: Equatable where Value: Equatable {}

/// Instruction to record a call with its effect.
public struct CallRecording<Value: Sendable>: Sendable {
  public let call: IncomingCall
  private let answer: @Sendable (Value) throws -> [UInt8]

  /// - Parameter answer: makes the answer that is kept. It runs in a transaction, perhaps twice, so it does nothing but
  ///   use its argument (Specs/decisions/0049-bodies-of-the-store.md).
  public init(_ call: IncomingCall, answer: @escaping @Sendable (Value) throws -> [UInt8]) {
    self.call = call
    self.answer = answer
  }

  /// The answer that the call got before; nil if it is new. A look before what an effect costs: `once` decides.
  ///
  /// - Throws: `CallDiffers`.
  public func known(in store: any CallReading, at now: UnixTime) throws -> [UInt8]? {
    guard let known = try store.call(call.name), known.isOpen(at: now) else { return nil }
    guard known.call == call else { throw CallDiffers() }
    return known.answer
  }

  /// Runs the effect, in the transaction that also records the call, unless it was recorded before. The caller has
  /// declared the call's row as exclusive.
  ///
  /// - Parameter signer: the one of whom the answer tells.
  /// - Throws: `CallDiffers`, or what `effect` throws; then nothing is recorded, and the same key may come again.
  public func once(
    in transaction: any CallWriting, at now: UnixTime, about signer: (Value) -> SignerID? = { _ in nil },
    _ effect: () throws -> Value
  ) throws -> CallOutcome<Value> {
    if let known = try known(in: transaction, at: now) { return .repeated(known) }
    let value = try effect()
    let answer = try self.answer(value)
    try transaction.removeCalls(expiredBefore: now)
    try transaction.put(
      RecordedCall(call: call, answer: answer, expires: now + RecordedCall.life, signer: signer(value)))
    return .done(value, answer: answer)
  }
}
