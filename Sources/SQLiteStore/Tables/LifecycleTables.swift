/// Credentials that are made and deleted, and who has to be told of it.
struct LifecycleTables: Sendable {
  let grant, revocation, ownerNotice, invitation: ProtectedTable

  init(_ maker: inout TableMaker) {
    grant = maker.table("lifecycle_grant", key: ["digest"], ["text", "mac", "expires", "instance", "serial", "issuer"])
    revocation = maker.table("revocation", key: ["issuer", "serial"], ["time", "expires", "reason"])
    ownerNotice = maker.table(
      "owner_notice", key: ["id"],
      ["instance", "partner", "credential", "serial", "recipient", "language", "attempts", "due"])
    invitation = maker.table(
      "invitation", key: ["link"],
      [
        "id", "instance", "partner", "credential", "issuer", "serial", "certificate_expires", "recipient", "language",
        "expires", "is_done", "attempts", "due",
      ])
  }
}
