/// Tries, challenges, codes and messages of factors.
struct FactorTables: Sendable {
  let state, challenge, oneTimeCode, message, usedTokens: ProtectedTable

  init(_ maker: inout TableMaker) {
    state = maker.table("factor_state", key: ["credential", "factor"], ["failures", "last_step"])
    challenge = maker.table("challenge", key: ["digest"], ["credential", "factor", "expires", "made"])
    oneTimeCode = maker.table("one_time_code", key: ["credential", "factor"], ["id", "mac", "expires"])
    message = maker.table("message", key: ["id"], ["partner", "credential", "factor", "time", "failed"])
    usedTokens = maker.table("used_tokens", key: ["digest"], ["expires"])
  }
}
