/// Signers of partners, and calls that were recorded with their answers.
struct EnrolmentTables: Sendable {
  let signer, key, call: ProtectedTable

  init(_ maker: inout TableMaker) {
    signer = maker.table(
      "signer", key: ["id"],
      ["partner", "kind", "representative", "created", "state", "locale", "external", "sealed", "revision"])
    key = maker.table("signer_key", key: ["signer"], ["wrapped"])
    call = maker.table("recorded_call", key: ["client", "name"], ["fingerprint", "answer", "expires", "signer"])
  }
}
