/// The authorization server's tables, with the waits after wrong guesses.
struct OAuthTables: Sendable {
  let token, account, entry, throttle: ProtectedTable

  init(_ maker: inout TableMaker) {
    token = maker.table("token", key: ["digest"], ["kind", "partner", "signer", "client", "grant_id", "expires"])
    account = maker.table(
      "account", key: ["username"], ["password_hash", "partner", "signer"], named: ["partner", "signer"],
      isDetached: true)
    entry = maker.table("oauth_entry", key: ["kind", "digest"], ["expires", "body", "kept_for", "size"])
    throttle = maker.table(
      "throttle", key: ["kind", "digest"], ["owner", "failures", "last", "until", "succeeded", "expires"])
  }
}
