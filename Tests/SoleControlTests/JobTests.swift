import AuditLog
import Octets
import OpenSSLPKI
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// Asynchronous signing: the states of a job, and what each event does in them.
@Suite("Jobs", .timeLimit(.minutes(2)))
struct JobTests {
  private let hour: Int64 = 3_600_000

  // MARK: From acceptance to the result

  @Test("a job that was accepted is signed, although its SAD was extended meanwhile; no further one is accepted")
  func extendedMeanwhile() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let old = try await fixture.signing.authorize(credential, count: 2).sad
    let job = try await fixture.submit(credential, old, [digest("a")])
    let new = try await fixture.signing.service.authorizations.extend(
      ExtensionRequest(credential: credential.id, sad: old, hashAlgorithm: nil, digests: []),
      as: fixture.signing.principal()
    ).sad
    await #expect(throws: Refusal.invalidSAD) { try await fixture.submit(credential, old, [digest("b")]) }
    #expect(try await fixture.signatures(of: job).count == 1)
    _ = try await fixture.signing.sign(credential, new, [digest("b")])
    #expect(store.count(.signatureMade) == 2)
  }

  @Test("a job is running until it is signed; its result is the same at every poll")
  func result() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential(scal: .two)
    let digests = [digest("a"), digest("b")]
    let sad = try await fixture.signing.authorize(credential, count: 2, digests: digests).sad
    let job = try await fixture.submit(credential, sad, digests)
    #expect(try await fixture.poll(job) == .running)
    #expect(store.count(.signatureIntended) == 1 && store.count(.signatureMade) == 0)
    let result = try await fixture.signatures(of: job)
    #expect(result.count == 2)
    for (digest, signature) in zip(digests, result) {
      #expect(
        Verifier().isValid(
          signature, over: digest, algorithm: .ecdsa(.sha256), publicKey: credential.certificate.publicKey))
    }
    for _ in 0..<3 { #expect(try await fixture.signatures(of: job) == result) }
    #expect(store.count(.signatureMade) == 1)
    // The authorization is spent.
    await #expect(throws: Refusal.invalidSAD) { try await fixture.submit(credential, sad, [digest("c")]) }
  }

  @Test("a call is refused as a synchronous one is, and spends nothing")
  func refusals() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential(scal: .two)
    let expired = try await fixture.signing.createCredential("c2", days: -1)
    let sad = try await fixture.signing.authorize(credential, digests: [digest("a")]).sad
    let sadOfExpired = try await fixture.signing.authorize(expired).sad
    var changed = sad.octets
    changed[40] ^= 1
    let forged = try #require(SignatureActivationData(octets: changed))
    func refuse(
      _ refusal: Refusal, _ credential: Credential, _ sad: SignatureActivationData, _ digests: [[UInt8]],
      _ algorithm: SignatureAlgorithm = .ecdsa(.sha256), as principal: Principal? = nil
    ) async {
      for isAsynchronous in [false, true] {
        await #expect(throws: refusal, "asynchronous: \(isAsynchronous)") {
          if isAsynchronous {
            _ = try await fixture.submit(credential, sad, digests, algorithm: algorithm, as: principal)
          } else {
            _ = try await fixture.signing.sign(credential, sad, digests, algorithm: algorithm, as: principal)
          }
        }
      }
    }
    await refuse(.unknownCredential, credential, sad, [digest("a")], as: fixture.signing.principal("bob"))
    await refuse(.algorithmNotAllowed, credential, sad, [digest("a")], .rsaPKCS1(.sha256))
    await refuse(.digestLength, credential, sad, [[1]])
    await refuse(.invalidSAD, credential, forged, [digest("a")])
    await refuse(.digestNotAuthorized, credential, sad, [digest("b")])
    await refuse(.digestNotAuthorized, credential, sad, [digest("a"), digest("a")])
    await refuse(
      .certificateExpired(organization: nil, commonName: "Alice Example"), expired, sadOfExpired, [digest("a")])
    fixture.signing.clock.advance(300)
    await refuse(.sadExpired, credential, sad, [digest("a")])
    fixture.signing.clock.advance(-300)
    #expect(store.jobs.isEmpty && store.operations.isEmpty)
    _ = try await fixture.signatures(of: fixture.submit(credential, sad, [digest("a")]))
  }

  @Test("a full line refuses before anything is spent, and has room again when a job has ended")
  func fullLine() async throws {
    let store = MemoryStore()
    var rules = JobService.Rules()
    rules.capacity = 1
    let fixture = JobFixture(store, rules: rules)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let first = try await fixture.submit(credential, sad, [digest("a")])
    await #expect(throws: Refusal.unavailable) { try await fixture.submit(credential, sad, [digest("b")]) }
    #expect(store.operations.count == 1 && store.count(.signatureIntended) == 1)
    try await fixture.running {
      _ = try await fixture.ended(first)
      // The place is free a moment after the result is there.
      var second: JobID?
      while second == nil { second = try? await fixture.submit(credential, sad, [digest("b")]) }
      _ = try await fixture.ended(#require(second))
    }
    #expect(store.count(.signatureMade) == 2)
  }

  // MARK: The same request again

  @Test("the same request again is the same job, open or completed, however it is asked for")
  func repetition() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    #expect(try await fixture.submit(credential, sad, [digest("a")]) == job)
    let signatures = try await fixture.signatures(of: job)
    #expect(try await fixture.submit(credential, sad, [digest("a")], validity: 1) == job)
    #expect(try await fixture.signing.sign(credential, sad, [digest("a")]) == signatures)
    #expect(store.count(.signatureMade) == 1 && store.jobs.count == 1)
  }

  @Test("what a synchronous call has signed is a job that has ended at once")
  func afterSynchronous() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let signatures = try await fixture.signing.sign(credential, sad, [digest("a")])
    let job = try await fixture.submit(credential, sad, [digest("a")], validity: 2000)
    // No worker runs.
    #expect(try await fixture.poll(job).signatures == signatures)
    fixture.signing.clock.advance(2)
    await #expect(throws: Refusal.unknownJob) { try await fixture.poll(job) }
    let again = try await fixture.submit(credential, sad, [digest("a")], validity: 2000)
    #expect(again != job)
    #expect(try await fixture.poll(again).signatures == signatures)
    #expect(store.count(.signatureMade) == 1)
  }

  @Test("50 callers at once with the same request: one job, one signature")
  func sameRequestRace() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    try await fixture.running {
      let jobs = try await withThrowingTaskGroup(of: JobID.self) { group in
        for _ in 0..<50 { group.addTask { try await fixture.submit(credential, sad, [digest("a")]) } }
        return try await group.reduce(into: Set<JobID>()) { $0.insert($1) }
      }
      #expect(jobs.count == 1)
      _ = try await fixture.ended(#require(jobs.first))
    }
    #expect(store.count(.signatureMade) == 1)
  }

  @Test("50 callers at once with different digests: exactly the authorized 7 are accepted, and all of them end")
  func race() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 7).sad
    try await fixture.running {
      let jobs = await withTaskGroup(of: JobID?.self) { group in
        for number in 0..<50 { group.addTask { try? await fixture.submit(credential, sad, [digest("\(number)")]) } }
        return await group.reduce(into: [JobID]()) { if let job = $1 { $0.append(job) } }
      }
      #expect(jobs.count == 7)
      for job in jobs {
        let result = try await fixture.ended(job)
        #expect(result.signatures?.count == 1)
      }
    }
    #expect(store.count(.signatureMade) == 7)
  }

  // MARK: Whose result it is, and how long

  @Test("a job exists for its signer and the signer's partner alone")
  func owner() async throws {
    let fixture = JobFixture(MemoryStore())
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    for state in ["open", "completed"] {
      if state == "completed" { _ = try await fixture.signatures(of: job) }
      for (principal, signer) in [
        (fixture.signing.principal("alice"), nil), (fixture.signing.principal(nil), nil),
        (fixture.signing.principal(nil), SignerID("alice")),
      ] {
        _ = try await fixture.jobs.result(of: job, signer: signer, as: principal)
      }
      for (principal, signer) in [
        (fixture.signing.principal("bob"), nil), (fixture.signing.principal(nil), SignerID("bob")),
        (fixture.signing.principal("alice", partner: PartnerID("other")), nil),
        (fixture.signing.principal(nil, partner: PartnerID("other")), nil),
      ] {
        await #expect(throws: Refusal.unknownJob, "\(state) \(principal)") {
          try await fixture.jobs.result(of: job, signer: signer, as: principal)
        }
      }
    }
    await #expect(throws: Refusal.unknownJob) { try await fixture.poll(JobID("none")) }
  }

  @Test("the result of a SAD that was given to a client is that client's alone")
  func client() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential(mode: .oauth2code)
    func principal(_ client: String?) -> Principal {
      Principal(
        partner: SigningFixture.partner, signer: SignerID("alice"), client: client.map { ClientID($0) })
    }
    let authorization = try await fixture.signing.service.authorizations.authorize(
      AuthorizationRequest(
        credential: credential.id, numSignatures: 1, hashAlgorithm: nil, digests: [],
        presented: [.pin: SigningFixture.pin], channel: .authorizationServer(ClientID("app"))), as: principal("app"))
    let job = try await fixture.submit(credential, authorization.sad, [digest("a")], as: principal("app"))
    for other in ["rival", nil] {
      await #expect(throws: Refusal.unknownJob) {
        try await fixture.jobs.result(of: job, signer: nil, as: principal(other))
      }
    }
    #expect(try await fixture.jobs.result(of: job, signer: nil, as: principal("app")) == .running)
  }

  @Test("the time of a result counts from its completion, and then it is forgotten", arguments: [false, true])
  func validity(fails: Bool) async throws {
    let store = MemoryStore()
    let device = ScriptedDevice(fails ? [.fault] : [])
    let fixture = JobFixture(store, device: device)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")], validity: 5000)
    // An open job does not expire.
    fixture.signing.clock.advance(100)
    #expect(try await fixture.poll(job) == .running)
    let first = try await fixture.running { try await fixture.ended(job) }
    fixture.signing.clock.advance(4)
    #expect(try await fixture.poll(job) == first)
    fixture.signing.clock.advance(1)
    await #expect(throws: Refusal.unknownJob) { try await fixture.poll(job) }
    #expect(store.jobs.count == 1)
    try await fixture.running { try await eventually { store.jobs.isEmpty } }
  }

  // MARK: What goes wrong

  @Test(
    "a device that fails for a while delays a job; one that fails for good ends it and gives the slots back",
    arguments: [
      ([.busy, .unavailable, .busy], nil), (Array(repeating: .unavailable, count: 40), .unavailable),
      ([.fault], .fault), ([.unsupported], .fault),
    ] as [([DeviceError], JobFailure?)])
  func device(errors: [DeviceError], outcome: JobFailure?) async throws {
    let store = MemoryStore()
    let device = ScriptedDevice(errors)
    let fixture = JobFixture(store, device: device)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    let result = try await fixture.running { try await fixture.ended(job) }
    guard let outcome else {
      #expect(result.signatures?.count == 1)
      return
    }
    #expect(result == .failed(outcome))
    #expect(store.count(.signatureReleased) == 1 && store.count(.signatureMade) == 0)
    // Asked again, it is a new job.
    device.heal()
    let again = try await fixture.submit(credential, sad, [digest("a")])
    #expect(again != job)
    #expect(try await fixture.running { try await fixture.ended(again) }.signatures?.count == 1)
    #expect(try await fixture.poll(job) == .failed(outcome))
  }

  @Test("parameters that the device refuses fail a job as they refuse a call")
  func parameters() async throws {
    let fixture = JobFixture(MemoryStore())
    let credential = try await fixture.signing.createCredential(key: .rsa(bits: 2048))
    let sad = try await fixture.signing.authorize(credential).sad
    let mixed = SignatureAlgorithm.rsaPSS(hash: .sha256, maskGenerationHash: .sha512, saltLength: 32)
    let job = try await fixture.submit(credential, sad, [digest("a")], algorithm: mixed)
    #expect(try await fixture.running { try await fixture.ended(job) } == .failed(.parametersNotSupported))
    #expect(try await fixture.signing.sign(credential, sad, [digest("a")]).count == 1)
  }

  @Test("a signature that does not verify never leaves as a result")
  func badSignature() async throws {
    let verifier = SwitchableVerifier()
    let store = MemoryStore()
    let fixture = JobFixture(store, verifier: verifier)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    verifier.accepts.withLock { $0 = false }
    let job = try await fixture.submit(credential, sad, [digest("a")])
    #expect(try await fixture.running { try await fixture.ended(job) } == .failed(.fault))
    verifier.accepts.withLock { $0 = true }
    let good = try await fixture.submit(credential, sad, [digest("a")])
    _ = try await fixture.signatures(of: good)
    // Nor if it was good once.
    verifier.accepts.withLock { $0 = false }
    await #expect(throws: InternalFault.signatureDoesNotVerify) { try await fixture.poll(good) }
  }

  @Test(
    "what was accepted is not signed any more when its owner has stopped it, and the slots are free",
    arguments: [JobFailure.credentialDisabled, .authorizationRevoked, .certificateExpired])
  func stopped(outcome: JobFailure) async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    var credential = try await fixture.signing.createCredential(days: 1)
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    switch outcome {
    case .credentialDisabled:
      credential.isEnabled = false
      try await fixture.signing.service.credentials.put(credential, events: [])
    case .authorizationRevoked:
      try await fixture.signing.service.authorizations.revoke(sad, as: fixture.signing.principal())
    default: fixture.signing.clock.advance(2 * 86400)
    }
    #expect(try await fixture.running { try await fixture.ended(job) } == .failed(outcome))
    #expect(store.count(.signatureMade) == 0 && store.count(.signatureReleased) == 1)
  }

  @Test("no more jobs run at a time than there are workers, and a batch of them all ends")
  func workers() async throws {
    let device = ScriptedDevice([])
    var rules = JobService.Rules()
    rules.workers = 3
    let fixture = JobFixture(MemoryStore(), device: device, rules: rules)
    let credential = try await fixture.signing.createCredential(multisign: 30)
    let sad = try await fixture.signing.authorize(credential, count: 30).sad
    device.pause.withLock { $0 = .milliseconds(50) }
    // All wait when the workers begin, so that none is ended while the next is accepted.
    var submitted: [JobID] = []
    for number in 0..<30 { submitted.append(try await fixture.submit(credential, sad, [digest("\(number)")])) }
    let jobs = submitted
    try await fixture.running {
      for job in jobs {
        let result = try await fixture.ended(job)
        #expect(result.signatures?.count == 1)
      }
    }
    #expect(device.most == 3)
  }

  // MARK: Edited stores

  struct Edit: Sendable, CustomTestStringConvertible {
    /// In which text what is replaced by what.
    let isOfWork: Bool
    let from, to: String

    var testDescription: String { "\(from) to \(to)" }
    func applied(to text: String, ofWork: Bool) -> String {
      ofWork == isOfWork ? text.replacing(from, with: to) : text
    }
  }

  @Test(
    "a job that the gateway did not write so is never signed",
    arguments: [
      Edit(isOfWork: true, from: Hex.encode(digest("a")), to: Hex.encode(digest("b"))),
      Edit(isOfWork: true, from: "items", to: "itemz"), Edit(isOfWork: true, from: "\n", to: "\nx"),
      Edit(isOfWork: false, from: "\"signer\":\"alice\"", to: "\"signer\":\"bob\""),
      Edit(isOfWork: false, from: "\"cred-1\"", to: "\"cred-2\""),
      Edit(isOfWork: false, from: "\"work\":\"", to: "\"work\":\"00"),
      Edit(isOfWork: false, from: "3600000", to: "9999999999999999"),
      Edit(isOfWork: false, from: "{", to: "["),
    ])
  func edited(edit: Edit) async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    _ = try await fixture.signing.createCredential("cred-2")
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    let before = (store.jobs, store.operations)
    store.tamper(jobs: { $0.with(text: edit.applied(to: String(decoding: $0.row.text, as: UTF8.self), ofWork: false)) })
    store.tamper(operations: {
      $0.with(work: edit.applied(to: String(decoding: $0.work, as: UTF8.self), ofWork: true))
    })
    #expect(before != (store.jobs, store.operations))
    try await fixture.running {
      try await eventually { store.jobs.allSatisfy { $0.state != .open } }
    }
    #expect(store.count(.signatureMade) == 0 && store.count(.integrityViolated) == 1)
    #expect(store.jobs.allSatisfy { if case .failed(.fault, _) = $0.state { true } else { false } })
    #expect(store.operations.allSatisfy { $0.state == .released })
    for signer in ["alice", "bob"] {
      let result = try? await fixture.jobs.result(of: job, signer: nil, as: fixture.signing.principal(signer))
      #expect(result == nil || result == .failed(.fault))
    }
  }

  @Test("a job that somebody else wrote into the store is not signed: nobody authorized it")
  func forged() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    _ = try await fixture.submit(credential, sad, [digest("a")])
    let (operation, job) = (try #require(store.operations.first), try #require(store.jobs.first))
    // A second job of the same credential, for another digest, with everything right but the MAC.
    let work = Array(
      String(decoding: operation.work, as: UTF8.self)
        .replacing(Hex.encode(digest("a")), with: Hex.encode(digest("b"))).utf8)
    let text = String(decoding: job.row.text, as: UTF8.self)
      .replacing(job.id.rawValue, with: "forged").replacing(operation.id, with: "operation")
      .replacing(
        Hex.encode(digest(String(decoding: operation.work, as: UTF8.self))),
        with: Hex.encode(digest(String(decoding: work, as: UTF8.self))))
    try await store.write { transaction in
      try transaction.reserve(
        [1],
        for: SigningOperation(
          id: "operation", activation: operation.activation, requestDigest: [1], instance: "test", state: .reserved,
          work: work, signatures: []))
      try transaction.add(
        StoredJob(
          id: JobID("forged"), operation: "operation", instance: "test",
          row: ProtectedRow(text: Array(text.utf8), mac: job.row.mac), state: .open))
    }
    let restarted = JobFixture(store)
    #expect(try await restarted.jobs.recover().resumed.count == 2)
    try await restarted.running {
      try await eventually { store.jobs.allSatisfy { $0.state != .open } }
    }
    #expect(store.count(.signatureMade) == 1 && store.count(.integrityViolated) == 1)
    #expect(store.operations.first { $0.id == "operation" }?.state == .released)
  }

  @Test("a completed job that was edited gives its result to nobody")
  func editedResult() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    _ = try await fixture.signatures(of: job)
    store.tamper(jobs: {
      $0.with(
        text: String(decoding: $0.row.text, as: UTF8.self)
          .replacing("\"signer\":\"alice\"", with: "\"signer\":\"bob\""))
    })
    await #expect(throws: InternalFault.jobIntegrity(job)) {
      try await fixture.jobs.result(of: job, signer: nil, as: fixture.signing.principal("bob"))
    }
    await #expect(throws: Refusal.unknownJob) { try await fixture.poll(job) }
  }

  // MARK: Restarts

  /// Where the process stops: before the first try, or at its last write, which fails or succeeds unheard.
  @Test("a stop anywhere loses no job, and none is signed twice", arguments: [nil, false, true] as [Bool?])
  func restart(lastWriteHappens: Bool?) async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let device = ScriptedDevice([])
    let fixture = JobFixture(store, device: device)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential, count: 2).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    if let happens = lastWriteHappens {
      store.failing.withLock { $0 = (write: 1, happens: happens) }
      store.failsForGood.withLock { $0 = true }
      try await fixture.running {
        try await eventually { happens ? memory.jobs[0].state != .open : device.orderCount >= 3 }
      }
    }
    // A synchronous call was interrupted as well: its slots cannot even be given back.
    store.failsForGood.withLock { $0 = true }
    store.failing.withLock { $0 = (write: 2, happens: false) }
    await #expect(throws: StoreError.unavailable(.made)) {
      try await fixture.signing.sign(credential, sad, [digest("b")])
    }

    let restarted = JobFixture(memory)
    let recovery = try await restarted.jobs.recover()
    let isOver = lastWriteHappens == true
    #expect(recovery.unknown == 1 && recovery.resumed == (isOver ? [] : [job]))
    #expect(memory.count(.signatureResumed) == (isOver ? 0 : 1) && memory.count(.signatureUnknown) == 1)
    let result = try await restarted.running { try await restarted.ended(job) }
    #expect(result.signatures?.count == 1)
    #expect(memory.count(.signatureMade) == 1)
    #expect(memory.operations.filter { $0.state == .completed }.count == 1)
    // The next start finds nothing to do.
    let next = try await JobFixture(memory).jobs.recover()
    #expect(next.unknown == 0 && next.resumed.isEmpty)
  }

  @Test("another instance's jobs are left to it")
  func otherInstance() async throws {
    let store = MemoryStore()
    let fixture = JobFixture(store, instance: "one")
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    let job = try await fixture.submit(credential, sad, [digest("a")])
    #expect(try await JobFixture(store, instance: "two").jobs.recover().resumed.isEmpty)
    #expect(try await JobFixture(store, instance: "one").jobs.recover().resumed == [job])
  }

  @Test("an acceptance whose write fails is no job; one whose reply is lost is carried out")
  func lostAcceptance() async throws {
    let memory = MemoryStore()
    let store = FailingStore(memory)
    let fixture = JobFixture(store)
    let credential = try await fixture.signing.createCredential()
    let sad = try await fixture.signing.authorize(credential).sad
    store.failing.withLock { $0 = (write: 1, happens: false) }
    await #expect(throws: StoreError.unavailable(.made)) { try await fixture.submit(credential, sad, [digest("a")]) }
    #expect(memory.jobs.isEmpty)
    store.failing.withLock { $0 = (write: 1, happens: true) }
    await #expect(throws: StoreError.outcomeUnknown(.made)) { try await fixture.submit(credential, sad, [digest("a")]) }
    store.failing.withLock { $0 = nil }
    // The client asks again and learns the id.
    let job = try await fixture.submit(credential, sad, [digest("a")])
    _ = try await fixture.signatures(of: job)
    #expect(memory.count(.signatureMade) == 1 && memory.jobs.count == 1)
  }
}

extension JobResult {
  var signatures: [[UInt8]]? { if case .completed(.signHash, let result) = self { result.signatures } else { nil } }
}

extension StoredJob {
  fileprivate func with(text: String) -> StoredJob {
    StoredJob(
      id: id, operation: operation, instance: instance, row: ProtectedRow(text: Array(text.utf8), mac: row.mac),
      state: state)
  }
}

extension SigningOperation {
  fileprivate func with(work: String) -> SigningOperation {
    SigningOperation(
      id: id, activation: activation, requestDigest: requestDigest, instance: instance, state: state,
      work: Array(work.utf8), signatures: signatures)
  }
}
