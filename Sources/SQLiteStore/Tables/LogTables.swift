/// The audit log's tables but for entries and tiles, which prove themselves.
struct LogTables: Sendable {
  let lane, progress, tree, cosignature, stamp: ProtectedTable

  init(_ maker: inout TableMaker) {
    lane = maker.table("audit_lane", key: ["lane"], ["instance", "count", "last", "sums"])
    progress = maker.table("audit_progress", key: ["lane"], ["instance", "count", "last"])
    tree = maker.table("audit_tree", key: ["one"], ["checkpoint", "time", "fence"])
    cosignature = maker.table("audit_cosignature", key: ["witness"], ["checkpoint", "signature"])
    stamp = maker.table("audit_stamp", key: ["day"], ["checkpoint", "token"])
  }
}
