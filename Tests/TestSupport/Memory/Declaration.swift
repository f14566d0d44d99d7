public import Contracts
public import Enrolment
public import Issuance
public import OAuth
public import SoleControl
import Throttling
import Vocabulary

/// The rows that a body declared, to which the store in memory holds it.
struct Declaration: Sendable {
  var soleControl: Set<SoleControlKey> = []
  var issuance: Set<IssuanceKey> = []
  var oauth: Set<OAuthKey> = []
  var contracts: Set<ContractKey> = []
  var enrolment: Set<EnrolmentKey> = []
  /// False for bodies of tests, which look into the store and change rows as they like.
  var isChecked = true

  init() { isChecked = !Undeclared.isAllowed }

  init(_ keys: [SoleControlKey]) {
    self.init()
    soleControl = Set(keys)
  }

  init(_ keys: [IssuanceKey]) {
    self.init()
    issuance = Set(keys)
    soleControl = Set(keys.compactMap { if case .soleControl(let key) = $0 { key } else { nil } })
  }

  init(_ keys: [OAuthKey]) {
    self.init()
    oauth = Set(keys)
  }

  init(_ keys: [ContractKey]) {
    self.init()
    contracts = Set(keys)
  }

  init(_ keys: [EnrolmentKey]) {
    self.init()
    enrolment = Set(keys)
  }

  private var all: [String] {
    let names = [
      soleControl.map { "\($0)" }, issuance.map { "\($0)" }, oauth.map { "\($0)" }, contracts.map { "\($0)" },
      enrolment.map { "\($0)" },
    ]
    return names.joined().sorted()
  }

  private func fault<Key: Hashable>(
    _ lock: RowLock, _ declared: Set<Key>, _ keys: (RowLock) -> [Key]
  ) -> BodyFault? {
    guard isChecked else { return nil }
    let fitting = keys(.exclusive) + (lock == .shared ? keys(.shared) : [])
    guard declared.isDisjoint(with: fitting) else { return nil }
    return .undeclared(keys(lock).first.map { "\($0)" } ?? "a row", declared: all)
  }

  /// Nil if one of these keys is declared, in this way or exclusively.
  func fault(_ lock: RowLock, _ keys: (RowLock) -> [SoleControlKey]) -> BodyFault? { fault(lock, soleControl, keys) }
  func fault(_ lock: RowLock, issuance keys: (RowLock) -> [IssuanceKey]) -> BodyFault? { fault(lock, issuance, keys) }
  func fault(_ lock: RowLock, contracts keys: (RowLock) -> [ContractKey]) -> BodyFault? {
    fault(lock, contracts, keys)
  }
  func fault(_ lock: RowLock, oauth keys: (RowLock) -> [OAuthKey]) -> BodyFault? { fault(lock, oauth, keys) }
  func fault(_ lock: RowLock, enrolment keys: (RowLock) -> [EnrolmentKey]) -> BodyFault? {
    fault(lock, enrolment, keys)
  }

  /// Counters are in the transactions of more than one port.
  func fault(_ lock: RowLock, _ key: ThrottleKey) -> BodyFault? {
    guard let fault = fault(lock, { [.throttle(key, $0)] }) else { return nil }
    return self.fault(lock, oauth: { [.throttle(key, $0)] }) == nil ? nil : fault
  }

  func fault(owner: [UInt8]) -> BodyFault? {
    guard let fault = fault(.exclusive, { [.throttling(owner: owner, $0)] }) else { return nil }
    return self.fault(.exclusive, oauth: { [.throttling(owner: owner, $0)] }) == nil ? nil : fault
  }
}

/// Tests look into stores and change rows without a declaration.
enum Undeclared {
  @TaskLocal static var isAllowed = false
}

extension SoleControlStore {
  /// For tests' own looks.
  public func read<Output: Sendable>(
    _ body: @escaping @Sendable (any SoleControlReading) throws -> Output
  ) async throws -> Output { try await Undeclared.$isAllowed.withValue(true) { try await read(reading: [], body) } }

  /// For tests' own changes.
  public func write<Output: Sendable>(
    _ body: @escaping @Sendable (any SoleControlWriting) throws -> Output
  ) async throws -> Output { try await Undeclared.$isAllowed.withValue(true) { try await write(reading: [], body) } }
}

extension IssuanceStore {
  /// For tests' own looks.
  public func readIssuance<Output: Sendable>(
    _ body: @escaping @Sendable (any IssuanceSnapshot) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await readIssuance(reading: [], body) }
  }

  /// For tests' own changes.
  public func writeIssuance<Output: Sendable>(
    _ body: @escaping @Sendable (any IssuanceTransaction) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await writeIssuance(reading: [], body) }
  }
}

extension ContractStore {
  /// For tests' own looks.
  public func readContracts<Output: Sendable>(
    _ body: @escaping @Sendable (any ContractReading) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await readContracts(reading: [], body) }
  }

  /// For tests' own changes.
  public func writeContracts<Output: Sendable>(
    _ body: @escaping @Sendable (any ContractWriting) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await writeContracts(reading: [], body) }
  }
}

extension OAuthStore {
  /// For tests' own looks.
  public func readOAuth<Output: Sendable>(
    _ body: @escaping @Sendable (any OAuthReading) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await readOAuth(reading: [], body) }
  }

  /// For tests' own changes.
  public func writeOAuth<Output: Sendable>(
    _ body: @escaping @Sendable (any OAuthWriting) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await writeOAuth(reading: [], body) }
  }
}

extension EnrolmentStore {
  /// For tests' own looks.
  public func readEnrolment<Output: Sendable>(
    _ body: @escaping @Sendable (any EnrolmentReading) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await readEnrolment(reading: [], body) }
  }

  /// For tests' own changes.
  public func writeEnrolment<Output: Sendable>(
    _ body: @escaping @Sendable (any EnrolmentTransaction) throws -> Output
  ) async throws -> Output {
    try await Undeclared.$isAllowed.withValue(true) { try await writeEnrolment(reading: [], body) }
  }
}
