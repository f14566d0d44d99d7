public import Testing

extension StoreConformance {
  /// One thing that a store promises, with the test that a store of this kind keeps it.
  public struct Promise: Sendable, CustomTestStringConvertible {
    public let name: String
    let check: @Sendable (StoreConformance) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (StoreConformance) async throws -> Void) {
      self.name = name
      self.check = check
    }

    public var testDescription: String { name }
  }

  /// Makes a new store and has it keep one promise.
  public func keeps(_ promise: Promise) async throws { try await promise.check(self) }

  /// Every promise. `Tests/house/suites.py` fails when a test of this target is missing here.
  public static let promises: [Promise] = [
    Promise("credentials' rows are kept as they are, with their MAC") { try await $0.rowsAreKept() },
    Promise("a signer's credentials come in the order of their ids, page by page") { try await $0.listsAreInOrder() },
    Promise("the counters of a factor are kept, each factor's apart") { try await $0.factorStatesAreKept() },
    Promise("slots follow their operation: authorized, reserved, consumed") {
      try await $0.slotsFollowTheirOperation()
    },
    Promise("released slots can be reserved again") { try await $0.releasedSlotsAreFreeAgain() },
    Promise("an operation is settled once") { try await $0.settlingTwiceIsRefused() },
    Promise("a restart makes unknown only what its own instance had begun") {
      try await $0.onlyTheOwnInstanceBecomesUnknown()
    },
    Promise("a transaction that throws leaves nothing") { try await $0.aThrownErrorLeavesNothing() },
    Promise("challenges are taken once, and the oldest of too many goes") {
      try await $0.challengesAreTakenOnce()
    },
    Promise("the log's chain is whole after concurrent transactions, some of which failed") {
      try await $0.auditChainIsWhole()
    },
    Promise("concurrent reservations never overlap") { try await $0.concurrentReservationsNeverOverlap() },
    Promise("jobs end once, and are forgotten when they are over") { try await $0.jobsEndOnceAndAreForgotten() },
    Promise("open jobs are listed by instance") { try await $0.openJobsAreListedByInstance() },
    Promise("the job of an operation is the one that lives longest") {
      try await $0.theJobOfAnOperationIsTheOneThatLivesLongest()
    },
    Promise("operations of open jobs do not become unknown") {
      try await $0.operationsOfOpenJobsDoNotBecomeUnknown()
    },
    Promise("notifications are due until they are removed") { try await $0.notificationsAreDueUntilTheyAreRemoved() },
    Promise("a SAD that was revoked stays revoked") { try await $0.revokedIsKept() },
    Promise("access and refresh tokens are kept, replaced and removed, also by grant") { try await $0.tokens() },
    Promise("accounts and OAuth entries are kept; those over are removed") { try await $0.accountsAndEntries() },
    Promise("requests kept for a client are limited by number and octets, oldest first") {
      try await $0.keptRequests()
    },
    Promise("a SAD has one successor") { try await $0.successors() },
    Promise("pending authorizations, their states and their requests to an app are kept") {
      try await $0.pendingAuthorizations()
    },
    Promise("one code per factor and credential is open, and is taken once") { try await $0.oneTimeCodes() },
    Promise("messages are counted by credential and by partner") { try await $0.messages() },
    Promise("a token is used once") { try await $0.tokensAreUsedOnce() },
    Promise("of many who bring the same token at once, one uses it") { try await $0.oneOfManyUsesAToken() },
    Promise("wrong attempts are counted and waited for, from both sides of the store") { try await $0.throttling() },
    Promise("identities are replaced, and the first revocation of a certificate counts") {
      try await $0.identitiesAndRevocations()
    },
    Promise("orders are reserved by one instance and removed once") { try await $0.lifecycleGrants() },
    Promise("notices to owners are due until they are removed") { try await $0.ownerNotices() },
    Promise("invitations are due until they are sent, and known until they are removed") {
      try await $0.invitations()
    },
    Promise("signers are kept, found by their external name, and changed") { try await $0.signers() },
    Promise("signers come in the order of their time, page by page, of one partner") { try await $0.signerPages() },
    Promise("a partner has one signer of an external name") { try await $0.externalNames() },
    Promise("calls are kept until they are over, each client's apart") { try await $0.recordedCalls() },
    Promise("of many equal calls at once, one has its effect") { try await $0.equalCallsAtOnce() },
    Promise("a credential that was removed leaves nothing of itself, and others untouched") {
      try await $0.removedCredentialsLeaveNothing()
    },
  ]
}
