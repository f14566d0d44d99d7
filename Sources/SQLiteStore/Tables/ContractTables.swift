/// Contracts with partners, and who may change them.
struct ContractTables: Sendable {
  let person, partner, client, change, state: ProtectedTable

  init(_ maker: inout TableMaker) {
    person = maker.table("operator", key: ["id"], ["roles", "spki", "state", "added"])
    partner = maker.table("partner", key: ["id"], ["revision", "state", "body", "sealed"])
    client = maker.table("partner_client", key: ["id"], ["partner", "state", "body", "sealed"])
    change = maker.table(
      "change", key: ["id"], ["body", "proposed_by", "proposed", "expires", "state", "decided_by"])
    state = maker.table("registry_state", key: ["one"], ["revision"])
  }
}
