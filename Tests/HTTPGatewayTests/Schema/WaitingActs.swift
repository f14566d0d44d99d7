import AuditLog
import CSCModel
import Foundation
import Issuance
import Octets
import SQLiteStore
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import SoleControl

/// Acts because of authorizations, codes, jobs and lifecycle grants that wait, and of what the gateway writes
/// down.
extension SchemaAct {
  static let waiting: [SchemaAct] = [
    SchemaAct("one_time_code", "authorize with a code that was sent") { fixture in
      let (mine, code) = try await codes(fixture)
      return Ready(row: "credential = 'c1'") { try await authorizes($0, mine, code) }
    },
    SchemaAct("one_time_code", "authorize with a code that has expired", isDone: false) { fixture in
      let (mine, code) = try await codes(fixture)
      return Ready(row: "credential = 'c1'") { fixture in
        fixture.signing.clock.advance(301)
        return try await authorizes(fixture, mine, code)
      }
    },
    SchemaAct("message", "send a further code at once", isDone: false) { fixture in
      let (mine, _) = try await codes(fixture)
      return Ready(row: "credential = 'c1'") { fixture in
        try await fixture.signing.service.factors.sendCode(
          for: mine.id, description: nil, as: fixture.signing.principal())
        return true
      }
    },
    SchemaAct("pending", "approve on the page, and have the SAD") { fixture in
      let (handle, link) = try await pendings(fixture, "PAGE")
      return Ready(row: "credential = 'c1'") { fixture in
        _ = try await fixture.signing.service.authorizations.answer(.approve(pin: SigningFixture.pin), link: link)
        return try await grants(fixture, handle)
      }
    },
    SchemaAct("pending", "have the SAD of what was approved") { fixture in
      let (handle, link) = try await pendings(fixture, "PAGE")
      _ = try await fixture.signing.service.authorizations.answer(.approve(pin: SigningFixture.pin), link: link)
      return Ready(row: "credential = 'c1'") { try await grants($0, handle) }
    },
    SchemaAct("pending", "have the SAD of what was refused", isDone: false) { fixture in
      let (handle, link) = try await pendings(fixture, "PAGE")
      _ = try await fixture.signing.service.authorizations.answer(.deny, link: link)
      return Ready(row: "credential = 'c1'") { try await grants($0, handle) }
    },
    SchemaAct("pending", "have a sixth one wait", isDone: false) { fixture in
      _ = try await pendings(fixture, "PAGE")
      for _ in 0..<4 { _ = try await begin(fixture, "c1", .page) }
      return Ready(row: "id = (SELECT min(id) FROM pending WHERE credential = 'c1')") { fixture in
        _ = try await begin(fixture, "c1", .page)
        return true
      }
    },
    SchemaAct("backchannel_request", "have the SAD of what the app approved") { fixture in
      let (handle, _) = try await pendings(fixture, "EIDAPP")
      return Ready(row: "pending = (SELECT id FROM pending WHERE credential = 'c1')") { fixture in
        fixture.signing.clock.advance(StubBackchannel.interval)
        let now = fixture.signing.clock.now
        fixture.signing.app.answer(
          .success(
            .approved(
              BackchannelStatement(
                issuer: "https://eid.example", subject: "subject-1", level: .high, acr: "urn:loa:high",
                authenticationTime: now, issued: now, expires: now + 300, tokenDigest: digest("token")))))
        return try await grants(fixture, handle)
      }
    },
    SchemaAct("job", "answer the result") { fixture in
      let job = try await jobs(fixture, isCarriedOut: true)
      return Ready(row: "id = '\(job)'") { try await completes($0, job) }
    },
    SchemaAct("job", "sign after a restart") { fixture in
      let job = try await jobs(fixture, isCarriedOut: false)
      return Ready(row: "id = '\(job)'") { fixture in
        _ = try await fixture.jobs.recover()
        try await runOnce(fixture)
        return try await completes(fixture, job)
      }
    },
    SchemaAct("operation", "sign a job after a restart") { fixture in
      let job = try await jobs(fixture, isCarriedOut: false)
      return Ready(row: "id = (SELECT operation FROM job WHERE id = '\(job)')") { fixture in
        _ = try await fixture.jobs.recover()
        try await runOnce(fixture)
        return try await completes(fixture, job)
      }
    },
    SchemaAct("completion_notification", "tell the partner") { fixture in
      let job = try await jobs(fixture, isCarriedOut: true, isTold: false)
      return Ready(row: "job = '\(job)'") { fixture in
        let notifier = try #require(fixture.notifier as? SchemaNotifier)
        fixture.signing.clock.advance(60)
        try await runOnce(fixture)
        return notifier.told.withLock { $0.contains { $0.job == job } }
      }
    },
    SchemaAct("lifecycle_grant", "delete a credential") { fixture in
      let (mine, bobs) = try await credentials(fixture)
      let token = try await grant(fixture, mine, "alice")
      _ = try await grant(fixture, bobs, "bob")
      return Ready(row: "digest = x'\(Hex.encode(token.digest))'") { fixture in
        guard let bearer = try await fixture.signing.issuance.grant(of: token) else { return false }
        try await fixture.signing.issuance.delete(mine.id, by: bearer)
        return true
      }
    },
    SchemaAct("lifecycle_grant", "revoke what a crash left") { fixture in
      let (mine, bobs) = try await credentials(fixture)
      let name = try #require(fixture.signing.issuance.authority).issuer.name
      for (credential, signer, serial) in [(mine, "alice", "AA"), (bobs, "bob", "BB")] {
        let digest = try await grant(fixture, credential, signer).digest
        try await fixture.signing.store.writeIssuance {
          try $0.put(.reserved(instance: "test", serialNumber: serial, issuer: name), ofLifecycleGrant: digest)
        }
      }
      return Ready(row: "serial = 'AA'") { fixture in
        _ = try await fixture.signing.issuance.recover()
        await fixture.signing.issuance.publishRevocations()
        return try serials(fixture).contains("AA")
      }
    },
    SchemaAct("revocation", "revoke what nobody revoked", isDone: false) { fixture in
      try await revoked(fixture)
      return Ready(row: "serial = 'AA'") { fixture in
        await fixture.signing.issuance.publishRevocations()
        return try !serials(fixture).isSubset(of: ["AA", "BB"])
      }
    },
    SchemaAct("revocation", "take a revocation back", isDone: false) { fixture in
      try await revoked(fixture)
      return Ready(row: "serial = 'AA'") { fixture in
        await fixture.signing.issuance.publishRevocations()
        return try !serials(fixture).isSuperset(of: ["AA", "BB"])
      }
    },
    SchemaAct("revocation", "give a revocation another reason", isDone: false) { fixture in
      try await revoked(fixture)
      return Ready(row: "serial = 'AA'") { fixture in
        await fixture.signing.issuance.publishRevocations()
        return try entries(fixture).contains { $0.reason != .keyCompromise }
      }
    },
    SchemaAct("owner_notice", "tell the owner of a deletion") { fixture in
      let now = fixture.signing.clock.now
      for (id, name) in [("a", "alice"), ("b", "bob")] {
        try await fixture.signing.store.writeIssuance {
          try $0.add(
            OwnerNotice(
              id: id, instance: "test", partner: SigningFixture.partner, credential: CredentialID("c-\(id)"),
              serialNumber: "AA", recipient: MessageRecipient(name: name, language: "de"), attempts: 0, due: now))
        }
      }
      return Ready(row: "id = 'a'") { fixture in
        await fixture.signing.issuance.tellOwners()
        return fixture.signing.messenger.delivered.contains { $0.credential.rawValue == "c-a" }
      }
    },
    SchemaAct("invitation", "set the PIN of a credential that was ordered") { fixture in
      let link = try await invited(fixture)
      return Ready(row: "link = x'\(Hex.encode(digest(link)))'") { fixture in
        let invited = try await fixture.signing.issuance.invitations.invited(link: link, from: nil)
        try await fixture.signing.issuance.invitations.answer(.set(pin: "271828"), to: invited)
        return true
      }
    },
    SchemaAct("invitation", "set the PIN after its time", isDone: false) { fixture in
      let link = try await invited(fixture)
      return Ready(row: "link = x'\(Hex.encode(digest(link)))'") { fixture in
        fixture.signing.clock.advance(8 * 86400)
        let invited = try await fixture.signing.issuance.invitations.invited(link: link, from: nil)
        try await fixture.signing.issuance.invitations.answer(.set(pin: "271828"), to: invited)
        return true
      }
    },
    SchemaAct("readiness", "be ready") { fixture in
      try await checkReadiness(fixture)
      return Ready(row: "number > 0") { fixture in
        try await checkReadiness(fixture)
        return true
      }
    },
    SchemaAct("instance_lease", "serve under an instance's name") { fixture in
      let store = try #require(fixture.signing.store as? SQLiteFileStore)
      for name in ["a", "b"] { _ = try await store.takeLease(of: name, incarnation: name, machine: "m") }
      return Ready(row: "name = 'a'") { fixture in
        let store = try #require(fixture.signing.store as? SQLiteFileStore)
        _ = try await store.takeLease(of: "a", incarnation: "c", machine: "m", life: .milliseconds(1))
        return true
      }
    },
    SchemaAct("grdb_migrations", "open the file") { _ in
      Ready(row: "identifier = '0001'") { _ in true }
    },
  ]
}
