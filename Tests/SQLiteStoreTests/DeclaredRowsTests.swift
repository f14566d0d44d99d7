import AuditLog
import Issuance
import OAuth
@testable import SoleControl
import Synchronization
import TestSupport
import Testing
import Throttling
import Vocabulary

/// The store in memory holds bodies to the rows that they declared, so that a store which locks these can run them.
@Suite("Declared rows", .timeLimit(.minutes(1)))
struct DeclaredRowsTests {
  private final class Faults: Sendable {
    private let all = Mutex<[String]>([])
    @Sendable func add(_ fault: BodyFault) {
      all.withLock { all in if case .undeclared(let row, _) = fault { all.append(row) } else { all.append("\(fault)") }
      }
    }

    /// Those since it was asked last.
    func taken() -> [String] {
      all.withLock { all in
        defer { all = [] }
        return all
      }
    }
  }

  private let faults = Faults()
  private let store: MemoryStore
  private let credential = CredentialID("c")
  private let sad = ActivationDigest([UInt8](repeating: 5, count: 32))

  init() { store = MemoryStore(report: faults.add) }

  @Test("a body that reads a row which it did not declare is caught, and the row is named")
  func reading() async throws {
    let (credential, sad) = (credential, sad)
    _ = try await store.read(reading: [.factorState(.otp, credential)]) { try $0.factorState(.pin, of: credential) }
    _ = try await store.write(reading: [.credential(CredentialID("d"))]) { try $0.credential(credential) }
    _ = try await store.write(reading: []) { try $0.slots(sad) }
    _ = try await store.readIssuance(reading: []) { try $0.subject(of: SignerID("s")) }
    _ = try await store.readOAuth(reading: [.entry(.code, [1])]) { try $0.entry(.transaction, [1]) }
    let found = faults.taken()
    #expect(found.count == 5)
    #expect(found.first?.contains("factorState") == true && found.first?.contains("pin") == true)
  }

  @Test("a body that changes a row which it declared only to read is caught")
  func changing() async throws {
    let credential = credential
    try await store.write(reading: [.factorState(.pin, credential)]) {
      try $0.put(
        FactorState(failures: try $0.factorState(.pin, of: credential).failures + 1, lastStep: 0), .pin, of: credential)
    }
    #expect(faults.taken().count == 1)
    try await store.writeOAuth(reading: [.account("a")]) {
      try $0.put(Account(username: "a", passwordHash: "", partner: "", signer: ""))
    }
    #expect(faults.taken().count == 1)
    let digest: [UInt8] = [1]
    _ = try await store.writeIssuance(reading: [.lifecycleGrant(digest)]) { try $0.remove(lifecycleGrant: digest) }
    #expect(faults.taken().count == 1)
  }

  @Test("declared rows can be read and changed, new ones added; the log and what is over need no declaration")
  func declared() async throws {
    let (credential, sad) = (credential, sad)
    let operation = SigningOperation(
      id: "o", activation: sad, requestDigest: [1], instance: "i", state: .reserved, work: [], signatures: [])
    try await store.write(reading: [.factorState(.pin, credential, .exclusive)]) {
      try $0.put(
        FactorState(failures: try $0.factorState(.pin, of: credential).failures + 1, lastStep: 0), .pin, of: credential)
      try $0.add(Activation(digest: sad, binding: [], expires: 9), slots: 1)
      try $0.append(AuditEvent(.serviceStarted, []))
      try $0.removeUsed(until: 1)
    }
    try await store.write(reading: [.activation(sad, .exclusive)]) { try $0.reserve([0], for: operation) }
    try await store.write(reading: operation.keys(toComplete: credential)) {
      try $0.complete(operation, signatures: [[1]])
    }
    #expect(faults.taken().isEmpty)
  }

  @Test("rows that follow from others are declared by these: a grant by its token, what waits by its secret")
  func following() async throws {
    let token = TokenRecord(
      digest: [1], kind: .refresh, partner: "p", signer: nil, client: nil, grant: "g", expires: 9)
    let sibling = TokenRecord(
      digest: [2], kind: .access, partner: "p", signer: nil, client: nil, grant: "g", expires: 9)
    try await store.writeOAuth(reading: []) { for one in [token, sibling] { try $0.put(one) } }
    try await store.writeOAuth(reading: [.grantOfToken([1], .exclusive)]) {
      guard let found = try $0.token([1]) else { return }
      try $0.removeGrant(found.grant)
    }
    #expect(faults.taken().isEmpty)
    let pending = StoredPending(
      id: "w", handle: [3], link: nil, credential: credential, request: ProtectedRow(text: [], mac: []), expires: 9,
      state: .waiting(tries: 0))
    let credential = credential
    try await store.write(reading: [.waiting(credential, .exclusive)]) { try $0.add(pending) }
    _ = try await store.read(reading: [.pending(.handle([3])), .credentialOfPending(.handle([3]))]) { store in
      try store.pending(handle: [3]).map { try store.credential($0.credential) }
    }
    #expect(faults.taken().isEmpty)
    try await store.write(reading: [.pending(.handle([4]), .exclusive)]) { try $0.put(.ended(.denied), ofPending: "w") }
    #expect(faults.taken().count == 1)
  }

  @Test("bodies of tests alone need no declaration")
  func undeclared() async throws {
    let credential = credential
    try await store.write { try $0.put(.fresh, .pin, of: credential) }
    #expect(try await store.read { try $0.factorState(.pin, of: credential) } == .fresh)
    #expect(faults.taken().isEmpty)
  }
}
