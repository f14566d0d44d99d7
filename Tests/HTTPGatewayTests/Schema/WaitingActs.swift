import AuditLog
import CSCModel
import Foundation
import SQLiteStore
import Synchronization
import TestSupport
import Testing

@testable import SoleControl

/// What is done because of authorizations, codes, jobs and orders that wait, and of what the gateway writes down.
extension SchemaAct {
  static let waiting: [SchemaAct] = [
    SchemaAct("one_time_code", "authorize with a code that was sent") { bench in
      let (mine, code) = try await codes(bench)
      return Ready(row: "credential = 'c1'") { try await authorizes($0, mine, code) }
    },
    SchemaAct("one_time_code", "authorize with a code that has expired", isDone: false) { bench in
      let (mine, code) = try await codes(bench)
      return Ready(row: "credential = 'c1'") { bench in
        bench.signing.clock.advance(301)
        return try await authorizes(bench, mine, code)
      }
    },
    SchemaAct("message", "send a further code at once", isDone: false) { bench in
      let (mine, _) = try await codes(bench)
      return Ready(row: "credential = 'c1'") { bench in
        try await bench.signing.service.sendCode(for: mine.id, description: nil, as: bench.signing.principal())
        return true
      }
    },
    SchemaAct("pending", "approve on the page, and have the SAD") { bench in
      let (handle, link) = try await pendings(bench, "PAGE")
      return Ready(row: "credential = 'c1'") { bench in
        _ = try await bench.signing.service.answer(.approve(pin: SigningBench.pin), link: link)
        return try await grants(bench, handle)
      }
    },
    SchemaAct("pending", "have the SAD of what was approved") { bench in
      let (handle, link) = try await pendings(bench, "PAGE")
      _ = try await bench.signing.service.answer(.approve(pin: SigningBench.pin), link: link)
      return Ready(row: "credential = 'c1'") { try await grants($0, handle) }
    },
    SchemaAct("pending", "have the SAD of what was refused", isDone: false) { bench in
      let (handle, link) = try await pendings(bench, "PAGE")
      _ = try await bench.signing.service.answer(.deny, link: link)
      return Ready(row: "credential = 'c1'") { try await grants($0, handle) }
    },
    SchemaAct("pending", "have a sixth one wait", isDone: false) { bench in
      _ = try await pendings(bench, "PAGE")
      for _ in 0..<4 { _ = try await begin(bench, "c1", .page) }
      return Ready(row: "id = (SELECT min(id) FROM pending WHERE credential = 'c1')") { bench in
        _ = try await begin(bench, "c1", .page)
        return true
      }
    },
    SchemaAct("app_request", "have the SAD of what the app approved") { bench in
      let (handle, _) = try await pendings(bench, "EIDAPP")
      return Ready(row: "pending = (SELECT id FROM pending WHERE credential = 'c1')") { bench in
        bench.signing.clock.advance(StubEIDApp.interval)
        let now = bench.signing.clock.now
        bench.signing.app.answer(
          .success(
            .approved(
              EIDAppStatement(
                issuer: "https://eid.example", subject: "subject-1", level: .high, acr: "urn:loa:high",
                authenticationTime: now, issued: now, expires: now + 300, tokenDigest: digest("token")))))
        return try await grants(bench, handle)
      }
    },
    SchemaAct("job", "answer the result") { bench in
      let job = try await jobs(bench, isCarriedOut: true)
      return Ready(row: "id = '\(job)'") { try await completes($0, job) }
    },
    SchemaAct("job", "sign after a restart") { bench in
      let job = try await jobs(bench, isCarriedOut: false)
      return Ready(row: "id = '\(job)'") { bench in
        _ = try await bench.jobs.recover()
        return try await running(bench) { try await completes(bench, job) }
      }
    },
    SchemaAct("operation", "sign a job after a restart") { bench in
      let job = try await jobs(bench, isCarriedOut: false)
      return Ready(row: "id = (SELECT operation FROM job WHERE id = '\(job)')") { bench in
        _ = try await bench.jobs.recover()
        return try await running(bench) { try await completes(bench, job) }
      }
    },
    SchemaAct("notice", "tell the partner") { bench in
      let job = try await jobs(bench, isCarriedOut: true, isTold: false)
      return Ready(row: "job = '\(job)'") { bench in
        let notifier = try #require(bench.notifier as? SchemaNotifier)
        bench.signing.clock.advance(60)
        return try await running(bench) { notifier.told.withLock { $0.contains { $0.job == job } } }
      }
    },
    SchemaAct("credential_order", "delete a credential") { bench in
      let (mine, bobs) = try await credentials(bench)
      let token = try await order(bench, mine, "alice")
      _ = try await order(bench, bobs, "bob")
      return Ready(row: "digest = x'\(Hex.encode(token.digest))'") { bench in
        guard let bearer = try await bench.signing.service.order(of: token) else { return false }
        try await bench.signing.service.delete(mine.id, by: bearer)
        return true
      }
    },
    SchemaAct("credential_order", "revoke what a crash left") { bench in
      let (mine, bobs) = try await credentials(bench)
      let name = try #require(bench.signing.service.issuance).issuer.name
      for (credential, signer, serial) in [(mine, "alice", "AA"), (bobs, "bob", "BB")] {
        let digest = try await order(bench, credential, signer).digest
        try await bench.signing.store.write {
          try $0.put(.reserved(instance: "test", serialNumber: serial, issuer: name), ofOrder: digest)
        }
      }
      return Ready(row: "serial = 'AA'") { bench in
        _ = try await bench.signing.service.recover()
        await bench.signing.service.publishRevocations()
        return try serials(bench).contains("AA")
      }
    },
    SchemaAct("revocation", "revoke what nobody revoked", isDone: false) { bench in
      try await revoked(bench)
      return Ready(row: "serial = 'AA'") { bench in
        await bench.signing.service.publishRevocations()
        return try !serials(bench).isSubset(of: ["AA", "BB"])
      }
    },
    SchemaAct("revocation", "take a revocation back", isDone: false) { bench in
      try await revoked(bench)
      return Ready(row: "serial = 'AA'") { bench in
        await bench.signing.service.publishRevocations()
        return try !serials(bench).isSuperset(of: ["AA", "BB"])
      }
    },
    SchemaAct("audit", "find the log whole") { bench in
      _ = try await credentials(bench)
      return Ready(row: "sequence = 2") { try await isWhole($0) }
    },
    SchemaAct("audit_head", "find the log whole") { bench in
      _ = try await credentials(bench)
      return Ready(row: "one = 1") { try await isWhole($0) }
    },
    SchemaAct("readiness", "be ready") { bench in
      try await checkReadiness(bench)
      return Ready(row: "number > 0") { bench in
        try await checkReadiness(bench)
        return true
      }
    },
    SchemaAct("instance_lease", "serve under an instance's name") { bench in
      let store = try #require(bench.signing.store as? SQLiteFileStore)
      for name in ["a", "b"] { _ = try await store.takeLease(of: name, incarnation: name, machine: "m") }
      return Ready(row: "name = 'a'") { bench in
        let store = try #require(bench.signing.store as? SQLiteFileStore)
        _ = try await store.takeLease(of: "a", incarnation: "c", machine: "m", life: .milliseconds(1))
        return true
      }
    },
    SchemaAct("grdb_migrations", "open the file") { _ in
      Ready(row: "identifier = '0001-first'") { _ in true }
    },
  ]
}
