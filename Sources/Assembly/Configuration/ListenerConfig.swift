import HTTPGateway

// Listeners of the gateway and the proxy before them.

extension Config {
  struct Address {
    /// An IP address, or localhost. Default: 127.0.0.1.
    var host: String
    /// TCP port: 1 to 65535.
    var port: Int
  }

  struct TLS {
    var address: Address
    /// Path of a PEM file: the server's certificate and its chain.
    var certificate: String
    /// Path of a PEM file with the private key, unencrypted, readable by the service alone. Secret. Renewed files are
    /// served within some seconds, at once after SIGHUP; a pair that does not fit is not.
    var privateKey: String
    /// Another listener, where clients are asked for certificates (`self_signed_tls_client_auth`). Absent: no client is
    /// asked. One listener for all would make every browser ask people for a certificate.
    var clientCertificates: MutualTLS?
  }

  /// The listener for clients with certificates. It serves everything, with the files of `tls`.
  struct MutualTLS {
    var address: Address
    /// Base URL under which clients reach it, without a trailing slash. Published as `mtls_endpoint_aliases` (RFC
    /// 8705 §5).
    var publicURL: String
  }
}

extension TrustedProxy {
  init(_ reader: ConfigReader) throws {
    let addresses = try reader.addressBlocks("addresses")
    guard !addresses.isEmpty else {
      throw reader.error("addresses", "must list the addresses from which the proxy connects")
    }
    self.init(header: try reader.headerName("header"), addresses: addresses)
    try reader.finish()
  }
}

extension Config.Address {
  init(plain reader: ConfigReader, behindProxy: Bool) throws {
    try self.init(unfinished: reader)
    let isAllowed = try reader.bool("allowsOtherMachines", default: false)
    if host != "localhost", AddressBlock(host)?.isLoopback != true {
      guard behindProxy || isAllowed else {
        throw reader.error(
          "host", "\(host) is open to other machines without TLS; use \"tls\", or name the proxy in \"trustedProxy\"")
      }
      reader.warn("host", "\(host) is open to other machines without TLS: the network can read PINs and tokens")
    }
    try reader.finish()
  }

  fileprivate init(unfinished reader: ConfigReader) throws {
    host = try reader.listeningAddress("host", default: "127.0.0.1")
    port = try reader.integer("port", in: 1...65535)
  }
}

extension Config.TLS {
  init(_ reader: ConfigReader) throws {
    address = try Config.Address(unfinished: reader)
    certificate = try reader.file("certificate")
    privateKey = try reader.secretFile("privateKey")
    clientCertificates = try reader.optional("clientCertificates").map { try Config.MutualTLS($0) }
    try reader.finish()
  }
}

extension Config.MutualTLS {
  init(_ reader: ConfigReader) throws {
    address = try Config.Address(unfinished: reader)
    publicURL = try reader.string("publicURL")
    guard publicURL.hasPrefix("https://"), !publicURL.hasSuffix("/") else {
      throw reader.error("publicURL", "must be an https URL without a trailing slash")
    }
    try reader.finish()
  }
}
