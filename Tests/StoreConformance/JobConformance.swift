import SoleControl
import Testing
import TestSupport
import Vocabulary

extension StoreConformance {
  private static func job(
    _ id: String, operation: String = "o1", instance: String = "i", _ state: JobState = .open
  ) -> StoredJob {
    StoredJob(
      id: JobID(id), operation: operation, instance: instance, row: ProtectedRow(text: [1, 0, 255], mac: [3]),
      state: state)
  }

  func jobsEndOnceAndAreForgotten() async throws {
    let store = try makeStore()
    let open = Self.job("j1")
    try await store.write { try $0.add(open) }
    await #expect(throws: StoreError.corrupt) { try await store.write { try $0.add(open) } }
    #expect(try await store.read { try $0.job(open.id) } == open)
    #expect(try await store.read { try $0.job(JobID("j2")) } == nil)
    await #expect(throws: StoreError.corrupt) { try await store.write { try $0.end(open.id, as: .open) } }
    await #expect(throws: StoreError.corrupt) {
      try await store.write { try $0.end(JobID("j2"), as: .completed(expires: 1)) }
    }
    try await store.write { try $0.end(open.id, as: .failed(.unavailable, expires: 70)) }
    #expect(try await store.read { try $0.job(open.id) } == Self.job("j1", .failed(.unavailable, expires: 70)))
    await #expect(throws: StoreError.corrupt) {
      try await store.write { try $0.end(open.id, as: .completed(expires: 80)) }
    }
    for failure in JobFailure.allCases {
      let failed = Self.job(failure.rawValue, .failed(failure, expires: 90))
      try await store.write { try $0.add(failed) }
      #expect(try await store.read { try $0.job(failed.id) } == failed)
    }
    try await store.write { try $0.add(Self.job("open")) }
    #expect(try await store.write { try $0.removeJobs(expiredBy: 69) } == 0)
    #expect(try await store.write { try $0.removeJobs(expiredBy: 70) } == 1)
    #expect(try await store.read { try $0.job(open.id) } == nil)
    #expect(try await store.write { try $0.removeJobs(expiredBy: .max) } == JobFailure.allCases.count)
    #expect(try await store.read { try $0.job(JobID("open")) } != nil)
  }

  func openJobsAreListedByInstance() async throws {
    let store = try makeStore()
    let jobs = [
      Self.job("j3"), Self.job("j1"), Self.job("j2", .completed(expires: 5)), Self.job("j4", instance: "other"),
    ]
    try await store.write { transaction in for job in jobs { try transaction.add(job) } }
    #expect(try await store.read { try $0.openJobs(instance: "i") }.map(\.id.rawValue) == ["j1", "j3"])
    #expect(try await store.read { try $0.openJobs(instance: "none") }.isEmpty)
  }

  func theJobOfAnOperationIsTheOneThatLivesLongest() async throws {
    let store = try makeStore()
    func found() async throws -> String? { try await store.read { try $0.job(of: "o1") }?.id.rawValue }
    #expect(try await found() == nil)
    for (id, state, expected) in [
      ("b", JobState.completed(expires: 50), "b"), ("a", .failed(.fault, expires: 60), "a"),
      ("c", .completed(expires: 40), "a"), ("d", .open, "d"),
    ] {
      try await store.write { try $0.add(Self.job(id, state)) }
      #expect(try await found() == expected)
    }
    try await store.write { try $0.add(Self.job("e", operation: "o2")) }
    #expect(try await found() == "d")
  }

  /// The operation of an open job is not the past: it will be done again.
  func operationsOfOpenJobsDoNotBecomeUnknown() async throws {
    let store = try makeStore()
    try await Self.withSlots(store, 3)
    try await store.write { transaction in
      for (slot, id) in ["o1", "o2", "o3"].enumerated() {
        try transaction.reserve([slot], for: Self.operation(id, request: UInt8(slot)))
      }
      try transaction.add(Self.job("j1", operation: "o1"))
      try transaction.add(Self.job("j2", operation: "o2", .failed(.fault, expires: 9)))
    }
    #expect(try await store.write { try $0.markUnknown(instance: "i") }.map(\.id) == ["o2", "o3"])
    #expect(try await store.read { try $0.operation(id: "o1") }?.state == .reserved)
    #expect(try await store.read { try $0.operation(id: "o3") }?.state == .unknown)
    #expect(try await store.read { try $0.operation(id: "o1") }?.work == Self.operation("o1", request: 0).work)
    #expect(try await store.read { try $0.operation(id: "o4") } == nil)
  }
}
