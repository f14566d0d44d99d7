public import Enrolment
public import RecordedCalls
import SoleControl
import Vocabulary

extension MemoryStore: EnrolmentStore {
  public func readEnrolment<Output: Sendable>(
    reading keys: @autoclosure () -> [EnrolmentKey], _ body: @escaping @Sendable (any EnrolmentReading) throws -> Output
  ) async throws -> Output { try look(Declaration(keys()), body) }

  public func writeEnrolment<Output: Sendable>(
    reading keys: @autoclosure () -> [EnrolmentKey],
    _ body: @escaping @Sendable (any EnrolmentTransaction) throws -> Output
  ) async throws -> Output { try await change(Declaration(keys()), body) }
}

extension MemoryTransaction: SignerWriting {
  func signer(_ id: SignerID, of partner: PartnerID) throws -> Signer? {
    uses(.shared, enrolment: { [.signer(id, $0)] })
    return state.signers[id].flatMap { $0.partner == partner ? $0 : nil }
  }

  func signer(of partner: PartnerID, external: [UInt8]) throws -> SignerID? {
    uses(.shared, enrolment: { [.external(partner, external, $0)] })
    return state.signers.values.first { $0.partner == partner && $0.external == external }?.id
  }

  func signers(of partner: PartnerID, _ selection: SignerSelection) throws -> SignerPage {
    uses(.shared, enrolment: { _ in [.signers(of: partner)] })
    let ordered = state.signers.values.filter { signer in
      signer.partner == partner && (selection.external == nil || signer.external == selection.external)
        && (selection.state == nil || signer.state == selection.state)
    }.sorted { ($0.created, $0.id.rawValue) < ($1.created, $1.id.rawValue) }
    let wanted = selection.isDescending ? ordered.reversed() : ordered
    let left = wanted.filter { signer in
      guard let after = selection.after else { return true }
      let (one, other) = ((signer.created, signer.id.rawValue), (after.created, after.id.rawValue))
      return selection.isDescending ? one < other : one > other
    }
    let page = Array(left.prefix(selection.limit))
    return SignerPage(signers: page, next: left.count > page.count ? page.last?.place : nil)
  }

  func countSigners(of partner: PartnerID, created times: Range<UnixTime>) throws -> Int {
    uses(.shared, enrolment: { _ in [.signers(of: partner)] })
    return state.signers.values.count { $0.partner == partner && times.contains($0.created) }
  }

  func add(_ signer: Signer) throws {
    guard state.signers[signer.id] == nil else { throw StoreError.corrupt }
    try claim(signer)
    state.signers[signer.id] = signer
  }

  func put(_ signer: Signer) throws {
    uses(.exclusive, enrolment: { [.signer(signer.id, $0)] })
    guard let old = state.signers[signer.id] else { throw StoreError.corrupt }
    if old.external != signer.external { try claim(signer) }
    state.signers[signer.id] = signer
  }

  /// Checks that no other signer of the partner has the external name.
  private func claim(_ signer: Signer) throws {
    guard let external = signer.external else { return }
    uses(.exclusive, enrolment: { [.external(signer.partner, external, $0)] })
    let isTaken = state.signers.values.contains {
      $0.partner == signer.partner && $0.external == external && $0.id != signer.id
    }
    if isTaken { throw StoreError.corrupt }
  }
}

extension MemoryTransaction: CallWriting {
  func call(_ name: CallKey) throws -> RecordedCall? {
    uses(.shared, enrolment: { [.call(name, $0)] })
    return state.calls[name]
  }

  func put(_ call: RecordedCall) throws {
    uses(.exclusive, enrolment: { [.call(call.call.name, $0)] })
    state.calls[call.call.name] = call
  }

  func removeCalls(expiredBefore time: UnixTime) throws {
    state.calls = state.calls.filter { $0.value.expires >= time }
  }

  func forgetCalls(about signer: SignerID) throws {
    state.calls = state.calls.filter { $0.value.signer != signer }
  }
}

extension MemoryStore {
  public var signers: [Signer] { withState { Array($0.signers.values) } }
  public var calls: [RecordedCall] { withState { Array($0.calls.values) } }

  /// Exchanges stored signers.
  public func tamper(signers change: (Signer) -> Signer) {
    withState { state in state.signers = state.signers.mapValues(change) }
  }
}
