import Foundation
import OpenSSLPKI

extension Config {
  /// A time-stamping authority of somebody else (RFC 3161), which stamps checkpoints of the log.
  struct StampAuthorityConfig {
    /// Address that answers questions by POST (RFC 3161 §3.4).
    var url: String
    /// Path of a PEM file: the CAs below which its certificate stands, from the authority's operator.
    var certificates: String
    /// PEM file of the roots to trust for its TLS certificate. Default: the system's.
    var trustAnchors: String?
    /// Plain HTTP, if it is on the same machine. Default: false.
    var allowsPlainHTTP: Bool
    let verifier: TimestampVerifier

    init(_ reader: ConfigReader) throws {
      allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
      url = try reader.url("url", allowsPlainHTTP: allowsPlainHTTP)
      certificates = try reader.file("certificates")
      trustAnchors = try reader.trustAnchors()
      guard let text = try? String(contentsOfFile: certificates, encoding: .utf8),
        let verifier = try? TimestampVerifier(anchorsPEM: text)
      else { throw reader.error("certificates", "has no certificate in PEM: \(certificates)") }
      self.verifier = verifier
      try reader.finish()
    }
  }
}
