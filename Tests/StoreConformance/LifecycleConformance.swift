import Issuance
import SoleControl
import Testing
import TestSupport
import Vocabulary

extension StoreConformance {
  func identitiesAndRevocations() async throws {
    let store = try makeStore()
    let signer = SignerID("s")
    #expect(try await store.readIssuance { try $0.subject(of: signer) } == nil)
    for number in [UInt8(1), 2] {
      try await store.writeIssuance { try $0.put(ProtectedRow(text: [number], mac: [9, number]), of: signer) }
      #expect(
        try await store.readIssuance { try $0.subject(of: signer) } == ProtectedRow(text: [number], mac: [9, number]))
    }

    @Sendable func revocation(
      _ serial: String, issuer: String = "CN=a", time: Int64 = 10, expires: Int64 = 100,
      reason: RevocationReason = .keyCompromise
    ) -> Revocation {
      Revocation(issuer: issuer, serialNumber: serial, time: time, expires: expires, reason: reason)
    }
    try await store.writeIssuance { transaction in
      try transaction.add(revocation("0B"))
      try transaction.add(revocation("0A", expires: 50))
      try transaction.add(revocation("0C", issuer: "CN=b"))
      // The first one counts: a certificate is revoked once.
      try transaction.add(revocation("0B", time: 20, expires: 999, reason: .unspecified))
    }
    #expect(
      try await store.readIssuance { try $0.revocations(issuer: "CN=a", at: 49) } == [
        revocation("0A", expires: 50), revocation("0B"),
      ])
    #expect(try await store.readIssuance { try $0.revocations(issuer: "CN=a", at: 50) } == [revocation("0B")])
    try await store.writeIssuance { try $0.add(revocation("0D", time: 50)) }
    #expect(
      try await store.readIssuance { try $0.revocations(issuer: "CN=a", at: 0) } == [
        revocation("0B"), revocation("0D", time: 50),
      ])
  }

  func lifecycleGrants() async throws {
    let store = try makeStore()
    @Sendable func grant(_ number: UInt8, expires: Int64 = 50, state: StoredLifecycleGrant.State = .open)
      -> StoredLifecycleGrant
    {
      StoredLifecycleGrant(
        digest: [number], row: ProtectedRow(text: [1, number], mac: [2, number]), expires: expires, state: state)
    }
    let mine = StoredLifecycleGrant.State.reserved(instance: "me", serialNumber: "4A", issuer: "CN=a")
    let others = StoredLifecycleGrant.State.reserved(instance: "other", serialNumber: "4B", issuer: "CN=a")
    #expect(try await store.readIssuance { try $0.lifecycleGrant([1]) } == nil)
    try await store.writeIssuance { transaction in
      try transaction.add(grant(1))
      try transaction.add(grant(2, expires: 40))
      try transaction.add(grant(3, expires: 40, state: mine))
      try transaction.add(grant(4, state: others))
    }
    await #expect(throws: StoreError.corrupt) { try await store.writeIssuance { try $0.add(grant(1)) } }
    await #expect(throws: StoreError.corrupt) {
      try await store.writeIssuance { try $0.put(.open, ofLifecycleGrant: [9]) }
    }
    for state in [mine, .open] {
      try await store.writeIssuance { try $0.put(state, ofLifecycleGrant: [1]) }
      #expect(try await store.readIssuance { try $0.lifecycleGrant([1]) } == grant(1, state: state))
    }
    // Those that are being carried out stay, however old they are.
    try await store.writeIssuance { try $0.removeLifecycleGrants(expiredBefore: 50) }
    #expect(try await store.readIssuance { try $0.lifecycleGrant([2]) } == nil)
    #expect(try await store.readIssuance { try $0.lifecycleGrant([3]) } == grant(3, expires: 40, state: mine))
    #expect(
      try await store.writeIssuance { try $0.takeReservedLifecycleGrants(instance: "me") } == [
        grant(3, expires: 40, state: mine)
      ])
    #expect(try await store.writeIssuance { try $0.takeReservedLifecycleGrants(instance: "me") }.isEmpty)
    #expect(try await store.readIssuance { try $0.lifecycleGrant([4]) } == grant(4, state: others))
    #expect(try await store.writeIssuance { try $0.remove(lifecycleGrant: [1]) })
    #expect(try await !store.writeIssuance { try $0.remove(lifecycleGrant: [1]) })
  }

  func ownerNotices() async throws {
    let store = try makeStore()
    @Sendable func notice(
      _ id: String, partner: String = "p", due: Int64 = 10, attempts: Int = 0, instance: String = "i"
    ) -> OwnerNotice {
      OwnerNotice(
        id: id, instance: instance, partner: PartnerID(partner), credential: CredentialID("c"), serialNumber: "4A",
        recipient: MessageRecipient(name: "n", language: id == "a" ? nil : "de"), attempts: attempts, due: due)
    }
    func due(_ time: Int64, perPartner: Int = 10, limit: Int = 10) async throws -> [OwnerNotice] {
      try await store.readIssuance { try $0.dueNotices(instance: "i", by: time, perPartner: perPartner, limit: limit) }
    }
    try await store.writeIssuance { transaction in
      for each in [notice("b", due: 20), notice("a", due: 20), notice("c"), notice("z", instance: "other")] {
        try transaction.add(each)
      }
    }
    await #expect(throws: StoreError.corrupt) { try await store.writeIssuance { try $0.add(notice("a")) } }
    #expect(try await due(9).isEmpty)
    #expect(try await due(20) == [notice("c"), notice("a", due: 20), notice("b", due: 20)])
    #expect(try await due(20, limit: 1).map(\.id) == ["c"])
    // One partner's many do not hide the other's.
    try await store.writeIssuance { try $0.add(notice("x", partner: "q", due: 25)) }
    #expect(try await due(25, perPartner: 1).map(\.id) == ["c", "x"])
    #expect(try await due(25, perPartner: 2).map(\.id) == ["c", "a", "x"])
    #expect(try await store.writeIssuance { try $0.removeNotice("x") })
    for (postponed, until, isDone) in [
      (notice("c"), 30, true), (notice("c"), 1, false), (notice("c", attempts: 1), 40, true),
      (notice("none"), 1, false),
    ] as [(OwnerNotice, Int64, Bool)] {
      #expect(try await store.writeIssuance { try $0.postpone(postponed, until: until) } == isDone)
    }
    #expect(try await due(40).last == notice("c", due: 40, attempts: 2))
    #expect(try await store.writeIssuance { try $0.removeNotice("a") })
    #expect(try await !store.writeIssuance { try $0.removeNotice("a") })
    #expect(try await due(99).map(\.id) == ["b", "c"])
  }

  static func invitation(
    _ id: String, partner: String = "p", credential: String = "c", expires: Int64 = 100, due: Int64? = 10,
    state: Invitation.State = .waiting, attempts: Int = 0, instance: String = "i"
  ) -> Invitation {
    Invitation(
      id: id, link: Array(id.utf8), instance: instance, partner: PartnerID(partner),
      credential: CredentialID(credential), issuer: "CN=a", serialNumber: "4A", certificateExpires: 999,
      recipient: MessageRecipient(name: "n", language: id == "a" ? nil : "de"), expires: expires, state: state,
      attempts: attempts, due: due)
  }

  func invitations() async throws {
    let store = try makeStore()
    let link = Array("c".utf8)
    func due(_ time: Int64, perPartner: Int = 10, limit: Int = 10) async throws -> [Invitation] {
      try await store.readIssuance {
        try $0.dueInvitations(instance: "i", by: time, perPartner: perPartner, limit: limit)
      }
    }
    func expired(_ time: Int64, limit: Int = 10) async throws -> [String] {
      try await store.readIssuance { try $0.expiredInvitations(by: time, limit: limit).map(\.id) }
    }
    try await store.writeIssuance { transaction in
      for each in [
        Self.invitation("b", due: 20), Self.invitation("a", due: 20), Self.invitation("c", expires: 90),
        Self.invitation("z", instance: "other"), Self.invitation("s", due: nil), Self.invitation("d", state: .done),
        Self.invitation("x", partner: "q", due: 25),
      ] {
        try transaction.add(each)
      }
    }
    await #expect(throws: StoreError.corrupt) { try await store.writeIssuance { try $0.add(Self.invitation("a")) } }
    await #expect(throws: StoreError.corrupt) { try await store.writeIssuance { try $0.put(Self.invitation("no")) } }
    #expect(try await store.readIssuance { try $0.invitation(link) } == Self.invitation("c", expires: 90))
    #expect(try await store.readIssuance { try $0.invitation([9]) } == nil)
    #expect(try await due(9).isEmpty)
    #expect(try await due(20).map(\.id) == ["c", "a", "b"])
    #expect(try await due(20, limit: 1).map(\.id) == ["c"])
    #expect(try await due(25, perPartner: 1).map(\.id) == ["c", "x"])
    for changed in [
      Self.invitation("c", expires: 90, due: 30, attempts: 3), Self.invitation("c", expires: 90, due: nil, attempts: 4),
      Self.invitation("c", expires: 90, due: nil, state: .done, attempts: 4),
    ] {
      try await store.writeIssuance { try $0.put(changed) }
      #expect(try await store.readIssuance { try $0.invitation(link) } == changed)
    }
    #expect(try await due(99).map(\.id) == ["a", "b", "x"])
    // Of all processes: one of them may never come back.
    #expect(try await expired(89).isEmpty)
    #expect(try await expired(90) == ["c"])
    #expect(try await expired(100) == ["c", "a", "b", "d", "s", "x", "z"])
    #expect(try await expired(100, limit: 2) == ["c", "a"])
    #expect(try await store.writeIssuance { try $0.removeInvitation(link) })
    #expect(try await !store.writeIssuance { try $0.removeInvitation(link) })
  }

  func removedCredentialsLeaveNothing() async throws {
    let store = try makeStore()
    for id in ["c1", "c2"] {
      try await Self.put(store, Self.credential(id))
      try await store.writeIssuance { try $0.add(Self.invitation("invitation of \(id)", credential: id)) }
      try await store.write { transaction in
        let credential = CredentialID(id)
        let mark = Array(id.utf8)
        try transaction.put(FactorState(failures: 3, lastStep: 7), .pin, of: credential)
        try transaction.add(Challenge(digest: mark, credential: credential, factor: .eid, expires: 9), keep: 4)
        try transaction.put(OneTimeCode(id: id, credential: credential, factor: .sms, mac: [1], expires: 9))
        try transaction.add(
          StoredPending(
            id: id, handle: mark, link: nil, credential: credential, request: ProtectedRow(text: [1], mac: [2]),
            expires: 9,
            state: .waiting(tries: 0)))
      }
    }
    #expect(try await store.writeIssuance { try $0.remove(CredentialID("c1")) })
    #expect(try await !store.writeIssuance { try $0.remove(CredentialID("c1")) })
    for (id, isThere) in [("c1", false), ("c2", true)] {
      let credential = CredentialID(id)
      let mark = Array(id.utf8)
      let found = try await store.read { store in
        [
          try store.credential(credential) != nil, try store.mac(of: credential) != nil,
          try store.factorState(.pin, of: credential) != .fresh, try store.challenge(mark) != nil,
          try store.oneTimeCode(.sms, of: credential) != nil, try store.pending(handle: mark) != nil,
        ]
      }
      #expect(found == Array(repeating: isThere, count: 6))
      let link = Array("invitation of \(id)".utf8)
      #expect(try await (store.readIssuance { try $0.invitation(link) } != nil) == isThere)
    }
    #expect(try await store.read { try $0.credentials(of: SignerID("s1"), after: nil, limit: 9) }.count == 1)
  }
}
