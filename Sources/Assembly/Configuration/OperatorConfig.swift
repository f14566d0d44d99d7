import Octets

extension Config {
  /// The page that shows the service's operators how it is, and those who see it. It has no names of people, no ids and
  /// no secrets.
  struct OperatorConfig {
    /// `tokenFile`: file whose first line is the password for browsers (any user name) and the bearer token for other
    /// clients, of at least 16 characters. Secret. Default: no token opens the page.
    var token: String?
    /// `clientCertificates`: fingerprints (SHA-256, hexadecimal, with or without colons) of certificates of clients
    /// that see it where `tls.clientCertificates` listens. Default: none.
    var certificates: [[UInt8]]

    /// - Parameter listens: whether clients can show certificates.
    init(_ reader: ConfigReader, listens: Bool) throws {
      token = reader.names.contains("tokenFile") ? try reader.secret("tokenFile", least: 16) : nil
      certificates = try (reader.optionalStrings("clientCertificates") ?? []).map { text in
        let digits = String(decoding: text.utf8.filter { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        guard let digest = Hex.decodeAnyCase(digits[...]), digest.count == 32 else {
          throw reader.error(
            "clientCertificates", "must list fingerprints: the SHA-256 of a certificate in hexadecimal, not \(text)")
        }
        return digest
      }
      guard certificates.isEmpty || listens else {
        throw reader.error(
          "clientCertificates", "is of no use unless clients are asked for certificates (tls.clientCertificates)")
      }
      guard token != nil || !certificates.isEmpty else {
        throw reader.error("tokenFile", "and \"clientCertificates\" are both missing: the page needs one of them")
      }
      try reader.finish()
    }
  }
}
