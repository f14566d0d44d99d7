import HTTPGateway

// Listeners of the gateway and the proxy before them, read from the file. The members are documented in Config.swift.

extension TrustedProxy {
  init(_ reader: ConfigReader) throws {
    let addresses = try reader.addressBlocks("addresses")
    guard !addresses.isEmpty else { throw reader.error("addresses", "must name where the proxy connects from") }
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
          "host", "\(host) lets other machines come without TLS; use \"tls\", or name the proxy in \"trustedProxy\"")
      }
      reader.warn("host", "\(host) lets other machines come without TLS: whoever is in between reads PINs and tokens")
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
      throw reader.error("publicURL", "must be an https URL without a slash at its end")
    }
    try reader.finish()
  }
}
