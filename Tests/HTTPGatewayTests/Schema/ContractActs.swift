import Contracts
import SQLiteStore
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// Acts because of contracts, and of who may change them.
extension SchemaAct {
  static let contracts: [SchemaAct] = [
    SchemaAct("operator", "have an operator's act carried out") { fixture in
      let desk = try await ContractStand(fixture)
      return Ready(row: "id = 'anna'") { fixture in
        let service = try ContractStand.service(fixture)
        let outcome = try await desk.anna.does(.addPartner(PartnerID("new"), ContractStand.record("new")), at: service)
        return if case .done = outcome { true } else { false }
      }
    },
    SchemaAct("partner", "take a partner's contract") { fixture in
      _ = try await ContractStand(fixture)
      return Ready(row: "id = 'bank'") { fixture in
        let partners = try await ContractStand.service(fixture).contracts().partners
        return partners.contains(
          StoredPartner(id: PartnerID("bank"), revision: 2, isSuspended: false, record: ContractStand.record("bank")))
      }
    },
    SchemaAct("partner", "take a suspended partner's contract as it was before", isDone: false) { fixture in
      let desk = try await ContractStand(fixture)
      try await desk.anna.does(
        .suspendPartner(PartnerID("bank"), reason: "unpaid"), at: try ContractStand.service(fixture))
      return Ready(row: "id = 'bank'") { fixture in
        let partners = try await ContractStand.service(fixture).contracts().partners
        return partners.contains { $0.id == PartnerID("bank") && !$0.isSuspended }
      }
    },
    SchemaAct("partner_client", "take a client's registration") { fixture in
      _ = try await ContractStand(fixture)
      return Ready(row: "id = 'app of bank'") { fixture in
        let clients = try await ContractStand.service(fixture).contracts().clients
        return clients.contains(
          StoredClient(
            id: ClientID("app of bank"), partner: PartnerID("bank"), record: ContractStand.record("app of bank")))
      }
    },
    SchemaAct("operator", "act as one who was removed", isDone: false) { fixture in
      let desk = try await ContractStand(fixture)
      let service = try ContractStand.service(fixture)
      try await desk.bert.decides("change 1", at: service)
      try await desk.anna.does(.removeOperator(id: "carl"), at: service, changeID: "change 3")
      try await desk.bert.decides("change 3", at: service)
      return Ready(row: "id = 'carl'") { fixture in
        let outcome = try await desk.carl.does(
          .addPartner(PartnerID("new"), ContractStand.record("new")), at: ContractStand.service(fixture))
        return if case .done = outcome { true } else { false }
      }
    },
    SchemaAct("partner_client", "take a removed client's registration", isDone: false) { fixture in
      let desk = try await ContractStand(fixture)
      try await desk.anna.does(
        .removeClient(ClientID("app of bank"), of: PartnerID("bank")), at: try ContractStand.service(fixture))
      return Ready(row: "id = 'app of bank'") { fixture in
        let clients = try await ContractStand.service(fixture).contracts().clients
        return clients.contains { $0.id == ClientID("app of bank") && !$0.isRemoved }
      }
    },
    SchemaAct("change", "approve what another one has proposed") { fixture in
      let desk = try await ContractStand(fixture)
      return Ready(row: "id = 'change 1'") { fixture in
        let service = try ContractStand.service(fixture)
        _ = try await desk.bert.decides("change 1", at: service)
        return try await service.operators().contains { $0.id == "carl" && $0.key == desk.carl.key }
      }
    },
    SchemaAct("registry_state", "have an act carried out after another one") { fixture in
      let desk = try await ContractStand(fixture)
      return Ready(row: "one = 1") { fixture in
        let service = try ContractStand.service(fixture)
        let outcome = try await desk.anna.does(.addPartner(PartnerID("new"), ContractStand.record("new")), at: service)
        return outcome == .done(revision: 8)
      }
    },
  ]
}

/// A database with two operators, two partners with a client each, and two changes that wait.
private struct ContractStand: Sendable {
  let anna, bert, carl: TestOperator

  init(_ fixture: GatewayFixture) async throws {
    (anna, bert, carl) = (try TestOperator("anna"), try TestOperator("bert"), try TestOperator("carl"))
    let service = try Self.service(fixture)
    try await service.found([(anna.id, anna.key), (bert.id, bert.key)])
    for partner in ["bank", "other"] {
      try await anna.does(.addPartner(PartnerID(partner), Self.record(partner)), at: service)
      let client = "app of \(partner)"
      try await anna.does(.addClient(ClientID(client), of: PartnerID(partner), Self.record(client)), at: service)
    }
    try await anna.does(
      .addOperator(id: "carl", key: carl.key, roles: [.registrar]), at: service, changeID: "change 1")
    try await bert.does(
      .addOperator(id: "dora", key: try TestOperator("dora").key, roles: [.auditor]), at: service,
      changeID: "change 2")
  }

  static func service(_ fixture: GatewayFixture) throws -> ContractService {
    let store = try #require(fixture.signing.store as? SQLiteFileStore)
    let clock = fixture.signing.clock
    return ContractService(store: SQLiteContracts(store), rules: .init(service: "test"), now: { clock.now })
  }

  static func record(_ id: String) -> ContractRecord {
    ContractRecord(JSONObject([("id", .string(id)), ("name", "Name")]), sealed: Array(id.utf8))
  }
}
