import HTTPTypes
import OAuth
import Octets
import RecordedCalls
import TestSupport
import Testing
import WireJSON

@testable import HTTPGateway

/// Acts because of signers, and of calls that were recorded.
extension SchemaAct {
  static let partner: [SchemaAct] = [
    SchemaAct("token", "call the partner API") { fixture in
      let token = try await PartnerDesk(fixture, scope: "partner.read").token
      return Ready(row: "digest = x'\(Hex.encode(TokenService.digest(token)))'") { fixture in
        try await PartnerDesk(fixture, token: token).get("signers").status == 200
      }
    },
    show("signer", "id"), show("signer_key", "signer"),
    SchemaAct("signer", "find a signer by its external name") { fixture in
      let (desk, id) = try await signer(fixture)
      let token = desk.token
      return Ready(row: "id = '\(id)'") { fixture in
        let found = try await PartnerDesk(fixture, token: token).get("signers?externalId=c-2")["items"]?.array
        return found?.first?.object?["contact"] == ["email": "c-2@example.org"]
      }
    },
    SchemaAct("signer", "register a second signer of one external name", isDone: false) { fixture in
      let (desk, id) = try await signer(fixture)
      let token = desk.token
      return Ready(row: "id = '\(id)'") { fixture in
        let second = #"{"kind":"person","locale":"de","externalId":"c-2"}"#
        return try await PartnerDesk(fixture, token: token).post("signers", second).status == 201
      }
    },
    SchemaAct("signer", "count fewer signers than were registered", isDone: false) { fixture in
      let (desk, id) = try await signer(fixture)
      let token = desk.token
      let made = try await desk.get("signers/\(id)")["createdAt"]?.string ?? ""
      let month = String(made.prefix(7))
      return Ready(row: "id = '\(id)'") { fixture in
        let usage = try await PartnerDesk(fixture, token: token).get("usage?period=\(month)")
        let count = usage["events"]?.object?["signer.opened"]?.integer
        return usage.status == 200 && count != 2
      }
    },
    call("repeat a call", isDone: true) { $0.headers[.idempotentReplayed] == "true" },
    call("have a call that was recorded done again", isDone: false) { $0.headers[.idempotentReplayed] == nil },
  ]

  /// A call that comes again, after another one.
  private static func call(
    _ name: String, isDone: Bool, _ isRight: @escaping @Sendable (PartnerDesk.Answer) -> Bool
  ) -> SchemaAct {
    SchemaAct("recorded_call", name, isDone: isDone) { fixture in
      let desk = try await PartnerDesk(fixture)
      let body = #"{"kind":"person","locale":"de"}"#
      let key = "key-of-the-second-call"
      for key in ["key-of-the-first-call", key] { _ = try await desk.post("signers", body, key: key) }
      let token = desk.token
      let name = try desk.call("signers", body, key: key).name
      return Ready(row: "name = x'\(Hex.encode(name.digest))'") { fixture in
        let again = try await PartnerDesk(fixture, token: token).post("signers", body, key: key)
        return again.status == 201 && isRight(again)
      }
    }
  }

  /// Two signers, and the id of the second.
  private static func signer(_ fixture: GatewayFixture) async throws -> (PartnerDesk, String) {
    let desk = try await PartnerDesk(fixture)
    var id = ""
    for name in ["c-1", "c-2"] {
      id = try await desk.newSigner(
        #"{"kind":"person","locale":"de","externalId":"\#(name)","contact":{"email":"\#(name)@example.org"}}"#)
    }
    return (desk, id)
  }

  private static func show(_ table: String, _ column: String) -> SchemaAct {
    SchemaAct(table, "show a signer") { fixture in
      let (desk, id) = try await signer(fixture)
      let token = desk.token
      return Ready(row: "\(column) = '\(id)'") { fixture in
        let shown = try await PartnerDesk(fixture, token: token).get("signers/\(id)")
        return shown["contact"] == ["email": "c-2@example.org"] && shown["state"] == "open"
      }
    }
  }
}
