import AuditLog
import OpenSSLPKI
import TransparencyLog

extension Config {
  /// The tree over the audit log, and its checkpoints.
  struct LogConfig {
    /// Name of the log in its checkpoints, unlike that of any other log: an address without scheme is good, such as
    /// `sign.example.com/log`. No white space and no `+`. Never changes. Default: `service` and `/log`.
    var origin: String
    /// Label of the P-256 key in the token that signs checkpoints. `countersign init` makes it. Default:
    /// `countersign-log`.
    var keyLabel: String
    /// Path of the file that has the newest checkpoint. By it the gateway notices at its start that the database was
    /// put back to an older copy; so it is best kept where that copy does not come from. Default: the path of the
    /// database and `.checkpoint`.
    var checkpointFile: String

    /// Whether checkpoint, tiles and headers are served below `/log/` (C2SP tlog-tiles). Default: false.
    var serve: Bool
    /// File with the bearer token that is needed for them, of at least 16 characters. Default: none is needed.
    var token: String?

    /// Witnesses that cosign checkpoints (C2SP tlog-witness), at most 16. Default: none.
    var witnesses: [WitnessConfig] = []
    /// Seconds for which all witnesses are offered the same checkpoint, and after which each is asked again: 1 to 3600.
    /// Default: 5.
    var witnessInterval = 5

    /// Whether a checkpoint of each UTC day is time-stamped. Default: true if there is an authority.
    var timestamps: Bool
    /// The authority elsewhere that does so. Default: the service's own (`tsa`).
    var timestampAuthority: StampAuthorityConfig?

    /// - Parameters:
    ///   - reader: nil if the configuration has no such object.
    ///   - hasAuthority: whether the service has a time-stamping authority.
    init(_ reader: ConfigReader?, service: String, database: String, hasAuthority: Bool) throws {
      // A name of a service may have what one of a log may not.
      let name = service.map { $0.isWhitespace || $0 == "+" || !$0.isASCII ? "-" : String($0) }.joined()
      origin = try reader?.string("origin", default: "\(name)/log", longest: 200) ?? "\(name)/log"
      keyLabel =
        try reader?.string("key", default: DeviceLogSigner.standardLabel) ?? DeviceLogSigner.standardLabel
      let file = database + ".checkpoint"
      checkpointFile = try reader?.string("checkpointFile", default: file) ?? file
      serve = try reader?.bool("serve", default: false) ?? false
      timestampAuthority = try reader?.optional("timestampAuthority").map { try StampAuthorityConfig($0) }
      let hasAuthority = hasAuthority || timestampAuthority != nil
      timestamps = try reader?.bool("timestamps", default: hasAuthority) ?? hasAuthority
      if let reader {
        guard hasAuthority || !timestamps else {
          throw reader.error(
            "timestamps",
            "need the service's time-stamping authority: add \"tsa\", or \"timestampAuthority\", or leave it out")
        }
        guard timestamps || timestampAuthority == nil else {
          throw reader.error("timestampAuthority", "is of no use without \"timestamps\"")
        }
        token = reader.names.contains("tokenFile") ? try reader.secret("tokenFile", least: 16) : nil
        guard serve || token == nil else { throw reader.error("tokenFile", "is of no use unless the log is served") }
        guard origin.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0 != "+" }), !origin.isEmpty else {
          throw reader.error("origin", "must have no white space and no +")
        }
        witnesses = try WitnessConfig.list(reader, isServed: serve)
        witnessInterval = try reader.integer("witnessInterval", in: 1...3600, default: 5)
        try reader.finish()
      }
    }
  }
}
