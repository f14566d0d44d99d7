import SoleControl
import Vocabulary

/// Tries, challenges, codes, messages and used tokens of factors.
extension MemoryTransaction {
  func factorState(_ factor: FactorID, of credential: CredentialID) throws -> FactorState {
    uses(.shared) { [.factorState(factor, credential, $0)] }
    return state.factors["\(credential) \(factor)"] ?? .fresh
  }

  func challenge(_ digest: [UInt8]) throws -> Challenge? {
    let found = state.challenges.first { $0.challenge.digest == digest }?.challenge
    if let found { uses(.shared) { [.challenges(found.factor, found.credential, $0)] } }
    return found
  }

  func challenges(_ factor: FactorID, of credential: CredentialID) throws -> [Challenge] {
    uses(.shared) { [.challenges(factor, credential, $0)] }
    return state.challenges.sorted { $0.made < $1.made }.map(\.challenge).filter {
      $0.credential == credential && $0.factor == factor
    }
  }

  func put(_ factorState: FactorState, _ factor: FactorID, of credential: CredentialID) throws {
    uses(.exclusive) { [.factorState(factor, credential, $0)] }
    state.factors["\(credential) \(factor)"] = factorState
  }

  func add(_ challenge: Challenge, keep: Int) throws {
    uses(.exclusive) { [.challenges(challenge.factor, challenge.credential, $0)] }
    state.made += 1
    state.challenges.append(MemoryState.OpenChallenge(challenge: challenge, made: state.made))
    let same = state.challenges.filter {
      $0.challenge.credential == challenge.credential && $0.challenge.factor == challenge.factor
    }
    for old in same.sorted(by: { $0.made < $1.made }).dropLast(keep) {
      state.challenges.removeAll { $0.made == old.made }
    }
  }

  func take(challenge digest: [UInt8]) throws -> Bool {
    guard let found = state.challenges.first(where: { $0.challenge.digest == digest })?.challenge else { return false }
    uses(.exclusive) { [.challenges(found.factor, found.credential, $0)] }
    state.challenges.removeAll { $0.challenge.digest == digest }
    return true
  }

  func oneTimeCode(_ factor: FactorID, of credential: CredentialID) throws -> OneTimeCode? {
    uses(.shared) { [.oneTimeCode(factor, credential, $0)] }
    return state.codes["\(credential) \(factor)"]
  }

  func messages(_ factor: FactorID, of credential: CredentialID, after time: UnixTime) throws -> [SentMessage] {
    uses(.shared) { [.messages(factor, credential, $0)] }
    return state.messages.filter { $0.credential == credential && $0.factor == factor && $0.time > time }
      .sorted { ($0.time, $0.id) < ($1.time, $1.id) }
  }

  func messages(of partner: PartnerID, after time: UnixTime) throws -> (count: Int, oldest: UnixTime?) {
    uses(.shared) { [.partnerMessages(partner, $0)] }
    let times = state.messages.filter { $0.partner == partner && $0.time > time }.map(\.time)
    return (times.count, times.min())
  }

  func put(_ code: OneTimeCode) throws {
    uses(.exclusive) { [.oneTimeCode(code.factor, code.credential, $0)] }
    state.codes["\(code.credential) \(code.factor)"] = code
  }

  func take(oneTimeCode id: String) throws -> Bool {
    guard let (key, code) = state.codes.first(where: { $0.value.id == id }) else { return false }
    uses(.exclusive) { [.oneTimeCode(code.factor, code.credential, $0)] }
    state.codes[key] = nil
    return true
  }

  func add(_ message: SentMessage, forgotten: UnixTime) throws {
    uses(.exclusive) { [.messages(message.factor, message.credential, $0)] }
    uses(.exclusive) { [.partnerMessages(message.partner, $0)] }
    state.messages.removeAll { $0.time <= forgotten }
    state.messages.append(message)
  }

  func markFailed(message id: String) throws {
    uses(.exclusive) { [.message(id, $0)] }
    state.messages = state.messages.map { message in
      guard message.id == id else { return message }
      return SentMessage(
        id: id, partner: message.partner, credential: message.credential, factor: message.factor, time: message.time,
        hasFailed: true)
    }
  }

  func remove(message id: String) throws {
    uses(.exclusive) { [.message(id, $0)] }
    state.messages.removeAll { $0.id == id }
  }

  func isUsed(_ digest: [UInt8]) throws -> Bool {
    uses(.shared) { [.usedToken(digest, $0)] }
    return state.used[digest] != nil
  }

  func use(once digest: [UInt8], until time: UnixTime) throws -> Bool {
    uses(.exclusive) { [.usedToken(digest, $0)] }
    guard state.used[digest] == nil else { return false }
    state.used[digest] = time
    return true
  }

  func removeUsed(until time: UnixTime) throws { state.used = state.used.filter { $0.value > time } }
}
