/// SADs with their slots, what they were used for, and what goes on behind an answer.
struct LedgerTables: Sendable {
  let activation, successor, slots, operation, job, notification: ProtectedTable

  init(_ maker: inout TableMaker) {
    activation = maker.table("activation", key: ["digest"], ["binding", "expires", "revoked", "replaced"])
    successor = maker.table("successor", key: ["extended"], ["activation", "request", "sealed"])
    slots = maker.table("slots", key: ["activation"], ["states"])
    operation = maker.table(
      "operation", key: ["id"], ["activation", "request", "instance", "state", "work", "signatures", "slots"])
    job = maker.table("job", key: ["id"], ["operation", "instance", "text", "mac", "state", "failure", "expires"])
    notification = maker.table(
      "completion_notification", key: ["id"], ["instance", "partner", "url", "job", "completed", "attempts", "due"])
  }
}
