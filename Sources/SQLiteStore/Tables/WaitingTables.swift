/// Authorizations that wait for their customer.
struct WaitingTables: Sendable {
  let pending, backchannelRequest: ProtectedTable

  init(_ maker: inout TableMaker) {
    pending = maker.table(
      "pending", key: ["id"],
      [
        "handle", "link", "credential", "text", "mac", "expires", "state", "number", "approval", "approval_mac",
        "sealed",
      ])
    backchannelRequest = maker.table(
      "backchannel_request", key: ["pending"], ["request", "text", "mac", "sealed", "interval", "due", "lease"])
  }
}
